"""How two JSON files differ: forms and documents field by field, parameters key by key, scenarios step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import simplejson

from engine.changes.records import Item, differing

_ANOTHER = re.compile(r"-?\d.*|true|false|null|[\[{\"].*", re.DOTALL)
_PLACE = frozenset({"layout"})
_NAMED_BY = ("key", "value", "name", "id")
"""Members by which the objects of a list are told apart."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    said: Mapping[str, str]
    name: str
    type: str
    place: tuple[Any, ...]


def form_items(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Item]:
    """The items of two forms or documents; what is gone comes last."""
    title = str(after.get("id") or "")
    found = differing(None, title, "form", *(_flat(_without(form, "components")) for form in (before, after)))
    old, new = (dict(_fields(form, ())) for form in (before, after))
    steady = _steady(list(old), list(new))
    for identity, field in new.items():
        was = old.get(identity)
        if was is None:
            found.append(Item(element=identity, name=field.name, type=field.type, change="added"))
            continue
        found += differing(identity, field.name, field.type, was.said, field.said)
        if was.place != field.place or identity not in steady:
            found.append(Item(element=identity, name=field.name, type=field.type, change="moved"))
    gone = [(identity, field) for identity, field in old.items() if identity not in new]
    return found + [Item(element=name, name=field.name, type=field.type, change="removed") for name, field in gone]


def parameter_items(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Item]:
    """An item for each parameter that is new, gone or has another value."""
    old, new = _flat(before), _flat(after)
    found: list[Item] = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        change: Any = "added" if was is None else "removed" if now is None else "changed"
        found.append(Item(element=key, name=key, type="parameter", change=change, before=was, after=now))
    return found


def scenario_items(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Item]:
    """What a scenario says of itself, and the steps that are new, gone or other."""
    title = str(after.get("id") or "")
    found = differing(None, title, "scenario", *(_flat(_without(told, "steps")) for told in (before, after)))
    old, new = ([_text(step) for step in told.get("steps") or ()] for told in (before, after))
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for number in range(max(last - first, end - start)):
            was = old[first + number] if number < last - first else None
            now = new[start + number] if number < end - start else None
            place = str((start if now is not None else first) + number + 1)
            change: Any = "added" if was is None else "removed" if now is None else "changed"
            found.append(Item(element=place, name=place, type="step", change=change, before=was, after=now))
    return found


def _fields(holder: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, _Field]]:
    """Every field of a form with its id, those in groups and lists too."""
    row: object = None
    for order, component in enumerate(holder.get("components") or ()):
        if not isinstance(component, dict):
            continue
        identity = str(component.get("id") or component.get("key") or f"{component.get('type')} {order}")
        name = str(component.get("label") or component.get("key") or component.get("text") or identity)[:60]
        kept = {key: value for key, value in component.items() if key not in _PLACE and key not in ("components", "id")}
        layout = component.get("layout")
        layout = layout if isinstance(layout, dict) else {}
        # The names of rows are the editor's own; that a field goes on with one is what is seen.
        place = (above, layout.get("columns"), row is not None and layout.get("row") == row)
        row = layout.get("row")
        yield identity, _Field(said=_flat(kept), name=name, type=str(component.get("type") or ""), place=place)
        yield from _fields(component, (*above, identity))


def _steady(before: list[str], after: list[str]) -> frozenset[str]:
    """The fields that stand in the same order in both."""
    old, new = ([name for name in names if name in other] for names, other in ((before, set(after)), (after, set(before))))
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return frozenset(name for block in blocks for name in old[block.a : block.a + block.size])


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """Every value of an object by its dotted path. Objects of a list are named by a member, other lists are one value."""
    if isinstance(value, dict) and (value or not path):
        members = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and (named := _named(value)):
        members = [(f"{path}[{name}]", item) for name, item in named.items()]
    else:
        return {path: _text(value)}
    return {key: text for name, item in members for key, text in _flat(item, name).items()}


def _named(items: list[Any]) -> dict[str, Any]:
    for member in _NAMED_BY:
        names = [str(item[member]) for item in items if isinstance(item, dict) and isinstance(item.get(member), (str, int))]
        if names and len(set(names)) == len(items):
            return dict(zip(names, items, strict=True))
    return {}


def _without(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != name}


def _text(value: Any) -> str:
    """A value as text: a string as it is, unless it could be taken for another value, such as "5" for 5."""
    if isinstance(value, str) and not _ANOTHER.fullmatch(value):
        return value
    return simplejson.dumps(value, ensure_ascii=False, use_decimal=True, sort_keys=True)
