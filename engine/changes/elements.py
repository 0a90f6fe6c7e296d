"""What an XML element says, as paths and values: attributes, texts and what lies in it, in the order of the file.

`extensionElements` are looked through. Children of one kind are told apart by the attribute that names them, such as the
`value` of an outcome; where there is none, by their number. Ids of inner elements and the place where a text is typed say
nothing and are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from engine.xml import Node

PREFIXES = {
    "http://www.omg.org/spec/BPMN/20100524/MODEL": "",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
    "urn:liandong:bpmn:1": "liandong:",
    "http://camunda.org/schema/1.0/bpmn": "camunda:",
    "http://operaton.org/schema/1.0/bpmn": "operaton:",
    "http://flowable.org/bpmn": "flowable:",
    "http://activiti.org/bpmn": "activiti:",
}
NAMED_BY = {"outcome": "value", "starter": "post", "fields": "for", "visible": "institution"}
"""Attribute by which children of one kind are told apart; `name` for all others."""
_DMN = ("{http://www.omg.org/spec/DMN/", "{https://www.omg.org/spec/DMN/")
_SAYS_NOTHING = frozenset({"id", "xsi:type"})
Skip = Callable[[Node], bool]


def word(name: object) -> str:
    """A qualified name with the usual prefix; names of BPMN and DMN have none."""
    namespace, _, local = str(name).rpartition("}")
    if not namespace or namespace.startswith(_DMN):
        return local
    return PREFIXES.get(namespace[1:], f"{namespace}}}") + local


def local(node: Node) -> str:
    """Name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def properties(node: Node, skip: Skip) -> dict[str, str]:
    """All that an element says, but for its id and for the children that `skip` holds for."""
    return dict(_told(node, "", skip))


def _told(node: Node, path: str, skip: Skip) -> list[tuple[str, str]]:
    attributes = sorted((word(name), str(value)) for name, value in node.attrib.items())
    found = [(_join(path, name), value) for name, value in attributes if name not in _SAYS_NOTHING]
    if text := (node.text or "").strip():
        found.append((path or "text", text))
    for child, name in _distinct([child for child in _children(node) if not skip(child)]):
        found += _told(child, _join(path, name), skip)
    return found or ([(path, "")] if path else [])


def _children(node: Node) -> Iterator[Node]:
    for child in node:
        if local(child) == "extensionElements":
            yield from child
        else:
            yield child


def _distinct(children: list[Node]) -> Iterator[tuple[Node, str]]:
    """Each child with a name that no other has: that of its kind, and what sets it apart."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    for child in children:
        kind = word(child.tag)
        seen[kind] += 1
        refers = local(child).endswith(("Ref", "Refs"))
        mark = (child.text or "").strip() if refers else child.get(NAMED_BY.get(local(child), "name"))
        name = kind if not mark else f"{kind}[{mark}]"
        if name in taken:
            name = f"{kind}[{seen[kind]}]"
        taken.add(name)
        yield child, name


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
