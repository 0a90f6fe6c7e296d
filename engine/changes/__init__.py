"""How two states of a process folder differ, in the words of those who draw processes: no lines, but elements and properties.

Pure: it reads bytes and tells. Order, blanks and comments that mean nothing are told as `spelling`, what is only drawn
elsewhere as `layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import simplejson

from engine.changes.diagrams import diagram_items
from engine.changes.records import MOST_ITEMS, Change, FileChange, Item
from engine.changes.tables import table_items
from engine.changes.values import form_items, parameter_items, scenario_items
from engine.xml import Node, Unreadable, read

__all__ = ["Change", "FileChange", "Item", "compare"]

File = tuple[str, bytes]
"""Kind and content of a file."""

_XML: Mapping[str, Callable[[Node, Node], list[Item]]] = {"bpmn": diagram_items, "decision": table_items}
_JSON: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], list[Item]]] = {
    "form": form_items,
    "document": form_items,
    "parameters": parameter_items,
    "metrics": parameter_items,
    "scenario": scenario_items,
}


def compare(before: Mapping[str, File], after: Mapping[str, File]) -> tuple[FileChange, ...]:
    """The files that differ, by name."""
    return tuple(
        _compared(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _compared(name: str, before: File | None, after: File | None) -> FileChange:
    if before is None or after is None:
        [kind, _] = after or before or ("", b"")
        return FileChange(name=name, kind=kind, change="added" if before is None else "removed")
    kind = after[0]
    try:
        items = _items(kind, before[1], after[1])
    except (Unreadable, ValueError, RecursionError):
        return FileChange(name=name, kind=kind, change="changed", readable=False)
    items.sort(key=lambda item: item.change == "moved")
    changes = {item.change for item in items}
    change: Any = "spelling" if not changes else "layout" if changes == {"moved"} else "changed"
    told = FileChange(name=name, kind=kind, change=change, items=tuple(items[:MOST_ITEMS]))
    return replace(told, more=max(0, len(items) - MOST_ITEMS))


def _items(kind: str, before: bytes, after: bytes) -> list[Item]:
    if kind in _XML:
        return _XML[kind](read(before), read(after))
    old, new = (_object(content) for content in (before, after))
    return _JSON[kind](old, new)


def _object(content: bytes) -> Mapping[str, Any]:
    value = simplejson.loads(content.decode(), use_decimal=True)
    if not isinstance(value, dict):
        raise ValueError("Expected a JSON object, but it is none")
    return value
