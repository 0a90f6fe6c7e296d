"""Which names a process reads in its expressions, and which it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.expressions import Expression, Script, Template
from engine.kernel.model import CallModel, Element, EventModel, Flow, MessageProperty, NamedValue, ProcessModel
from engine.kernel.scope import COUNTERS

GIVEN = frozenset(COUNTERS) | {"loopCounter"}
"""Names that multi-instance activities and loops give."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One expression, where it stands, and the names it needs."""

    place: Element | Flow | None
    """None is the process itself."""
    expression: Expression
    names: frozenset[str]
    """Names that must exist; those asked for by `defined('…')` are left out."""


def readings(model: ProcessModel) -> Iterator[Reading]:
    """Every expression of a process that reads variables, in the order of the file."""
    outside = (model.subject, model.urgency, model.business_key, model.visible)
    places: list[tuple[Element | Flow | None, Any]] = [(None, outside)]
    places += [(element, element) for element in model.elements.values()]
    places += [(flow, flow.condition) for flow in model.flows.values()]
    for place, record in places:
        for expression, given in _expressions(record, frozenset()):
            yield Reading(place=place, expression=expression, names=expression.names - expression.tested - given)


def written_by(element: Element) -> Iterator[str]:
    """Names of the variables that an element writes when it runs."""
    if element.type == "userTask":
        yield element.id
    if element.script is not None:
        yield from (name for name, _ in element.script.assignments)
    if element.receive is not None:
        yield from (variable for _, variable in element.receive.accepts)
    yield from (item.name for item in element.assignments)
    yield from _outputs(element)


def _outputs(record: Any) -> Iterator[str]:
    """What any part of an element says that it puts out: a function, a called process, a decision, external work, a loop."""
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name == "outputs":
            yield from (item.name for item in value if isinstance(item, NamedValue))
        elif field.name in ("output", "output_item", "item", "result", "variable") and isinstance(value, str):
            yield value
        elif is_dataclass(value) and not isinstance(value, type):
            yield from _outputs(value)


def _expressions(record: Any, given: frozenset[str]) -> Iterator[tuple[Expression, frozenset[str]]]:
    """The expressions in a record, each with the names that its place gives beside the variables."""
    match record:
        case Expression():
            yield record, given
        case Template():
            yield from ((expression, given) for expression in record.expressions)
        case Script():
            assigned = given
            for name, expression in record.assignments:
                yield expression, assigned
                assigned |= {name}
        case MessageProperty():
            # Read from the payload of a message, not from the variables.
            return
        case CallModel():
            # Its outputs are read from the variables of the called process.
            yield from _expressions((record.process, record.inputs), given)
        case tuple():
            for item in record:
                yield from _expressions(item, given)
        case _:
            yield from _expressions_in_parts(record, given)


def _expressions_in_parts(record: Any, given: frozenset[str]) -> Iterator[tuple[Expression, frozenset[str]]]:
    for field in fields(record) if is_dataclass(record) and not isinstance(record, type) else ():
        if field.name == "outputs" and getattr(record, "bare_results", False):
            continue
        around = given | {"result"} if field.name == "outputs" else given
        yield from _expressions(getattr(record, field.name), around)


def sent(elements: Iterable[Element]) -> Iterator[tuple[Element, EventModel]]:
    """Message events that leave the process."""
    for element in elements:
        if element.type in ("sendTask", "intermediateThrowEvent", "endEvent"):
            yield from ((element, event) for event in element.events if event.kind == "message")


def awaited(elements: Iterable[Element]) -> Iterator[tuple[Element, EventModel]]:
    """Message events that the process waits for."""
    for element in elements:
        if element.type in ("receiveTask", "intermediateCatchEvent", "boundaryEvent", "startEvent"):
            yield from ((element, event) for event in element.events if event.kind == "message")
