"""What every schema shares: camelCase keys, instants in UTC with Z, texts in the caller's language, pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from api.language import language

MAX_TEXT = 200
"""Longest search text."""


class CamelSchema(Schema):
    """Attributes in snake_case, keys in camelCase. What it does not know it refuses."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Gives a field its key."""
        if field_obj.data_key is None:
            first, *rest = field_name.split("_")
            field_obj.data_key = first + "".join(word.capitalize() for word in rest)


class Instant(fields.DateTime):
    """An instant: ISO 8601, with an offset when it comes in, with Z when it goes out."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else iso(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **kwargs)
        if instant.tzinfo is None:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


class Words(fields.String):
    """A text that the record has twice, as `name` and `name_en`: the one that the caller reads."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        english = getattr(obj, f"{self.attribute or attr}_en", None)
        chosen = english if language() == "en" and english else value
        return None if chosen is None else str(chosen)


class Key(fields.String):
    """A 63-bit integer as text: a browser's number would round it."""


class Afterwards(CamelSchema):
    """When something that is entered afterwards (补录) really happened, and why it is entered only now."""

    occurred_at = fields.AwareDateTime(required=True, format="iso")
    reason = fields.String(required=True, validate=validate.Length(max=500))


class Named(CamelSchema):
    """Something with an id and a name."""

    id = fields.UUID()
    name = fields.String()


class Coded(CamelSchema):
    """Something with a code and a name."""

    code = fields.String()
    name = fields.String()


class Nothing(CamelSchema):
    """An empty object."""


class PageQuery(CamelSchema):
    """Which part of a list."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class SearchQuery(PageQuery):
    """Which part of a list that can be searched."""

    q = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))
    process = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))


def iso(instant: datetime) -> str:
    """An instant as the API writes it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def page_of(item: type[Schema], name: str) -> type[CamelSchema]:
    """The schema of a page of `item`, called `name` in the document."""
    rows = fields.List(fields.Nested(item))
    members: dict[str, fields.Field[Any]] = {"items": rows, "next_cursor": fields.String(allow_none=True)}
    return CamelSchema.from_dict(members, name=name)  # type: ignore[return-value]
