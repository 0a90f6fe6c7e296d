"""One form before one person: their rights, the data as it is, and what a condition means there.

Expressions of a form see its data at the top level, nulls for what nobody filled, and whatever else the runtime gives
(`parameters`, `instance`, `own`, variables); inside a row list they see the row's columns first. A condition that cannot
be evaluated, because a field is still empty, is false. The browser keeps the same rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ExpressionError
from engine.expressions import Expression
from engine.forms.rights import Grant
from engine.forms.tree import Blank, Check, Field, Node, Option, Wording

_GIVEN_NAMES = frozenset({"now"})
"""Names that the browser has by itself."""
_MAX_GIVEN_OPTIONS = 1_000


@dataclass(frozen=True)
class Situation:
    """Use `Situation.of`."""

    grant: Grant
    data: Mapping[str, Any]
    names: Mapping[str, Any]
    """The data with nulls for fields that nobody filled."""
    readable: frozenset[str]
    """Top-level names that the browser may know."""

    @classmethod
    def of(cls, grant: Grant, data: Mapping[str, Any]) -> Situation:
        """The situation of whom a form grants so much."""
        return cls(grant, data, Blank.of(grant.nodes).under(data), _GIVEN_NAMES | grant.readable)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The form's nodes."""
        return self.grant.nodes

    def static(self, expression: Expression, columns: Collection[str] = ()) -> bool:
        """Whether the expression names what the browser may not know, so that the server's answer stands."""
        return not expression.names <= self.readable.union(columns)

    def absent(self, node: Node, columns: Collection[str] = ()) -> bool:
        """Whether the person never sees the node: by right, or by a condition that only the server can answer."""
        if self.grant.access(node) == "hidden":
            return True
        return node.hide is not None and self.static(node.hide, columns) and is_true(node.hide, self.names)

    def concerns(self, check: Check) -> bool:
        """Whether the person writes a value that the check names; only then can they break it, and mend it."""
        return not self.grant.written.isdisjoint(check.expression.names)


def is_true(expression: Expression, names: Mapping[str, Any]) -> bool:
    """The condition; one that cannot be evaluated counts as false."""
    try:
        return expression.condition(names)
    except ExpressionError:
        return False


def holds(check: Check, names: Mapping[str, Any]) -> bool:
    """Whether a check between fields holds. What cannot be evaluated holds while a field that it names is empty, else fails."""
    try:
        return check.expression.condition(names)
    except ExpressionError:
        return any(_has_gap(names.get(name)) for name in check.expression.names)


def options_of(field: Field, names: Mapping[str, Any]) -> tuple[Option, ...]:
    """The field's options: its own, or those in the variable it names, as texts or as {"value", "label", "labelEn"}."""
    if field.options_from is None:
        return field.options
    given = names.get(field.options_from)
    found = [_option(item) for item in given[:_MAX_GIVEN_OPTIONS]] if isinstance(given, list) else []
    return tuple(option for option in found if option)


def _has_gap(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_gap(item) for item in value.values())
    if isinstance(value, list):
        return not value or any(_has_gap(item) for item in value)
    return value is None


def _option(item: Any) -> Option | None:
    if isinstance(item, str):
        item = {"value": item}
    if not isinstance(item, Mapping) or not isinstance(item.get("value"), str):
        return None
    label = _text(item.get("label"), item["value"])
    return Option(value=item["value"], label=Wording(zh=label, en=_text(item.get("labelEn"), label)))


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and value else otherwise
