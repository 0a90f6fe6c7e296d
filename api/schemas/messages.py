"""Messages from outside, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Instant, Key, Words


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


class AwaitedMessage(CamelSchema):
    """A message that a case waits for."""

    key = Key()
    name = fields.String()
    step = fields.String()
    correlation = fields.Dict(keys=fields.String())
    values = fields.List(fields.String())


class LetterLine(CamelSchema):
    """A letter that a message came with."""

    id = fields.UUID()
    name = fields.String()
    type = fields.String()
    size = fields.Integer()
    institution = fields.String(allow_none=True)
    occurred_at = Instant()


class AwaitedMessages(CamelSchema):
    """What can be entered, for whom, and what has come on paper."""

    messages = fields.List(fields.Nested(AwaitedMessage))
    institutions = fields.List(fields.Nested(Coded))
    letters = fields.List(fields.Nested(LetterLine))


class Enter(CamelSchema):
    """What an institution without a system has sent."""

    awaited = Key(required=True, validate=validate.Regexp(r"^[0-9]{1,18}$"))
    institution = fields.String(required=True, validate=validate.Length(min=1, max=20))
    occurred_at = Instant(required=True)
    evidence = fields.String(required=True, validate=validate.Length(max=500))
    payload = fields.Dict(keys=fields.String(), load_default=dict)


class StartMessage(CamelSchema):
    """A message that starts a case."""

    key = Key()
    name = fields.String()
    process = Words()
    needed = fields.List(fields.String(), metadata={"description": "Names of the values that it has to bring"})
    values = fields.List(fields.String(), metadata={"description": "Names of all its values; none where it may bring any"})


class StartMessages(CamelSchema):
    """What can be entered that starts a case: nothing for who does not enter for others."""

    messages = fields.List(fields.Nested(StartMessage))
    institutions = fields.List(fields.Nested(Coded), metadata={"description": "Those without a system"})
    receivers = fields.List(fields.Nested(Coded), metadata={"description": "Those that the caller enters for"})


class EnterStart(CamelSchema):
    """What an institution without a system has sent, which starts a case at `to`."""

    start = Key(required=True, validate=validate.Regexp(r"^[0-9]{1,18}$"))
    institution = fields.String(required=True, validate=validate.Length(min=1, max=20))
    to = fields.String(required=True, validate=validate.Length(min=1, max=20))
    number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    occurred_at = Instant(required=True)
    evidence = fields.String(required=True, validate=validate.Length(max=500))
    payload = fields.Dict(keys=fields.String(), load_default=dict)


class Begun(CamelSchema):
    """The case that a message has started; the letter is put to it under the message's id."""

    instance = fields.UUID()
    message = fields.UUID()
    state = fields.String()


class LetterQuery(CamelSchema):
    """What the file is called."""

    name = fields.String(load_default="", validate=validate.Length(max=400))
