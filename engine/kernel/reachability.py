"""Which elements a token can ever get to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.model import Element, ProcessModel
from engine.kernel.source import GATEWAYS


def unreachable(model: ProcessModel) -> Iterator[Element]:
    """Elements that no start event, event subprocess or compensation can bring a token to."""
    reached = {e.id for e in model.elements.values() if _is_entry(e)}
    waiting = list(reached)
    followers: dict[str, list[str]] = {}
    for flow in model.flows.values():
        followers.setdefault(flow.source, []).append(flow.target)
    for element in model.elements.values():
        if element.attached_to:
            followers.setdefault(element.attached_to, []).append(element.id)
    while waiting:
        for target in followers.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    handlers = {e.handler for e in model.elements.values()}
    for element in model.elements.values():
        if element.id not in reached and element.id not in handlers:
            yield element


def _is_entry(element: Element) -> bool:
    if element.type == "startEvent" or element.event_subprocess or element.for_compensation:
        return True
    if element.type == "intermediateCatchEvent" and any(event.kind == "link" for event in element.events):
        return True
    return (
        not element.incoming
        and element.type not in ("boundaryEvent", "startEvent")
        and element.type not in GATEWAYS | {"endEvent"}
    )
