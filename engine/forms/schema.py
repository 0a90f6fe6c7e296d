"""A form compiled to a marshmallow Schema: one field a field, sections and rows nested.

The schema reads types and the rules of single values. It knows no person: rights, conditions and what is required depend
on the step and are checked around it. Error messages are `Wrong` records, worded later by the field they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from engine.forms.sentences import Wrong
from engine.forms.tree import Field, Node, Ornament, Rows, Section
from engine.forms.values import Refused, read


class _Value(fields.Field[Any]):
    """A field of the form; reading it is the form's business, not marshmallow's."""

    def __init__(self, field: Field) -> None:
        super().__init__(allow_none=True, data_key=field.key, attribute=field.key)
        self.field = field

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return read(self.field, value)
        except Refused as refusal:
            raise ValidationError([refusal.wrong]) from None


class _FormSchema(Schema):
    class Meta:
        unknown = RAISE
        register = False

    error_messages = {  # noqa: RUF012
        "type": Wrong("wrong-shape"),  # type: ignore[dict-item]
        "unknown": Wrong("unknown-field"),  # type: ignore[dict-item]
    }


def compile_schema(nodes: tuple[Node, ...]) -> Schema:
    """The schema of a form, a section with a path or a row."""
    # The attribute names are ours, so that no key can collide with marshmallow's own (`Meta`, `context`, `load`).
    declared = {f"field_{number}": field for number, field in enumerate(_declare(nodes))}
    return _FormSchema.from_dict(declared)()


def load(schema: Schema, submitted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Wrong]]:
    """The typed values that could be read, and what is wrong with the others by dotted path."""
    try:
        return schema.load(submitted, partial=True), {}
    except ValidationError as error:
        wrongs = dict(_flatten(error.messages, ""))
        return (error.valid_data if isinstance(error.valid_data, dict) else {}), wrongs


def _declare(nodes: tuple[Node, ...]) -> Iterator[fields.Field[Any]]:
    for node in nodes:
        if isinstance(node, Field):
            yield _Value(node)
        elif isinstance(node, Rows):
            row = fields.Nested(compile_schema(node.children), allow_none=True)
            yield fields.List(
                row, allow_none=True, data_key=node.key, attribute=node.key, error_messages={"invalid": [Wrong("wrong-shape")]}
            )
        elif isinstance(node, Section) and node.path:
            yield fields.Nested(compile_schema(node.children), allow_none=True, data_key=node.path, attribute=node.path)
        elif not isinstance(node, Ornament):
            yield from _declare(node.children)


def _flatten(messages: Any, path: str) -> Iterator[tuple[str, Wrong]]:
    """Dotted paths and first wrongs out of marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flatten(inner, path if key == "_schema" else f"{path}.{key}" if path else str(key))
    else:
        wrong = messages[0] if isinstance(messages, list) else messages
        yield path, wrong if isinstance(wrong, Wrong) else Wrong("wrong-shape")
