"""What acts outside a case: what the case alone cannot undo."""

from __future__ import annotations

from engine.kernel.model import Element

_OUTSIDE = frozenset({"sendTask", "callActivity"})
_THROWS = frozenset({"intermediateThrowEvent", "endEvent"})


def acts_outside(element: Element) -> bool:
    """Whether an element does something that the case alone cannot undo: sends, calls a function, another system, a process."""
    if element.type in _OUTSIDE or element.function is not None or element.external is not None:
        return True
    return element.type in _THROWS and any(event.kind in ("message", "signal") for event in element.events)
