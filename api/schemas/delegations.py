"""Who acts for whom, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant


class DelegationIn(CamelSchema):
    """Somebody is to do the caller's work, or the principal's where an administrator asks."""

    agent = fields.UUID(required=True)
    principal = fields.UUID(load_default=None, allow_none=True)
    from_at = Instant(required=True)
    to_at = Instant(required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))
    institution = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    processes = fields.List(
        fields.String(validate=validate.Length(max=150)), load_default=None, allow_none=True, validate=validate.Length(max=100)
    )


class DelegationQuery(CamelSchema):
    """Which delegations."""

    ended = fields.Boolean(load_default=False)


class DelegationRecord(CamelSchema):
    """One delegation."""

    id = fields.UUID()
    principal = fields.UUID()
    principal_name = fields.String()
    agent = fields.UUID()
    agent_name = fields.String()
    institution = fields.String(allow_none=True)
    processes = fields.List(fields.String(), allow_none=True)
    from_at = Instant()
    to_at = Instant()
    reason = fields.String()
