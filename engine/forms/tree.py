"""What a form is made of: a tree of fields, sections, row lists and ornaments, read once from form-js JSON.

A *name* addresses a field in rights and outcomes: the keys from the outside in, joined by dots (`name`, `vital.sbp`,
`drugs.dose` for a column of every row). Records are immutable; nothing here knows a person or a submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from engine.expressions import Expression
from engine.forms.files import FileRules

FIELD_KINDS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "select",
        "radio",
        "checkbox",
        "checklist",
        "taglist",
        "date",
        "time",
        "datetime",
        "filepicker",
    }
)
"""A form-js `datetime` is a date, a time or a datetime by its subtype. The value of a filepicker is a list of attachment ids."""
TEXT_KINDS = frozenset({"textfield", "textarea"})
ONE_OPTION_KINDS = frozenset({"select", "radio"})
MANY_OPTIONS_KINDS = frozenset({"checklist", "taglist"})


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A text of the form in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice of a list."""

    value: str
    label: Wording


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a value must keep to; None means no limit of the form's own."""

    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int | None = None
    """Decimal places a number may have."""
    pattern: re.Pattern[str] | None = None
    no_past: bool = False
    """True: the date may not lie before today."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named rule of the community, such as a check digit."""

    name: str
    when: Expression | None
    """The rule holds only where this is true; None means always."""
    birth: str | None = None
    """Key of the date field beside it that must agree with an identity number."""
    sex: str | None = None
    """Key of the sex field (GB/T 2261.1) beside it that must agree with an identity number."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value that a person reads or writes."""

    kind: str
    """One of FIELD_KINDS."""
    id: str
    key: str
    name: str
    label: Wording
    hide: Expression | None
    """The field is absent where this is true."""
    required: bool
    required_when: Expression | None
    readonly: bool
    """Read-only unless a step's rights say otherwise."""
    money: bool
    limits: Limits
    options: tuple[Option, ...]
    options_from: str | None
    """Name of the variable that holds the options, None when the form lists them."""
    rule: Rule | None
    required_sentence: Wording | None
    pattern_sentence: Wording | None
    component: Mapping[str, Any]
    """What the browser is told, without rights and expressions."""
    files: FileRules | None = None
    """Of a filepicker: which files it takes."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled group of fields; with a `path`, its values lie together in one object."""

    id: str
    path: str | None
    name: str | None
    """Its name in rights; None without a path."""
    hide: Expression | None
    children: tuple[Node, ...]
    component: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list of rows with the same columns."""

    id: str
    key: str
    name: str
    label: Wording
    hide: Expression | None
    required: bool
    """At least one row is needed."""
    required_when: Expression | None
    readonly: bool
    max_rows: int
    fixed: bool
    """Whether rows are neither added nor removed where a step does not say otherwise."""
    children: tuple[Node, ...]
    required_sentence: Wording | None
    component: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ornament:
    """A text, a line or a gap."""

    id: str
    hide: Expression | None
    component: Mapping[str, Any]


Node: TypeAlias = Field | Section | Rows | Ornament


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule between fields: the expression must be true."""

    expression: Expression
    field: str
    """Name of the field that shows the message."""
    message: Wording


@dataclass(frozen=True)
class Blank:
    """The data of a form on which nobody has written: every key is there, with null. Expressions see it below the real data."""

    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: tuple[Node, ...]) -> Blank:
        """The blank of `nodes`, sections with a path as objects, row lists as empty lists."""
        values: dict[str, Any] = {}
        for node in nodes:
            if isinstance(node, Field):
                values[node.key] = None
            elif isinstance(node, Rows):
                values[node.key] = []
            elif isinstance(node, Section) and node.path:
                values[node.path] = cls.of(node.children).values
            elif isinstance(node, Section):
                values.update(cls.of(node.children).values)
        return cls(values)

    def under(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """`data` with nulls where a key is missing, also inside sections."""
        merged = {**self.values, **data}
        for key, blank in self.values.items():
            if isinstance(blank, dict):
                given = data.get(key)
                merged[key] = Blank(blank).under(given if isinstance(given, Mapping) else {})
        return merged


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node in the order of the document, containers before their content."""
    for node in nodes:
        yield node
        if isinstance(node, Section | Rows):
            yield from walk(node.children)


def attachment_ids(nodes: tuple[Node, ...], values: Mapping[str, Any]) -> Iterator[str]:
    """Every attachment that the file fields among `nodes` name in `values`."""
    for node in data_nodes(nodes):
        value = values.get(data_key(node))
        if isinstance(node, Field):
            if node.files and isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))
        elif isinstance(node, Rows):
            for row in value if isinstance(value, list) else ():
                yield from attachment_ids(node.children, row if isinstance(row, Mapping) else {})
        elif isinstance(value, Mapping):
            yield from attachment_ids(node.children, value)


def data_nodes(nodes: tuple[Node, ...]) -> Iterator[Field | Rows | Section]:
    """The nodes that hold a key at this level: sections without a path are opened, ornaments left out."""
    for node in nodes:
        if isinstance(node, Section) and node.path is None:
            yield from data_nodes(node.children)
        elif not isinstance(node, Ornament):
            yield node


def data_key(node: Field | Rows | Section) -> str:
    """The key of a data node at its level."""
    return (node.path or "") if isinstance(node, Section) else node.key
