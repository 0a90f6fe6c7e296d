"""Attachments over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant


class AttachmentQuery(CamelSchema):
    """For which field a file is, and what it is called."""

    field = fields.String(required=True, validate=validate.Length(min=1, max=200))
    name = fields.String(load_default="", validate=validate.Length(max=400))


class Attachment(CamelSchema):
    """A file without its content."""

    id = fields.UUID()
    name = fields.String()
    type = fields.String()
    size = fields.Integer()
    uploaded_at = Instant()
