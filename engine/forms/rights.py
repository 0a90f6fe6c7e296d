"""Who may do what with a form's fields at one step: hidden, read or write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.forms.tree import Field, Node, Ornament, Rows, Section

Access = Literal["hidden", "read", "write"]


@dataclass(frozen=True, kw_only=True)
class FieldRights:
    """The rights of one step. Names are dotted; the name of a section or a row list covers everything in it."""

    write: frozenset[str] | None = None
    """Only these are writable; None: every field as the form says."""
    required: frozenset[str] = frozenset()
    """Must be filled at this step, besides what the form requires."""
    hidden: frozenset[str] = frozenset()
    """Neither shown nor accepted; stronger than `write`."""
    demanded: frozenset[str] = frozenset()
    """Fields that one of the step's outcomes demands: writable too."""

    @classmethod
    def of(
        cls,
        *,
        write: Iterable[str] | None = None,
        required: Iterable[str] = (),
        hidden: Iterable[str] = (),
        demanded: Iterable[str] = (),
    ) -> FieldRights:
        """Rights from any collections of names."""
        return cls(
            write=None if write is None else frozenset(write),
            required=frozenset(required),
            hidden=frozenset(hidden),
            demanded=frozenset(demanded),
        )


AS_THE_FORM_SAYS = FieldRights()
"""Every field is writable unless the form marks it read-only."""

READ_ONLY = FieldRights(write=frozenset())
"""Everything is shown, nothing is writable."""


def access(node: Node, rights: FieldRights) -> Access:
    """What `rights` allow with `node`. A container is as open as its most open child."""
    if isinstance(node, Ornament):
        return "read"
    if node.name is not None and _covers(rights.hidden, node.name):
        return "hidden"
    if isinstance(node, Field):
        return "write" if _writable(node, rights) else "read"
    inside = {access(child, rights) for child in node.children if not isinstance(child, Ornament)}
    if "write" in inside:
        return "write"
    return "read" if "read" in inside or not inside else "hidden"


def rows_open(rows: Rows, rights: FieldRights) -> bool:
    """Whether rows may be added and removed: only by who writes every column, else unseen values would be lost."""
    return all(rows_open_child(child, rights) for child in rows.children) and access(rows, rights) == "write"


def rows_open_child(node: Node, rights: FieldRights) -> bool:
    """Whether `node`, inside a row list, is writable as a whole."""
    if isinstance(node, Section):
        return access(node, rights) != "hidden" and all(rows_open_child(child, rights) for child in node.children)
    return isinstance(node, Ornament) or access(node, rights) == "write"


def _writable(field: Field, rights: FieldRights) -> bool:
    if _covers(rights.demanded, field.name):
        return True
    if rights.write is None:
        return not field.readonly
    return _covers(rights.write, field.name)


def _covers(names: frozenset[str], name: str) -> bool:
    if name in names:
        return True
    return any(name[:end] in names for end, char in enumerate(name) if char == ".")
