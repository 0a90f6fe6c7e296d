"""What operators see, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.schemas.base import CamelSchema, Coded, Instant, Key, PageQuery, Words, page_of
from api.schemas.incident_words import IncidentWords
from api.schemas.instances import STATES, Member, ProcessVersion
from api.schemas.tasks import InstanceRef
from engine.records import InstanceFilter


class IncidentQuery(PageQuery):
    """Which incidents."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "resolved")))
    instance = fields.UUID(load_default=None)
    code = fields.String(load_default=None, validate=validate.Length(max=60))
    element = fields.String(load_default=None, validate=validate.Length(max=200))
    process = fields.String(load_default=None, validate=validate.Length(max=200))


class JobQuery(PageQuery):
    """Which jobs."""

    state = fields.String(load_default=None, validate=validate.OneOf(("pending", "running", "failed")))
    instance = fields.UUID(load_default=None)


class MessageQuery(PageQuery):
    """Which messages."""

    state = fields.String(
        load_default="dead", validate=validate.OneOf(("sent", "waiting", "delivered", "recorded", "dead", "discarded"))
    )


class InstanceFilterFields(CamelSchema):
    """Which cases; what is left out asks for all."""

    state = fields.String(validate=validate.OneOf(STATES))
    process = fields.String(validate=validate.Length(min=1, max=200))
    version = fields.Integer(validate=validate.Range(min=1, max=2**31 - 1))
    text = fields.String(data_key="q", validate=validate.Length(min=1, max=100))
    business_key = fields.String(validate=validate.Length(min=1, max=200))
    element = fields.String(validate=validate.Length(min=1, max=200))
    passed = fields.String(validate=validate.Length(min=1, max=200))
    days = fields.Integer(validate=validate.Range(min=1, max=3_660))
    started_from = Instant()
    started_until = Instant()
    where = fields.List(fields.String(validate=validate.Length(min=1, max=300)))


class InstanceFilterIn(InstanceFilterFields):
    """The same as a filter of the engine."""

    @post_load
    def made(self, data: dict[str, Any], **kwargs: Any) -> InstanceFilter:
        """The filter."""
        return InstanceFilter(**{**data, "where": tuple(data.get("where", ()))})


class AllInstancesQuery(InstanceFilterFields, PageQuery):
    """Which cases."""


class FoundByQuery(CamelSchema):
    """Of which process."""

    process = fields.String(load_default=None, validate=validate.Length(min=1, max=200))


class Counted(CamelSchema):
    """A number of cases; with more there are others, which were not counted."""

    count = fields.Integer()
    more = fields.Boolean()


class SearchAttribute(CamelSchema):
    """A value that cases are found by."""

    name = fields.String()
    label = Words()


class Incident(CamelSchema):
    """A stop that a person must resolve."""

    id = fields.UUID()
    at = Instant()
    instance = fields.Nested(InstanceRef, allow_none=True)
    process = fields.Nested(ProcessVersion, allow_none=True)
    element = fields.String(allow_none=True)
    element_name = fields.String(allow_none=True)
    code = fields.String()
    message = IncidentWords()
    retries_left = fields.Integer(allow_none=True)
    state = fields.String()
    note = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    resolved_at = Instant(allow_none=True)


class IncidentCause(CamelSchema):
    """Open incidents of one cause."""

    code = fields.String()
    element = fields.String(allow_none=True)
    element_name = fields.String(allow_none=True)
    process_key = fields.String(allow_none=True)
    process_name = Words(allow_none=True)
    incidents = fields.Integer()
    first_at = Instant()
    last_at = Instant()


class IncidentCauses(CamelSchema):
    """Every cause, the most frequent first."""

    items = fields.List(fields.Nested(IncidentCause))


class RetryCause(CamelSchema):
    """Which incidents to try again."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=60))
    element = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    process_key = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class RetryScheduled(CamelSchema):
    """How many incidents are tried again, each by itself."""

    incidents = fields.Integer()


class IncidentNote(CamelSchema):
    """What the operators tell each other; an empty text takes it away."""

    note = fields.String(required=True, validate=validate.Length(max=2_000))


class Because(CamelSchema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))


class Redeliver(CamelSchema):
    """Whom the message is for, when that was wrong."""

    to = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))


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


class Place(CamelSchema):
    """An element where a token can be put."""

    element = fields.String()
    name = fields.String(allow_none=True)
    type = fields.String()


class OperatedCase(OperatedInstance):
    """A case, with what an operator needs to act on it."""

    incidents = fields.Integer()
    versions = fields.List(fields.Integer())
    migrated_from = fields.Integer(allow_none=True)
    collaboration = fields.List(fields.Nested(Member))
    collaborates = fields.Boolean()
    places = fields.List(fields.Nested(Place))


class FoundBy(CamelSchema):
    """What a filter can name."""

    attributes = fields.List(fields.Nested(SearchAttribute))
    versions = fields.List(fields.Integer())
    elements = fields.List(fields.Nested(Place))


class DefinitionVersion(CamelSchema):
    """One version of a process, with its live cases."""

    version = fields.Integer()
    version_tag = fields.String(allow_none=True)
    deployed_at = Instant()
    deployed_by = fields.String(allow_none=True)
    active = fields.Integer()
    suspended = fields.Integer()
    stopped = fields.Integer()


class OperatedProcess(CamelSchema):
    """A process with its versions."""

    process = fields.Nested(ProcessVersion)
    suspended_at = Instant(allow_none=True)
    startable = fields.Boolean()
    versions = fields.List(fields.Nested(DefinitionVersion))


class HeatQuery(CamelSchema):
    """Of which version, and of cases how old."""

    version = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31 - 1))
    days = fields.Integer(load_default=90, validate=validate.Range(min=1, max=366))


class HeatElement(CamelSchema):
    """One element that was visited, or at which something stands; lengths are seconds."""

    element = fields.String()
    name = Words()
    visits = fields.Integer()
    median = fields.Integer(allow_none=True)
    p90 = fields.Integer(allow_none=True)
    here = fields.Integer()
    waiting = fields.Integer(allow_none=True)


class HeatMap(CamelSchema):
    """The drawing of a version, and its elements."""

    process = fields.Nested(ProcessVersion)
    versions = fields.List(fields.Integer())
    cases = fields.Integer()
    xml = fields.String()
    elements = fields.List(fields.Nested(HeatElement))


class ProcessState(CamelSchema):
    """Whether a process takes new cases."""

    state = fields.String(validate=validate.OneOf(("active", "suspended")))


class CalendarCondition(CamelSchema):
    """How far working days are known."""

    version = fields.Integer()
    last_published_year = fields.Integer(allow_none=True)
    provisional = fields.Boolean()
    invented = fields.Boolean()


class Condition(CamelSchema):
    """What has stopped, what is late, what could not be told."""

    database = fields.String()
    calendar = fields.Nested(CalendarCondition)
    incidents = fields.Integer()
    suspended = fields.Integer()
    jobs_waiting = fields.Integer()
    jobs_late = fields.Integer()
    oldest_late = Instant(allow_none=True)
    jobs_failed = fields.Integer()
    dead_messages = fields.Integer()
    deliveries_waiting = fields.Integer()
    deliveries_failed = fields.Integer()


IncidentPage = page_of(Incident, "IncidentPage")
JobPage = page_of(Job, "JobPage")
MessagePage = page_of(Message, "MessagePage")
OperatedInstancePage = page_of(OperatedInstance, "OperatedInstancePage")
