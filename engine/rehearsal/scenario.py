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
    """A step did not do what the scenario expects: said in English, in Chinese (`zh`), and by `refusal` where a step was refused.

    Without `zh` the English is all there is to say.
    """

    def __init__(self, text: str, zh: str | None = None, refusal: EngineError | None = None) -> None:
        super().__init__(text)
        self.zh = text if zh is None else zh
        self.refusal = refusal


def hold(play: Play, number: int, step: Mapping[str, Any]) -> None:
    """Does one step and looks at what is expected. Raises Failure when it did not do what was expected."""
    given = {name: value for name, value in step.items() if name != "expect_error"}
    shown = json.dumps(given, ensure_ascii=False, default=str)[:SHOWN]
    label, label_zh = f"step {number} {shown}: ", f"第 {number + 1} 步 {shown}："
    before = len(_incidents(play))
    try:
        _do(play, given)
        after = _incidents(play)
        if len(after) > before:
            raise Failure(f"incident {after[-1]}", f"出现异常 {after[-1]}")
    except (Failure, EngineError) as error:
        if step.get("expect_error"):
            return
        zh = label_zh + (error.zh if isinstance(error, Failure) else "")
        raise Failure(label + _told(error), zh, error if isinstance(error, EngineError) else None) from error
    if step.get("expect_error"):
        raise Failure(label + "expected an error, but there was none", label_zh + "应当被拒绝，但做成了")


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
        zh = f"打开的任务应为 {_listed(sorted(elements))}，实际为 {_listed(found)}"
        raise Failure(f"open tasks {found}, expected {sorted(elements)}", zh)


def _expect_waiting(play: Play, elements: Sequence[str], step: Mapping[str, Any]) -> None:
    waiting = select(Subscription.token, Subscription.element).where(Subscription.mode.in_(("catch", "gateway"))).distinct()
    found = Counter(row.element for row in play.read(waiting))
    expected = Counter(elements)
    if any(found[name] != count for name, count in expected.items()):
        zh = f"应在 {_listed(sorted(expected.elements()))} 等待，实际在 {_listed(sorted(found.elements()))} 等待"
        raise Failure(f"waiting at {dict(found)}, expected {dict(expected)}", zh)


def _expect_ended(play: Play, ended: bool, step: Mapping[str, Any]) -> None:
    active = play.read(select(func.count()).select_from(ProcessInstance).where(ProcessInstance.state == "active"))[0][0]
    if (active == 0) != ended:
        zh = f"应当都已结束，还有 {active} 个案件没有结束" if ended else "应当还有案件没有结束，实际都已结束"
        raise Failure(f"{active} instances are active, expected {'none' if ended else 'some'}", zh)


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
            zh = f"变量 {name} 应为 {_value(value)}，实际为 {_value(found[name]) if name in found else '没有'}"
            raise Failure(f"variable {name} is {found.get(name)!r}, expected {value!r}", zh)


def _listed(names: Sequence[str]) -> str:
    return "、".join(names) or "（没有）"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


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
