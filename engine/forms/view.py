"""What one person gets to see of a form: the components for the browser, and the values that may be read.

Hidden fields are not there. An expression goes to the browser as its checked tree only when it names nothing but fields
that the person may read; any other is answered here, so that hidden values do not leak and the browser never guesses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from engine.expressions import Expression
from engine.forms.rights import MARK
from engine.forms.situation import Situation, is_true, options_of
from engine.forms.tree import (
    MANY_OPTIONS_KINDS,
    ONE_OPTION_KINDS,
    Check,
    Field,
    Node,
    Ornament,
    Rows,
    Section,
    data_key,
    data_nodes,
)

_CHOICE_KINDS = ONE_OPTION_KINDS | MANY_OPTIONS_KINDS


def components(situation: Situation) -> list[dict[str, Any]]:
    """The components for the browser, in the order of the form."""
    return _components(situation.nodes, situation, ())


def checks(declared: tuple[Check, ...], situation: Situation) -> list[dict[str, Any]]:
    """The checks between fields that the person can break and the browser can evaluate."""
    return [
        {**_expression(check.expression), "field": check.field, "message": check.message.zh, "messageEn": check.message.en}
        for check in declared
        if not situation.static(check.expression) and situation.concerns(check)
    ]


def readable_values(situation: Situation) -> dict[str, Any]:
    """The values that the person may read: the form's own fields in their own shapes, money as text with two places."""
    return _values(situation.nodes, situation.data, situation, ())


def _components(nodes: tuple[Node, ...], situation: Situation, columns: Collection[str]) -> list[dict[str, Any]]:
    return [
        _component(node, situation, columns)
        for node in nodes
        if not situation.absent(node, columns) and _has_content(node, situation, columns)
    ]


def _has_content(node: Node, situation: Situation, columns: Collection[str]) -> bool:
    """A container whose every child is absent is not worth a heading."""
    if isinstance(node, Field | Ornament):
        return True
    inner = _inner_columns(node, columns)
    return any(not situation.absent(child, inner) and _has_content(child, situation, inner) for child in node.children)


def _inner_columns(node: Node, columns: Collection[str]) -> Collection[str]:
    return frozenset(data_key(child) for child in data_nodes(node.children)) if isinstance(node, Rows) else columns


def _component(node: Node, situation: Situation, columns: Collection[str]) -> dict[str, Any]:
    shown = dict(node.component)
    if node.hide is not None and not situation.static(node.hide, columns):
        shown["conditional"] = {"hide": _expression(node.hide)}
    if isinstance(node, Field):
        return _field(node, shown, situation, columns)
    if isinstance(node, Rows):
        shown.update(_demand(node, shown, situation, columns))
        rights = situation.grant.row_rights(node)
        shown["rowRights"] = {"add": rights.add, "edit": rights.edit, "remove": rights.remove}
    if isinstance(node, Rows | Section):
        shown["components"] = _components(node.children, situation, _inner_columns(node, columns))
    return shown


def _field(field: Field, shown: dict[str, Any], situation: Situation, columns: Collection[str]) -> dict[str, Any]:
    shown.update(_demand(field, shown, situation, columns))
    if field.kind in _CHOICE_KINDS:
        shown["values"] = [
            {"value": option.value, "label": option.label.zh, "labelEn": option.label.en}
            for option in options_of(field, situation.names)
        ]
    if field.rule and field.rule.when:
        if situation.static(field.rule.when, columns):
            if not is_true(field.rule.when, situation.names):
                shown["properties"] = {key: value for key, value in shown["properties"].items() if key != "rule"}
        else:
            shown["properties"] = {**shown["properties"], "ruleWhen": _expression(field.rule.when)}
    return shown


def _demand(node: Field | Rows, shown: dict[str, Any], situation: Situation, columns: Collection[str]) -> dict[str, Any]:
    """Access, what is required now, and the condition under which it will be."""
    allowed = situation.grant.access(node)
    if allowed != "write":
        return {"access": "read", "required": False}
    required, properties = node.required or node.name in situation.grant.rights.required, shown["properties"]
    if node.required_when is not None:
        if situation.static(node.required_when, columns):
            required = required or is_true(node.required_when, situation.names)
        else:
            properties = {**properties, "requiredWhen": _expression(node.required_when)}
    return {"access": allowed, "required": required, "properties": properties}


def _expression(expression: Expression) -> dict[str, Any]:
    return {"source": expression.source, "tree": expression.tree}


def _values(
    nodes: tuple[Node, ...],
    data: Mapping[str, Any],
    situation: Situation,
    columns: Collection[str],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node in nodes:
        if situation.absent(node, columns) or isinstance(node, Ornament):
            continue
        if isinstance(node, Section) and node.path is None:
            values.update(_values(node.children, data, situation, columns))
        elif data_key(node) in data:
            _put(values, node, data[data_key(node)], situation, columns)
    return values


def _put(
    values: dict[str, Any],
    node: Field | Rows | Section,
    value: Any,
    situation: Situation,
    columns: Collection[str],
) -> None:
    """Takes over a value that has the shape of its node; a variable of the same name with another shape is not the form's."""
    if isinstance(node, Field):
        if _fits(node, value):
            values[node.key] = f"{Decimal(str(value)):.2f}" if node.money and _is_number(value) else value
    elif isinstance(node, Section):
        if isinstance(value, Mapping):
            values[data_key(node)] = _values(node.children, value, situation, columns)
    elif isinstance(value, list):
        inner = _inner_columns(node, columns)
        rows = [row if isinstance(row, Mapping) else {} for row in value]
        marked = situation.grant.row_rights(node).marked
        values[node.key] = [
            _values(node.children, row, situation, inner) | ({MARK: number} if marked else {}) for number, row in enumerate(rows)
        ]


def _fits(field: Field, value: Any) -> bool:
    if isinstance(value, list):
        return (field.kind in MANY_OPTIONS_KINDS or field.files is not None) and all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | bool | int | float | Decimal)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
