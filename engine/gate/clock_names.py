"""Whether the calendars and ladders that the clocks of a deployment name are there.

A name that is written out, or that the deployment's parameters alone give, is known before any case runs: what a case
would meet as an incident beside a task without a term is refused here. What a variable decides is left to the case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from engine.calendar import CALENDARS, LADDERS, parse_ladder
from engine.errors import EngineError, ExpressionError, Finding
from engine.expressions import Template
from engine.kernel import ProcessModel
from engine.kernel.model import Element

LADDERS_OF = "ladders"
"""Name in the parameters under which a deployment defines ladders of its own."""


def unknown_clocks(model: ProcessModel, parameters: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Calendars and ladders of a process that do not exist. `parameters` None: they lie elsewhere."""
    own = _own_ladders(parameters)
    for element in model.elements.values():
        deadline = element.approval.deadline if element.approval else None
        timers = [event.timer.calendar for event in element.events if event.timer is not None]
        for template in (*timers, deadline.calendar if deadline else None):
            name = _told(template, parameters)
            if name is not None and name not in CALENDARS:
                yield _unknown(model, element, name, CALENDARS, code="unknown-calendar", kind=("日历", "calendar"))
        if deadline is None or parameters is None:
            continue
        known = {*LADDERS, *own}
        for template in (deadline.ladder, deadline.response_ladder):
            name = _told(template, parameters)
            if name is not None and name not in known:
                yield _unknown(model, element, name, known, code="unknown-ladder", kind=("升级阶梯", "ladder"))


def unusable_ladders(parameters: Mapping[str, Any], resource: str) -> Iterator[Finding]:
    """Ladders in the parameters of a deployment that cannot be climbed."""
    given = parameters.get(LADDERS_OF, {})
    if not isinstance(given, Mapping):
        yield _unusable(resource, LADDERS_OF, "it is no object of ladders by name")
        return
    for name, shape in given.items():
        try:
            if not isinstance(shape, Mapping):
                raise ValueError("it is no object")
            parse_ladder(shape)
        except (EngineError, ValueError) as fault:
            yield _unusable(resource, str(name), str(fault))


def _own_ladders(parameters: Mapping[str, Any] | None) -> Collection[str]:
    given = (parameters or {}).get(LADDERS_OF)
    return set(given) if isinstance(given, Mapping) else set()


def _told(template: Template | None, parameters: Mapping[str, Any] | None) -> str | None:
    """The name that a template gives whatever the case; None when a case decides, or it gives no text."""
    if template is None or template.literal is not None:
        return None if template is None else template.literal
    if parameters is None or not template.names <= {"parameters"}:
        return None
    try:
        value = template.evaluate({"parameters": parameters})
    except ExpressionError:
        # The analysis of names says so.
        return None
    return value if isinstance(value, str) else None


def _unknown(
    model: ProcessModel, element: Element, name: str, known: Collection[str], *, code: str, kind: tuple[str, str]
) -> Finding:
    near = get_close_matches(name[:40], known, 1)
    ask, ask_en = (f"是否为“{near[0]}”？", f" Is it '{near[0]}'?") if near else ("", "")
    return Finding(
        level="error",
        code=code,
        resource=model.resource,
        element=element.id,
        line=element.line,
        message=f"没有名为“{name[:40]}”的{kind[0]}，可用 {'、'.join(sorted(known))}。{ask}",
        message_en=f"There is no {kind[1]} '{name[:40]}'; there are {', '.join(sorted(known))}.{ask_en}",
    )


def _unusable(resource: str, name: str, fault: str) -> Finding:
    return Finding(
        level="error",
        code="invalid-ladder",
        resource=resource,
        element=None,
        line=None,
        message=f"升级阶梯“{name[:40]}”不能使用：{fault}",
        message_en=f"The ladder '{name[:40]}' cannot be used: {fault}",
    )
