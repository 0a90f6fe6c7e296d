"""Events, compensation, timers and multi-instances that can never do what they are drawn for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from engine.errors import Finding
from engine.kernel.analysis.facts import Facts, called, found
from engine.kernel.analysis.graph import inside, scopes, waits
from engine.kernel.model import Element, EventModel, ProcessModel
from engine.kernel.source import SUBPROCESSES
from engine.kernel.timers import plain_due

SHORTEST_REPEAT = timedelta(seconds=60)
_FROM_OUTSIDE = frozenset({"message", "signal", "timer", "conditional"})
_NEVER_FAILING = frozenset({"userTask", "task", "manualTask", "receiveTask"})
_REPEAT = re.compile(r"R\d*/(?:[^/]+/)?(P[^/]+)\Z")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def check_events(model: ProcessModel, facts: Facts) -> Iterator[Finding]:
    """Findings about single elements, in the order of the file."""
    yield from _links(model)
    for element in model.elements.values():
        if element.type == "boundaryEvent":
            yield from _border(model, element)
        for event in element.events:
            yield from _often(model, element, event)
            yield from _nothing_to_undo(model, element, event)
        yield from _seats(model, element, facts)
        if element.for_compensation and (element.incoming or element.outgoing):
            yield found(
                "warning",
                "compensation-flow",
                model,
                element,
                f"“{called(element)}”是补偿活动，只在补偿时执行，不应接连线。",
                f"'{called(element)}' is a compensation handler, which runs only to undo; no flow should touch it.",
            )


def _border(model: ProcessModel, border: Element) -> Iterator[Finding]:
    host = model.elements.get(border.attached_to or "")
    if host is None:
        return
    kinds = {event.kind for event in border.events}
    deep = [host, *(inside(model, host) if host.type in SUBPROCESSES else ())]
    if kinds and kinds <= _FROM_OUTSIDE and not any(waits(model, element) for element in deep):
        yield found(
            "warning",
            "boundary-never",
            model,
            border,
            f"“{called(host)}”不作停留，依附在它上面的“{called(border)}”永远不会发生。",
            f"'{called(host)}' never stops, so '{called(border)}' on its border can never happen.",
        )
    if kinds == {"error"} and not any(_may_fail(element) for element in deep):
        yield found(
            "warning",
            "boundary-never",
            model,
            border,
            f"“{called(host)}”中没有什么会抛出错误，“{called(border)}”永远不会发生。",
            f"Nothing in '{called(host)}' throws an error, so '{called(border)}' can never happen.",
        )


def _may_fail(element: Element) -> bool:
    if element.type in _NEVER_FAILING or element.type in SUBPROCESSES:
        return False
    if element.type in ("endEvent", "intermediateThrowEvent"):
        return any(event.kind == "error" for event in element.events)
    return element.type in ("serviceTask", "sendTask", "scriptTask", "businessRuleTask", "callActivity")


def _often(model: ProcessModel, element: Element, event: EventModel) -> Iterator[Finding]:
    literal = None if event.timer is None or event.timer.kind != "cycle" else event.timer.value.literal
    repeat = None if literal is None else _REPEAT.match(literal.strip().upper())
    if repeat is not None and plain_due(repeat.group(1), _EPOCH) - _EPOCH < SHORTEST_REPEAT:
        yield found(
            "warning",
            "timer-too-often",
            model,
            element,
            f"“{called(element)}”每隔 {repeat.group(1)} 触发一次，间隔不足一分钟。",
            f"'{called(element)}' fires every {repeat.group(1)}: less than a minute apart.",
        )


def _nothing_to_undo(model: ProcessModel, element: Element, event: EventModel) -> Iterator[Finding]:
    if event.kind != "compensation" or element.type not in ("intermediateThrowEvent", "endEvent"):
        return
    if event.activity is not None and event.activity in model.elements:
        target = model.elements[event.activity]
        deep = [target, *(inside(model, target) if target.type in SUBPROCESSES else ())]
    else:
        deep = list(model.elements.values())
    if not any(other.handler is not None or _undoes(model, other) for other in deep):
        yield found(
            "warning",
            "nothing-to-compensate",
            model,
            element,
            f"“{called(element)}”要求补偿，但没有活动带补偿活动，什么也不会撤销。",
            f"'{called(element)}' asks for compensation, but no activity has a handler: nothing is undone.",
        )


def _undoes(model: ProcessModel, element: Element) -> bool:
    """Whether an element is the start of a compensation event subprocess, or a call, whose process may hold handlers."""
    return element.call is not None or (
        element.type == "startEvent" and any(event.kind == "compensation" for event in element.events)
    )


def _seats(model: ProcessModel, element: Element, facts: Facts) -> Iterator[Finding]:
    cardinality = None if element.loop is None else element.loop.cardinality
    if cardinality is None or cardinality.names or cardinality.functions:
        return
    number = cardinality.evaluate({})
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        yield found(
            "error",
            "cardinality",
            model,
            element,
            f"“{called(element)}”的多实例次数“{cardinality.source}”应为不小于 0 的整数。",
            f"The number of instances of '{called(element)}', '{cardinality.source}', must be a whole number of at least 0.",
        )
    elif number > facts.budget.instances:
        yield found(
            "error",
            "cardinality",
            model,
            element,
            f"“{called(element)}”要开 {number} 个实例，超过上限 {facts.budget.instances}。",
            f"'{called(element)}' asks for {number} instances, more than the limit of {facts.budget.instances}.",
        )


def _links(model: ProcessModel) -> Iterator[Finding]:
    for scope in scopes(model):
        throwers = (e for e in scope.elements.values() if e.type == "intermediateThrowEvent")
        thrown = {event.name for element in throwers for event in element.events if event.kind == "link"}
        for element in scope.elements.values():
            names = [event.name for event in element.events if event.kind == "link"]
            if element.type == "intermediateCatchEvent" and not element.incoming and set(names) - thrown:
                yield found(
                    "warning",
                    "link-without-throw",
                    model,
                    element,
                    f"链接“{names[0]}”没有抛出事件，永远到不了这里。",
                    f"Nothing throws the link '{names[0]}', so nothing ever comes here.",
                )
