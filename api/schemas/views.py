"""Saved views of the inbox over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import MAX_TEXT, CamelSchema
from api.schemas.tasks import DUE, URGENCIES

VIEWED = ("todo", "claimable", "soon", "overdue")


class ViewFilter(CamelSchema):
    """Which tasks of a box; what is left out asks for all."""

    process = fields.String(validate=validate.Length(min=1, max=MAX_TEXT))
    text = fields.String(validate=validate.Length(min=1, max=MAX_TEXT), data_key="q")
    institution = fields.String(validate=validate.Length(min=1, max=20))
    urgency = fields.String(validate=validate.OneOf(URGENCIES))
    due = fields.String(validate=validate.OneOf(DUE))


class ViewIn(CamelSchema):
    """A view to be kept."""

    name = fields.String(required=True, validate=validate.Length(max=100))
    box = fields.String(required=True, validate=validate.OneOf(VIEWED))
    filter = fields.Nested(ViewFilter, required=True)
    share = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("post", "department")))
    capacity_id = fields.UUID(load_default=None, allow_none=True)


class ViewChoiceIn(CamelSchema):
    """What one does with a view."""

    pinned = fields.Boolean(required=True)
    preferred = fields.Boolean(required=True)


class FilterOut(CamelSchema):
    """The filter of a view; null asks for all."""

    process = fields.String(allow_none=True)
    text = fields.String(allow_none=True, data_key="q")
    institution = fields.String(allow_none=True)
    urgency = fields.String(allow_none=True)
    due = fields.String(allow_none=True)


class View(CamelSchema):
    """A saved view."""

    id = fields.UUID()
    name = fields.String()
    box = fields.String(validate=validate.OneOf(VIEWED))
    filter = fields.Nested(FilterOut)
    mine = fields.Boolean()
    owner = fields.String()
    share = fields.String(allow_none=True, validate=validate.OneOf(("post", "department")))
    shared_with = fields.String(allow_none=True)
    pinned = fields.Boolean()
    preferred = fields.Boolean()
    count = fields.Integer(allow_none=True)
