"""Static analysis of the processes of one deployment: what can never work, and what may stop.

`analyse` looks across processes; the deployment gate of `engine.kernel.gate` has looked at each element before. A finding
of level error is proven: no run of the process does what the diagram says. A warning is legal but may end in an incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.kernel.analysis.calls import check_calls
from engine.kernel.analysis.events import check_events
from engine.kernel.analysis.facts import Facts
from engine.kernel.analysis.joins import check_joins
from engine.kernel.analysis.later_steps import check_later_steps
from engine.kernel.analysis.loops import check_loops
from engine.kernel.analysis.messages import check_messages
from engine.kernel.analysis.names import check_names, known_names
from engine.kernel.analysis.outcomes import check_outcomes
from engine.kernel.model import ProcessModel

__all__ = ["Facts", "analyse", "known_names"]


def analyse(models: Sequence[ProcessModel], facts: Facts) -> Iterator[Finding]:
    """Findings about processes that passed the gate element by element."""
    for model in models:
        yield from check_loops(model)
        yield from check_joins(model)
        yield from check_events(model, facts)
        yield from check_outcomes(model, facts)
        yield from check_later_steps(model, facts)
    yield from check_calls(models)
    yield from check_messages(models)
    yield from check_names(models, facts)
