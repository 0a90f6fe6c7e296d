"""Saved views of the inbox and of operations over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from api.schemas.base import MAX_TEXT, CamelSchema, Instant
from api.schemas.operations import InstanceFilterFields
from api.schemas.tasks import DUE, URGENCIES

INBOX = ("todo", "claimable", "soon", "overdue")
VIEWED = (*INBOX, "instances")


class ViewQuery(CamelSchema):
    """Of which place."""

    place = fields.String(load_default="inbox", validate=validate.OneOf(("inbox", "operations")))


class TaskFilterIn(CamelSchema):
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
    filter = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "By the fields of the list that it filters"}
    )
    share = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("post", "department")))
    capacity_id = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def checked(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The view with a filter of its box. Raises ValidationError for fields that the box has not."""
        cases = data["box"] not in INBOX
        try:
            asked = (InstanceFilterFields() if cases else TaskFilterIn()).load(data["filter"])
        except ValidationError as refused:
            raise ValidationError({"filter": refused.messages}) from refused
        kept = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asked.items()}
        return {**data, "filter": kept}


class ViewChoiceIn(CamelSchema):
    """What one does with a view."""

    pinned = fields.Boolean(required=True)
    preferred = fields.Boolean(required=True)


class FilterOut(CamelSchema):
    """The filter of a view, with the fields of its box; null asks for all."""

    state = fields.String(allow_none=True)
    version = fields.Integer(allow_none=True)
    business_key = fields.String(allow_none=True)
    element = fields.String(allow_none=True)
    passed = fields.String(allow_none=True)
    days = fields.Integer(allow_none=True)
    started_from = Instant(allow_none=True)
    started_until = Instant(allow_none=True)
    where = fields.List(fields.String())

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
