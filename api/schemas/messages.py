"""Messages from outside, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant


class Send(CamelSchema):
    """A message for a case."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    to = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    correlation = fields.Dict(keys=fields.String(), load_default=dict)
    payload = fields.Dict(keys=fields.String(), load_default=dict)
    channel = fields.String(load_default="API", validate=validate.OneOf(("API", "PROXY_ENTRY")))
    message_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=100))
    occurred_at = Instant(load_default=None, allow_none=True)
    expires_at = Instant(load_default=None, allow_none=True)


class Broadcast(CamelSchema):
    """A signal for everybody that waits for it."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    payload = fields.Dict(keys=fields.String(), load_default=dict)


class Accepted(CamelSchema):
    """What became of a message."""

    id = fields.UUID(attribute="message")
    state = fields.String(validate=validate.OneOf(("sent", "delivered", "waiting", "dead")))
