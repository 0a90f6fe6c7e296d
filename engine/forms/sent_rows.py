"""The rows of a list as they were sent: which of them are there already, and whether those may come, stay and go.

Where a row that is there could not be told from a new one, it is sent with its number in the list under `MARK`; a row
without one is new. Elsewhere the rows stand for those at the same places, or for the whole list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from engine.forms.rights import MARK, Grant, RowRights
from engine.forms.sentences import Wrong
from engine.forms.tree import Node, Rows, Section, data_key, data_nodes


@dataclass(frozen=True, kw_only=True)
class SentRow:
    """One row on its way: where it is, what was sent, what of it could be read, what is there now."""

    path: str
    raw: Mapping[str, Any]
    typed: Mapping[str, Any]
    current: Mapping[str, Any]
    number: int | None = None
    """Its place in the list as it is; None where it is new, or its place says nothing."""
    kept: bool = False
    """Whether it may not be written on."""


def taken_marks(
    nodes: tuple[Node, ...], sent: Mapping[str, Any], grant: Grant, prefix: str = ""
) -> Iterator[tuple[str, list[Any]]]:
    """Takes the numbers of rows out of what was sent: path of each list whose rows have them, with one entry a row."""
    for node in data_nodes(nodes):
        value, path = sent.get(data_key(node)), prefix + data_key(node)
        if isinstance(node, Section) and isinstance(value, dict):
            yield from taken_marks(node.children, value, grant, f"{path}.")
        elif isinstance(node, Rows) and isinstance(value, list) and grant.row_rights(node).marked:
            yield path, [row.pop(MARK, None) if isinstance(row, dict) else None for row in value]


def wrong_rows(node: Rows, rights: RowRights, sent: int, current: int, marks: list[Any] | None) -> Wrong | None:
    """What is wrong with the rows as a whole: too many, or others than may be added and removed."""
    if sent > node.max_rows:
        return Wrong("too-many", {"limit": node.max_rows, "found": sent})
    if marks is None:
        return None if sent == current or (rights.add and rights.remove) else Wrong("rows-fixed")
    given = [mark for mark in marks if mark is not None]
    known = [mark for mark in given if isinstance(mark, int) and not isinstance(mark, bool) and 0 <= mark < current]
    if known != given or any(one >= other for one, other in pairwise(known)):
        return Wrong("row-unknown")
    if not rights.remove and len(known) < current:
        return Wrong("rows-kept", {"found": current - len(known)})
    if not rights.add and len(known) < sent:
        return Wrong("rows-not-added", {"found": sent - len(known)})
    return None


def is_blank(value: Any) -> bool:
    """Whether nothing is written in a value, or anywhere in a row; an unticked box is nothing."""
    if isinstance(value, Mapping):
        return all(is_blank(item) for item in value.values())
    return value is None or value is False or value in ("", [])
