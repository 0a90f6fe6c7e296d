"""Scenarios: steps with what is expected of them (docs/reference/scenarios.md), held to one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from engine.errors import EngineError, Invalid
from engine.rehearsal.play import Play, exact
from engine.store.tables import Incident, ProcessDefinition, ProcessInstance, Subscription, Variable

SHOWN = 90
"""Characters of a step that a failure names."""


class Failure(Exception):
    """A step did not do what the scenario expects."""


def hold(play: Play, number: int, step: Mapping[str, Any]) -> None:
    """Does one step and looks at what is expected. Raises Failure when it did not do what was expected."""
    given = {name: value for name, value in step.items() if name != "expect_error"}
    label = f"step {number} {json.dumps(given, ensure_ascii=False, default=str)[:SHOWN]}: "
    before = len(_incidents(play))
    try:
        _do(play, given)
        after = _incidents(play)
        if len(after) > before:
            raise Failure(f"incident {after[-1]}")
    except (Failure, EngineError) as error:
        if step.get("expect_error"):
            return
        raise Failure(label + _told(error)) from error
    if step.get("expect_error"):
        raise Failure(label + "expected an error, but there was none")


def _told(error: Exception) -> str:
    """The refusal, with what is wrong field by field."""
    fields = [f"{found.path}: {found.message}" for found in getattr(error, "errors", ())]
    return str(error) + "".join(f"; {field}" for field in fields)


def _do(play: Play, step: Mapping[str, Any]) -> None:
    expected = next((name for name in EXPECTATIONS if name in step), None)
    if expected is not None:
        EXPECTATIONS[expected](play, step[expected], step)
        return
    try:
        play.act(step)
    except (TypeError, AttributeError, KeyError) as error:
        raise Invalid("rehearsal-step", "Expected a step of a rehearsal, but found '{found}'", found=repr(error)[:100]) from error


def _expect_tasks(play: Play, elements: Sequence[str], step: Mapping[str, Any]) -> None:
    found = sorted(seat.element for seat in play.open_seats(step.get("at")))
    if found != sorted(elements):
        raise Failure(f"open tasks {found}, expected {sorted(elements)}")


def _expect_waiting(play: Play, elements: Sequence[str], step: Mapping[str, Any]) -> None:
    waiting = select(Subscription.token, Subscription.element).where(Subscription.mode.in_(("catch", "gateway"))).distinct()
    found = Counter(row.element for row in play.read(waiting))
    expected = Counter(elements)
    if any(found[name] != count for name, count in expected.items()):
        raise Failure(f"waiting at {dict(found)}, expected {dict(expected)}")


def _expect_ended(play: Play, ended: bool, step: Mapping[str, Any]) -> None:
    active = play.read(select(func.count()).select_from(ProcessInstance).where(ProcessInstance.state == "active"))[0][0]
    if (active == 0) != ended:
        raise Failure(f"{active} instances are active, expected {'none' if ended else 'some'}")


def _expect_variables(play: Play, variables: Mapping[str, Any], step: Mapping[str, Any]) -> None:
    rows = play.read(
        select(Variable.name, Variable.value, ProcessDefinition.process_id)
        .join(ProcessInstance, ProcessInstance.root_scope == Variable.scope)
        .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
        .order_by(ProcessInstance.key)
    )
    found = {row.name: row.value for row in rows if step.get("process") in (None, row.process_id)}
    for name, value in exact(variables).items():
        if name not in found or found[name] != value:
            raise Failure(f"variable {name} is {found.get(name)!r}, expected {value!r}")


def _incidents(play: Play) -> list[str]:
    rows = play.read(select(Incident.code, Incident.element, Incident.message).order_by(Incident.key))
    return [f"{row.code} at {row.element}: {row.message}" for row in rows]


EXPECTATIONS: Mapping[str, Callable[[Play, Any, Mapping[str, Any]], None]] = {
    "expect_tasks": _expect_tasks,
    "expect_waiting": _expect_waiting,
    "expect_ended": _expect_ended,
    "expect_variables": _expect_variables,
}
"""What a step may expect, by the key that names it."""
