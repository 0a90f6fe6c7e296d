"""Type references of a DMN file: the standard's simple types, and item definitions that stand for one of them."""

from __future__ import annotations

from collections.abc import Callable

from engine.decisions.kinds import ANY, KINDS
from engine.decisions.report import Report
from engine.xml import Node

_DEEPEST = 10
_UNBUILT = frozenset({"time", "daytimeduration", "yearmonthduration", "daysandtimeduration", "yearsandmonthsduration"})

CheckLanguage = Callable[[Node, "str | None"], None]


class ItemTypes:
    """The types of one file."""

    def __init__(self, root: Node, prefix: str, report: Report) -> None:
        self._report = report
        self._prefix = prefix
        self._items = {str(node.get("name")): node for node in root.iterchildren(prefix + "itemDefinition") if node.get("name")}

    def kind(self, reference: str | None, node: Node) -> str:
        """The kind of a type reference, `any` without one; an unknown type becomes a finding."""
        found = self._resolve(reference)
        if found is not None:
            return found
        unbuilt = _plain(reference or "") in _UNBUILT
        self._report.error(
            "unsupported-type" if unbuilt else "unknown-type",
            node,
            f"{'不支持' if unbuilt else '没有'}类型“{reference}”；可用 string、number、integer、boolean、date、dateTime。",
            f"The type '{reference}' {'is not supported' if unbuilt else 'does not exist'}; "
            "use string, number, integer, boolean, date or dateTime.",
        )
        return ANY

    def allowed(self, reference: str | None) -> Node | None:
        """The allowed values that an item definition sets."""
        for item in self._chain(reference):
            found = next(item.iterchildren(self._prefix + "allowedValues"), None)
            if found is not None:
                return found
        return None

    def _resolve(self, reference: str | None) -> str | None:
        if reference is None or not reference.strip():
            return ANY
        chain = self._chain(reference)
        for item in chain:
            component = next(item.iterchildren(self._prefix + "itemComponent"), None)
            if item.get("isCollection") == "true" or component is not None:
                return ANY
        last = self._base(chain[-1]) if chain else reference
        return ANY if last is None else KINDS.get(_plain(last))

    def _chain(self, reference: str | None) -> list[Node]:
        chain: list[Node] = []
        current = reference
        while current is not None and current.strip() in self._items and len(chain) < _DEEPEST:
            chain.append(self._items[current.strip()])
            current = self._base(chain[-1])
        return chain

    def _base(self, item: Node) -> str | None:
        found = next(item.iterchildren(self._prefix + "typeRef"), None)
        return None if found is None else found.text


def _plain(reference: str) -> str:
    return reference.strip().rpartition(":")[2].replace(" ", "").lower()
