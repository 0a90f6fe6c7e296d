"""Who was late, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Words


class LatenessQuery(CamelSchema):
    """Which period, and how it is counted."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    by = fields.String(load_default="person", validate=validate.OneOf(("person", "post", "institution", "process", "step")))
    institution = fields.String(load_default=None, validate=validate.Length(max=20))


class LatenessRow(CamelSchema):
    """One group; what nobody had claimed counts for its posts and stands without a person."""

    person = fields.String(allow_none=True)
    post = Words(allow_none=True)
    institution = fields.String(allow_none=True)
    process = fields.String(allow_none=True)
    step = fields.String(allow_none=True)
    overdue = fields.Integer()
    escalated = fields.Integer()
    counted = fields.Integer()
    unanswered = fields.Integer()
