"""Who may do what with a form's fields at one step: hidden, read or write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.forms.tree import Field, Node, Ornament, Rows, Section, data_key, data_nodes, walk

Access = Literal["hidden", "read", "write"]
ROW_WORDS = frozenset({"add", "edit", "remove"})
"""What may be done to the rows of a list: put new ones in, write on those that are there, take them out."""


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
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Row lists of which the step says what may be done to their rows, in `ROW_WORDS`."""

    def __hash__(self) -> int:
        return hash((self.write, self.required, self.hidden, self.demanded, frozenset(self.rows.items())))

    @classmethod
    def of(
        cls,
        *,
        write: Iterable[str] | None = None,
        required: Iterable[str] = (),
        hidden: Iterable[str] = (),
        demanded: Iterable[str] = (),
        rows: Mapping[str, Iterable[str]] | None = None,
    ) -> FieldRights:
        """Rights from any collections of names."""
        return cls(
            write=None if write is None else frozenset(write),
            required=frozenset(required),
            hidden=frozenset(hidden),
            demanded=frozenset(demanded),
            rows={name: frozenset(words) for name, words in (rows or {}).items()},
        )


@dataclass(frozen=True, kw_only=True)
class RowRights:
    """What may be done to the rows of one list; which of their columns are written, the columns' own rights say."""

    add: bool
    edit: bool
    remove: bool
    marked: bool
    """Whether a row that is there is sent with its number (`MARK`), since it could not be told from a new one otherwise."""


MARK = "#"
"""Key under which a row that is there is sent with its number in the list, from 0; no column has such a key."""


AS_THE_FORM_SAYS = FieldRights()
"""Every field is writable unless the form marks it read-only."""

READ_ONLY = FieldRights(write=frozenset())
"""Everything is shown, nothing is writable."""


class Grant:
    """What the rights of one step allow with each node of one form, worked out once. Threads may share it."""

    def __init__(self, nodes: tuple[Node, ...], rights: FieldRights) -> None:
        self.nodes = nodes
        self.rights = rights
        self._access: dict[int, Access] = {}
        """By the identity of the node; `nodes` keeps them all alive."""
        for node in nodes:
            self._measure(node)
        self._rows = {id(node): self._row_rights(node) for node in walk(nodes) if isinstance(node, Rows)}
        at_top = tuple(data_nodes(nodes))
        self.readable = frozenset(data_key(node) for node in at_top if self._shown_whole(node))
        """Keys at the top of the data of which nothing is hidden."""
        self.written = frozenset(data_key(node) for node in at_top if self.access(node) == "write")
        """Keys at the top of the data that the person writes, or writes a part of."""

    def access(self, node: Node) -> Access:
        """What is allowed with a node of the form. A container is as open as its most open child."""
        return self._access[id(node)]

    def row_rights(self, rows: Rows) -> RowRights:
        """What may be done to the rows of a list of the form.

        Where neither the step nor the form says it, rows are added and removed by who writes every column, and by nobody else.
        """
        return self._rows[id(rows)]

    def _measure(self, node: Node) -> Access:
        inside: set[Access] = set()
        if isinstance(node, Section | Rows):
            inside = {self._measure(child) for child in node.children if not isinstance(child, Ornament)}
            self._access.update((id(child), "read") for child in node.children if isinstance(child, Ornament))
        found = self._access[id(node)] = self._judged(node, inside)
        return found

    def _judged(self, node: Node, inside: set[Access]) -> Access:
        if isinstance(node, Ornament):
            return "read"
        if node.name is not None and _covers(self.rights.hidden, node.name):
            return "hidden"
        if isinstance(node, Field):
            return "write" if _writable(node, self.rights) else "read"
        if isinstance(node, Rows) and "remove" in self.rights.rows.get(node.name, ()):
            return "write"
        if "write" in inside:
            return "write"
        return "read" if "read" in inside or not inside else "hidden"

    def _row_rights(self, rows: Rows) -> RowRights:
        if self.access(rows) != "write":
            return RowRights(add=False, edit=False, remove=False, marked=False)
        whole = all(self._written_whole(child) for child in rows.children)
        derived = ROW_WORDS if whole and not rows.fixed else frozenset({"edit"})
        words = self.rights.rows.get(rows.name, derived)
        marked = words != {"edit"} and not (whole and words == ROW_WORDS)
        return RowRights(add="add" in words, edit="edit" in words, remove="remove" in words, marked=marked)

    def _written_whole(self, node: Node) -> bool:
        """Whether a node inside a row list is writable as a whole."""
        if isinstance(node, Section):
            return self.access(node) != "hidden" and all(map(self._written_whole, node.children))
        return isinstance(node, Ornament) or self.access(node) == "write"

    def _shown_whole(self, node: Field | Rows | Section) -> bool:
        """Whether nothing of a node is hidden from the person."""
        if self.access(node) == "hidden":
            return False
        return isinstance(node, Field) or all(map(self._shown_whole, data_nodes(node.children)))


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
