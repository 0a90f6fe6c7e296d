"""Whether the conditions on the ways out of an element leave no case open, so that it needs no default flow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from engine.expressions import Expression
from engine.kernel.analysis.graph import constant
from engine.kernel.analysis.outcomes import compared_outcomes, outcomes
from engine.kernel.model import Flow, ProcessModel

_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not-in", "not-in": "in"}


def is_exhaustive(model: ProcessModel, flows: Sequence[Flow]) -> bool:
    """Whether one of the conditions always holds: opposites, a constant, or every outcome of one task."""
    conditions = [flow.condition for flow in flows if flow.condition is not None]
    if any(constant(condition) is True for condition in conditions):
        return True
    asked = {_key(condition.tree) for condition in conditions}
    if any(_key(opposite) in asked for condition in conditions for opposite in _opposites(condition.tree)):
        return True
    return any(_every_outcome(model, name, conditions) for name in {n for c in conditions for n in c.names})


def _every_outcome(model: ProcessModel, name: str, conditions: Sequence[Expression]) -> bool:
    task = model.elements.get(name)
    if task is None or task.approval is None:
        return False
    plain = [condition for condition in conditions if condition.names == {name} and _asks_equal(condition.tree)]
    asked: set[str] = set()
    for condition in plain:
        asked |= compared_outcomes(condition, name) or set()
    return outcomes(task) <= asked


def _asks_equal(tree: Any) -> bool:
    return tree.get("k") == "compare" and len(tree["rest"]) == 1 and tree["rest"][0][0] in ("==", "in")


def _opposites(tree: Any) -> Iterator[Any]:
    """Conditions that hold whenever this one does not."""
    if tree.get("k") == "not":
        yield tree["of"]
    if tree.get("k") == "compare" and len(tree["rest"]) == 1:
        operator, operand = tree["rest"][0]
        if operator in _OPPOSITES:
            yield {**tree, "rest": [[_OPPOSITES[operator], operand]]}


def _key(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True)
