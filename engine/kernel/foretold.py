"""What decision tables and called processes on the way will write, as far as it can be told beforehand. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from engine.decisions import DecisionFault, Decisions
from engine.errors import ExpressionError
from engine.kernel.analysis.variables import written_by
from engine.kernel.decision_reader import VARIABLES
from engine.kernel.decision_task import STARTED, UNDATED, results_of
from engine.kernel.effects import Names
from engine.kernel.model import CallModel, DecisionCall, Element


def decision_reads(call: DecisionCall, decisions: Decisions) -> frozenset[str]:
    """Every name that making a decision reads."""
    dated = (call.date or STARTED).names if decisions.dated(call.decision) else frozenset()
    return decisions.names(call.decision) | dated


def decision_writes(element: Element, decisions: Decisions | None) -> frozenset[str] | None:
    """Names that a business rule task may write; None where they cannot be told."""
    call = element.decision
    if call is None or element.loop is not None:
        return None
    plain = frozenset(written_by(element))
    if call.mapping != VARIABLES or call.each is not None:
        return plain
    if decisions is None or call.decision not in decisions.versions:
        return None
    outputs = {name for version in decisions.versions[call.decision] for name in version.outputs}
    return plain | outputs | {call.decision}


def decision_values(element: Element, decisions: Decisions | None, names: Names) -> Mapping[str, Any] | None:
    """What a business rule task will write with these values; None where the decision cannot be made of them."""
    call = element.decision
    if call is None or decisions is None or element.loop is not None or element.assignments or call.each is not None:
        return None
    try:
        names.prefetch(decision_reads(call, decisions))
        on = UNDATED
        if decisions.dated(call.decision):
            on = date.fromisoformat(str((call.date or STARTED).evaluate(names))[:10])
        return results_of(call, decisions.evaluate(call.decision, names, on))
    except (DecisionFault, ExpressionError, KeyError, ValueError):
        return None


_RESERVED = frozenset({"own", "now", "instance"})
"""Reserved names that are the same in every process of a case."""


class HandedNames:
    """What a called process can read of its caller: its inputs, and with `all_inputs` whatever is settled there."""

    def __init__(self, call: CallModel, names: Names, unsettled: frozenset[str]) -> None:
        self._inputs = {item.name: item.value for item in call.inputs}
        self._call, self._names, self._unsettled = call, names, unsettled

    def __getitem__(self, name: str) -> Any:
        value = self._inputs.get(name)
        if value is not None:
            if value.names & self._unsettled:
                raise KeyError(name)
            return value.evaluate(self._names)
        if name in _RESERVED:
            return self._names[name]
        if name in self._unsettled or not (self._call.all_inputs or name in self._inputs):
            raise KeyError(name)
        return self._names[name]

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads what the inputs need in one statement."""
        needed = {found for item in self._call.inputs if item.value is not None for found in item.value.names}
        self._names.prefetch(needed | (set(names) if self._call.all_inputs else set()))
