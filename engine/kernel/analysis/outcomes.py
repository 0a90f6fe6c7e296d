"""Outcomes of user tasks against the conditions that ask about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Finding
from engine.expressions import Expression
from engine.kernel.analysis.facts import Facts, called, found
from engine.kernel.analysis.variables import readings
from engine.kernel.model import Element, Flow, ProcessModel


@dataclass
class _Asked:
    """What a process asks about the outcome of one task."""

    values: set[str] = field(default_factory=set)
    openly: bool = False
    """Whether something reads the decision in another way than by comparing it with texts."""
    chooses: bool = False
    """Whether a flow asks: a script or a value that compares has an answer for every outcome."""
    covered: bool = False
    """Whether an element that asks has a way for every other outcome."""


def check_outcomes(model: ProcessModel, facts: Facts) -> Iterator[Finding]:
    """Warns of outcomes nobody asks about, and of questions about outcomes that do not exist."""
    tasks = {e.id: e for e in model.elements.values() if e.approval is not None}
    asked: dict[str, _Asked] = {name: _Asked() for name in tasks}
    told: set[tuple[str, str]] = set()
    for reading in readings(model):
        for task in sorted(reading.expression.names & tasks.keys()):
            compared = compared_outcomes(reading.expression, task)
            record = asked[task]
            record.openly |= compared is None
            record.values |= compared or set()
            record.chooses |= isinstance(reading.place, Flow)
            record.covered |= _covers_the_rest(model, reading.place)
            known = outcomes(tasks[task])
            for value in sorted((compared or set()) - known):
                if (task, value) not in told:
                    told.add((task, value))
                    yield _nonexistent(model, reading.place, tasks[task], value, known)
            yield from _wrong_keys(model, reading.place, reading.expression, task, facts)
    for name, record in asked.items():
        yield from _never_asked(model, tasks[name], record)


def outcomes(task: Element) -> set[str]:
    """The values that a task may be decided with."""
    return set() if task.approval is None else {outcome.value for outcome in task.approval.outcomes}


def compared_outcomes(expression: Expression, task: str) -> set[str] | None:
    """Texts that `task.outcome` is compared with; None when the decision is read in any other way."""
    values: set[str] = set()
    rest = _without_comparisons(expression.tree, task, values)
    return None if _mentions(rest, task) else values


def _without_comparisons(node: Any, task: str, values: set[str]) -> Any:
    if isinstance(node, list):
        return [_without_comparisons(item, task, values) for item in node]
    if not isinstance(node, Mapping):
        return node
    if node.get("k") == "compare" and len(node["rest"]) == 1:
        operator, other = node["rest"][0]
        sides = (node["first"], other)
        texts = _texts(sides[1]) if _is_outcome(sides[0], task) else _texts(sides[0]) if _is_outcome(sides[1], task) else None
        if texts is not None and operator in ("==", "!=", "in", "not-in"):
            values |= texts
            return None
    return {key: _without_comparisons(value, task, values) for key, value in node.items()}


def _is_outcome(node: Any, task: str) -> bool:
    return isinstance(node, Mapping) and node.get("k") == "key" and node.get("key") == "outcome" and _is_name(node["of"], task)


def _is_name(node: Any, task: str) -> bool:
    return isinstance(node, Mapping) and node.get("k") == "name" and node.get("n") == task


def _texts(node: Any) -> set[str] | None:
    if not isinstance(node, Mapping):
        return None
    if node.get("k") == "str":
        return {node["v"]}
    if node.get("k") == "list" and all(isinstance(item, Mapping) and item.get("k") == "str" for item in node["items"]):
        return {item["v"] for item in node["items"]}
    return None


def _mentions(node: Any, task: str) -> bool:
    if isinstance(node, Mapping):
        return _is_name(node, task) or any(_mentions(value, task) for value in node.values())
    return isinstance(node, list) and any(_mentions(item, task) for item in node)


def _covers_the_rest(model: ProcessModel, place: Element | Flow | None) -> bool:
    """Whether the element that a flow leaves has a way that asks nothing, or the opposite question."""
    if not isinstance(place, Flow):
        return False
    source = model.elements[place.source]
    ways = [model.flows[name] for name in source.outgoing if name in model.flows]
    if any(flow.condition is None for flow in ways) or source.default is not None:
        return True
    return place.condition is not None and any(part in place.condition.source for part in ("!=", "not "))


def _never_asked(model: ProcessModel, task: Element, record: _Asked) -> Iterator[Finding]:
    known = outcomes(task)
    if len(known) < 2 or record.openly:
        return
    if not record.values and not _recorded(task):
        yield found(
            "warning",
            "outcome-ignored",
            model,
            task,
            f"“{called(task)}”有 {len(known)} 种处理结果，但没有任何步骤问选了哪一种。",
            f"'{called(task)}' has {len(known)} outcomes, but nothing asks which one was chosen.",
        )
    elif record.chooses and not record.covered and known - record.values:
        missing = sorted(known - record.values)
        yield found(
            "warning",
            "outcome-without-way",
            model,
            task,
            f"“{called(task)}”的处理结果“{'、'.join(missing)}”没有连线可走，也没有缺省连线。",
            f"No flow asks about outcome '{', '.join(missing)}' of '{called(task)}', and there is no default flow.",
        )


def _recorded(task: Element) -> bool:
    """Whether the outcomes ask different things of the person: then the choice itself is what is wanted for the record."""
    given = task.approval.outcomes if task.approval is not None else ()
    return len({(outcome.fields, outcome.opinion) for outcome in given}) > 1


def _nonexistent(model: ProcessModel, place: Element | Flow | None, task: Element, value: str, known: set[str]) -> Finding:
    return found(
        "warning",
        "unknown-outcome",
        model,
        place,
        f"“{called(task)}”没有处理结果“{value}”，只有：{'、'.join(sorted(known))}。",
        f"'{called(task)}' has no outcome '{value}'; it has: {', '.join(sorted(known))}.",
    )


def _wrong_keys(
    model: ProcessModel, place: Element | Flow | None, expression: Expression, task: str, facts: Facts
) -> Iterator[Finding]:
    for key in sorted(_keys_of(expression.tree, task) - facts.decision if facts.decision else ()):
        yield found(
            "warning",
            "unknown-key",
            model,
            place,
            f"“{task}.{key}”不存在；办理结果中有：{'、'.join(sorted(facts.decision))}。",
            f"There is no '{task}.{key}'; a decision holds: {', '.join(sorted(facts.decision))}.",
        )


def _keys_of(node: Any, task: str) -> set[str]:
    if isinstance(node, Mapping):
        if node.get("k") == "key" and _is_name(node["of"], task):
            return {node["key"]}
        return {key for value in node.values() for key in _keys_of(value, task)}
    return {key for item in node for key in _keys_of(item, task)} if isinstance(node, list) else set()
