"""What people who leave or move hand on, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, Words
from api.sentences import keeper_sentence

REFERENCE = fields.String(validate=validate.Length(min=1, max=400))
KIND = validate.OneOf(("leaving", "moving"))


class Reason(fields.String):
    """Why something was or would be refused, in the caller's language; null where it was not."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else keeper_sentence(value.code, value.facts)


class ChoiceIn(CamelSchema):
    """What is to become of one thing."""

    action = fields.String(required=True, validate=validate.OneOf(("hand-on", "end", "leave")))
    successor = fields.UUID(load_default=None, allow_none=True)


class HandoverQuery(CamelSchema):
    """Whose things, from which day on, and who is to have them."""

    person = fields.UUID(required=True)
    kind = fields.String(required=True, validate=KIND)
    from_date = fields.Date(load_default=None, allow_none=True)
    successors = fields.Dict(keys=fields.String(validate=validate.Length(max=20)), values=fields.UUID(), load_default=dict)
    choices = fields.Dict(keys=REFERENCE, values=fields.Nested(ChoiceIn), load_default=dict)


class HandoverIn(HandoverQuery):
    """A handover of what a preview has listed."""

    from_date = fields.Date(required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))
    fingerprint = fields.String(required=True, validate=validate.Length(equal=64))


class RevokeIn(CamelSchema):
    """Why a handover is revoked."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))


class PreviewItem(CamelSchema):
    """One thing, and what would become of it."""

    reference = fields.String()
    kind = fields.String()
    name = Words()
    place = fields.String(allow_none=True)
    until = fields.String(allow_none=True)
    action = fields.String()
    successor = fields.UUID(allow_none=True)
    refusal = Reason(allow_none=True)


class HandoverPreview(CamelSchema):
    """What would become of everything that names one person."""

    person = fields.UUID()
    name = fields.String()
    from_date = fields.Date()
    fingerprint = fields.String()
    items = fields.List(fields.Nested(PreviewItem))


class HandoverMade(CamelSchema):
    """A handover that was begun or revoked, and how many things it is about."""

    handover = fields.UUID()
    total = fields.Integer()


class HandoverRow(CamelSchema):
    """One handover, and how many of its things are in which state."""

    id = fields.UUID()
    person = fields.UUID()
    name = fields.String()
    kind = fields.String()
    from_date = fields.Date()
    reason = fields.String()
    made_by = fields.String(allow_none=True)
    made_at = Instant()
    revoked_by = fields.String(allow_none=True)
    revoked_at = Instant(allow_none=True)
    revoke_reason = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class HandoverItem(CamelSchema):
    """One thing, and what became of it."""

    id = fields.UUID()
    kind = fields.String()
    name = Words()
    place = fields.String(allow_none=True)
    successor = fields.String(allow_none=True)
    state = fields.String()
    refusal = Reason(allow_none=True)
    done_at = Instant(allow_none=True)


class HandoverRecord(HandoverRow):
    """One handover with its items."""

    items = fields.List(fields.Nested(HandoverItem))
    left = fields.Integer()
