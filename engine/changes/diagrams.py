"""How two BPMN files differ: element by element and property by property, what is only drawn elsewhere told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.changes.elements import local, properties
from engine.changes.records import Item, differing
from engine.xml import Node

HOLDERS = frozenset(
    {"definitions", "process", "subProcess", "adHocSubProcess", "transaction", "collaboration", "laneSet", "childLaneSet", "lane"}
)
"""Elements whose children stand for themselves."""
_DRAWN = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_FOLLOWS = frozenset({"incoming", "outgoing"})
"""Said by the sequence flows already."""


@dataclass(frozen=True, kw_only=True)
class _Thing:
    node: Node
    name: str
    holder: str


def diagram_items(before: Node, after: Node) -> list[Item]:
    """The items of two files, given by their root elements, in the order of the new file; what is gone comes last."""
    old, new = _things(before), _things(after)
    drawn_before, drawn_after = _drawing(before), _drawing(after)
    found: list[Item] = []
    for identity, thing in new.items():
        kind = local(thing.node)
        if identity not in old:
            found.append(Item(element=identity, name=thing.name, type=kind, change="added"))
            continue
        found += differing(identity, thing.name, kind, _said(old[identity]), _said(thing))
        if drawn_before.get(identity) != drawn_after.get(identity):
            found.append(Item(element=identity, name=thing.name, type=kind, change="moved"))
    gone = [(identity, thing) for identity, thing in old.items() if identity not in new]
    return found + [Item(element=name, name=thing.name, type=local(thing.node), change="removed") for name, thing in gone]


def _things(root: Node) -> Mapping[str, _Thing]:
    """Everything of a file that stands for itself, by id."""
    found: dict[str, _Thing] = {}
    names = {str(node.get("id")): str(node.get("name") or "") for node in root.iter() if isinstance(node.tag, str)}
    for node, holder in _held(root, ""):
        found[str(node.get("id"))] = _Thing(node=node, name=_name(node, names), holder=holder)
    return found


def _held(holder: Node, identity: str) -> Iterator[tuple[Node, str]]:
    for node in holder:
        if _own(node):
            yield node, identity
        if local(node) in HOLDERS:
            yield from _held(node, str(node.get("id") or identity))


def _own(node: Node) -> bool:
    """Whether an element stands for itself. The drawing and what lies inside of elements does not."""
    parent = node.getparent()
    held = parent is not None and local(parent) in HOLDERS and node.get("id") is not None
    return held and not str(node.tag).startswith(_DRAWN) and local(node) not in ("laneSet", "childLaneSet")


def _said(thing: _Thing) -> dict[str, str]:
    own = local(thing.node) in HOLDERS

    def skip(node: Node) -> bool:
        return local(node) in _FOLLOWS or (own and _own(node)) or local(node) in ("laneSet", "childLaneSet")

    said = properties(thing.node, skip)
    return {"type": local(thing.node), "in": thing.holder, **said}


def _name(node: Node, names: Mapping[str, str]) -> str:
    """What people call an element; a flow without a name is called by its ends."""
    if node.get("name"):
        return str(node.get("name"))
    source, target = node.get("sourceRef"), node.get("targetRef")
    if source and target:
        return f"{names.get(source) or source} → {names.get(target) or target}"
    return str(node.get("id"))


def _drawing(root: Node) -> Mapping[str, tuple[object, ...]]:
    """Where each element is drawn: bounds, way points, label, and how it is shown."""
    found: dict[str, tuple[object, ...]] = {}
    for shape in root.iter(f"{_DRAWN}BPMNShape", f"{_DRAWN}BPMNEdge"):
        shown = sorted(
            (str(name), _number(str(value))) for name, value in shape.attrib.items() if name not in ("id", "bpmnElement")
        )
        points = [
            tuple(sorted((str(name), _number(str(value))) for name, value in point.attrib.items() if name != "id"))
            for point in shape.iter()
            if point is not shape and point.attrib
        ]
        found[str(shape.get("bpmnElement"))] = (tuple(shown), tuple(points))
    return found


def _shown(shape: Node) -> tuple[object, ...]:
    values = ((str(name), _number(str(value))) for name, value in shape.attrib.items())
    return tuple(sorted((name, value) for name, value in values if name not in ("id", "bpmnElement")))


def _number(text: str) -> object:
    """A coordinate by its value: one tool writes 100, another 100.0."""
    try:
        return round(float(text), 3)
    except ValueError:
        return text
