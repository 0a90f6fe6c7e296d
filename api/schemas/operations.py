"""What operators see, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Instant, Key, PageQuery, page_of
from api.schemas.instances import STATES, ProcessVersion
from api.schemas.tasks import InstanceRef


class IncidentQuery(PageQuery):
    """Which incidents."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "resolved")))


class JobQuery(PageQuery):
    """Which jobs."""

    state = fields.String(load_default=None, validate=validate.OneOf(("pending", "running", "failed")))


class MessageQuery(PageQuery):
    """Which messages."""

    state = fields.String(load_default="dead", validate=validate.OneOf(("sent", "waiting", "delivered", "recorded", "dead")))


class AllInstancesQuery(PageQuery):
    """Which cases."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class Incident(CamelSchema):
    """A stop that a person must resolve."""

    id = fields.UUID()
    at = Instant()
    instance = fields.Nested(InstanceRef, allow_none=True)
    process = fields.Nested(ProcessVersion, allow_none=True)
    element = fields.String(allow_none=True)
    element_name = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()
    retries_left = fields.Integer(allow_none=True)
    state = fields.String()


class Job(CamelSchema):
    """Work of the clock."""

    id = fields.UUID()
    kind = fields.String()
    instance = fields.Nested(InstanceRef, allow_none=True)
    due_at = Instant()
    state = fields.String()
    retries = fields.Integer()
    attempts = fields.Integer()
    worker = fields.String(allow_none=True)
    error = fields.String(allow_none=True)


class Message(CamelSchema):
    """A message without its contents."""

    id = fields.UUID()
    name = fields.String()
    from_institution = fields.Nested(Coded, allow_none=True)
    to_institution = fields.Nested(Coded, allow_none=True)
    endpoint = fields.String(allow_none=True)
    business_key = fields.String(allow_none=True)
    channel = fields.String()
    state = fields.String()
    reason = fields.String(allow_none=True)
    sent_at = Instant()
    expires_at = Instant()


class OperatedInstance(CamelSchema):
    """A case without what it is about."""

    id = fields.UUID()
    key = Key()
    number = fields.String(allow_none=True)
    process = fields.Nested(ProcessVersion)
    institution = fields.Nested(Coded, allow_none=True)
    state = fields.String()
    revision = fields.Integer()
    started_at = Instant()
    ended_at = Instant(allow_none=True)


IncidentPage = page_of(Incident, "IncidentPage")
JobPage = page_of(Job, "JobPage")
MessagePage = page_of(Message, "MessagePage")
OperatedInstancePage = page_of(OperatedInstance, "OperatedInstancePage")
