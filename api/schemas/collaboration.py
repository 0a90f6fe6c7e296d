"""What talks with a case, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Instant, Words
from api.schemas.instances import STATES

MESSAGE_STATES = ("sent", "waiting", "delivered", "recorded", "dead", "discarded")


class CollaborationQuery(CamelSchema):
    """Whether the text of the drawings comes along; who has it already asks without."""

    drawn = fields.Boolean(load_default=True)


class StandingAt(CamelSchema):
    """Tokens at an element."""

    element = fields.String()
    name = Words()
    count = fields.Integer()
    since = Instant()


class AwaitedFrom(CamelSchema):
    """A message that a case listens for; needed where the case goes on by it."""

    element = fields.String()
    step = Words()
    message = fields.String()
    since = Instant(allow_none=True)
    needed = fields.Boolean()
    pools = fields.List(fields.String())
    cases = fields.List(fields.Integer())


class CollaboratingCase(CamelSchema):
    """One case; of one that the caller does not see only its place, pool and institution."""

    place = fields.Integer()
    visible = fields.Boolean()
    pool = fields.String()
    institution = fields.Nested(Coded, allow_none=True)
    drawing = fields.Integer(allow_none=True)
    pool_id = fields.String(allow_none=True)
    id = fields.UUID(allow_none=True)
    number = fields.String(allow_none=True)
    state = fields.String(allow_none=True, validate=validate.OneOf(STATES))
    started_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    tokens = fields.List(fields.Nested(StandingAt))
    done = fields.List(fields.String())
    awaits = fields.List(fields.Nested(AwaitedFrom))


class DrawnFlow(CamelSchema):
    """An arrow of a drawing."""

    drawing = fields.Function(lambda pair: pair[0], metadata={"type": "integer"})
    flow = fields.Function(lambda pair: pair[1], metadata={"type": "string"})


class ExchangedMessage(CamelSchema):
    """A message without its contents; source and target are places of cases, null for what is no case that is told."""

    id = fields.UUID()
    name = fields.String()
    source = fields.Integer(allow_none=True)
    target = fields.Integer(allow_none=True)
    source_name = fields.String()
    target_name = fields.String()
    from_step = fields.String(allow_none=True)
    to_step = fields.String(allow_none=True)
    flows = fields.List(fields.Nested(DrawnFlow))
    state = fields.String(validate=validate.OneOf(MESSAGE_STATES))
    reason = fields.String(allow_none=True)
    sent_at = Instant()
    delivered_at = Instant(allow_none=True)
    expires_at = Instant()


class CollaborationDrawing(CamelSchema):
    """A file with pools; of the black boxes nothing but their messages is to be shown."""

    id = fields.UUID()
    xml = fields.String(allow_none=True)
    title = fields.String()
    black_boxes = fields.List(fields.String())


class Collaboration(CamelSchema):
    """Everything that talks with a case."""

    here = fields.Integer()
    cases = fields.List(fields.Nested(CollaboratingCase))
    messages = fields.List(fields.Nested(ExchangedMessage))
    drawings = fields.List(fields.Nested(CollaborationDrawing))
