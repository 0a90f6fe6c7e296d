"""Lines to a person, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant


class Notice(CamelSchema):
    """One line."""

    id = fields.UUID()
    at = Instant()
    kind = fields.String()
    text = fields.String()
    text_en = fields.String()
    task_id = fields.UUID(attribute="task", allow_none=True)
    instance_id = fields.UUID(attribute="instance", allow_none=True)
    read_at = Instant(allow_none=True)


class NoticePage(CamelSchema):
    """A page of lines."""

    items = fields.List(fields.Nested(Notice))
    next_cursor = fields.String(allow_none=True)
    unread = fields.Integer()


class Read(CamelSchema):
    """Lines that were read."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=200))
