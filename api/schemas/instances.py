"""Cases over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Afterwards, CamelSchema, Coded, Instant, Key, SearchQuery, Words, page_of
from api.schemas.tasks import TaskRow, chair_text

STATES = ("active", "completed", "terminated", "cancelled", "incident", "suspended")


class InstanceQuery(SearchQuery):
    """Which cases."""

    box = fields.String(load_default="started", validate=validate.OneOf(("started", "participating", "followed")))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class ProcessVersion(CamelSchema):
    """A process in a version."""

    key = fields.String()
    name = Words()
    version = fields.Integer()


class Starter(CamelSchema):
    """Who started a case."""

    name = fields.String()


class NowStep(CamelSchema):
    """Where a case stands."""

    step = Words()
    holder = Words()
    since = Instant()
    due_at = Instant(allow_none=True)
    level = fields.Integer()


class InstanceRow(CamelSchema):
    """A case in a list."""

    id = fields.UUID()
    key = Key()
    number = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    urgency = fields.String(allow_none=True)
    process = fields.Nested(ProcessVersion)
    institution = fields.Nested(Coded, allow_none=True)
    state = fields.String(validate=validate.OneOf(STATES))
    started_at = Instant()
    occurred_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    started_by = fields.Function(
        lambda row: None if row.started_by is None else {"name": row.started_by},
        metadata={"type": ["object", "null"], "properties": {"name": {"type": "string"}}},
    )
    now = fields.List(fields.Nested(NowStep))


InstancePage = page_of(InstanceRow, "InstancePage")


class Member(CamelSchema):
    """One pool of a case."""

    id = fields.UUID()
    pool = fields.String()
    institution = fields.Nested(Coded, allow_none=True)
    state = fields.String()


class InstanceDetail(InstanceRow):
    """A case opened."""

    collaboration = fields.List(fields.Nested(Member))
    collaborates = fields.Boolean()
    ending = Words(allow_none=True, metadata={"description": "What the end is called at which everything else ended"})
    followed = fields.Boolean()
    actions = fields.List(fields.String(validate=validate.OneOf(("withdraw", "urge", "readArchive"))))


class Start(CamelSchema):
    """Start a process."""

    process_key = fields.String(required=True, validate=validate.Length(min=1, max=200))
    capacity_id = fields.UUID(required=True)
    variables = fields.Dict(keys=fields.String(), load_default=dict)
    afterwards = fields.Nested(Afterwards, load_default=None, allow_none=True)


class Withdraw(CamelSchema):
    """Withdraw a case: back to one's draft, or for good."""

    mode = fields.String(required=True, validate=validate.OneOf(("revise", "void")))
    reason = fields.String(required=True, validate=validate.Length(max=500))
    confirmed = fields.Boolean(load_default=False)


class Started(CamelSchema):
    """A case that was started."""

    instance = fields.Nested(InstanceRow)
    next_task = fields.Nested(TaskRow, allow_none=True)


class ActionReply(CamelSchema):
    """What became of a task and its case; null for what the caller may not see any more."""

    task = fields.Nested(TaskRow, allow_none=True)
    instance = fields.Nested(InstanceRow, allow_none=True)
    next_task = fields.Nested(TaskRow, allow_none=True)


class TimelineItem(CamelSchema):
    """One line of a timeline."""

    at = Instant(allow_none=True)
    kind = fields.String(validate=validate.OneOf(("step", "task", "message", "timer", "escalation", "incident", "system")))
    title = fields.String()
    title_en = fields.String()
    person = Words(allow_none=True)
    capacity = fields.Function(lambda item: chair_text(item), metadata={"type": ["string", "null"]})
    detail = fields.String(allow_none=True)
    detail_en = fields.String(allow_none=True)
    basis = fields.String(allow_none=True)
    basis_en = fields.String(allow_none=True)
    state = fields.String(validate=validate.OneOf(("done", "now", "next")))
    since = Instant(allow_none=True)
    due_at = Instant(allow_none=True)


class Timeline(CamelSchema):
    """A case's timeline."""

    items = fields.List(fields.Nested(TimelineItem))


class TokenMark(CamelSchema):
    """Tokens at an element."""

    element = fields.String()
    count = fields.Integer()
    since = Instant()


class OutlineStep(CamelSchema):
    """One element of the outline."""

    element = fields.String()
    name = fields.String()
    type = fields.String()
    state = fields.String(validate=validate.OneOf(("done", "now", "todo")))


class Pool(CamelSchema):
    """One pool of the drawing."""

    instance_id = fields.UUID(attribute="instance", allow_none=True)
    name = fields.String()
    visible = fields.Boolean()


class Diagram(CamelSchema):
    """A case's drawing."""

    xml = fields.String()
    tokens = fields.List(fields.Nested(TokenMark))
    done = fields.List(fields.String())
    outline = fields.List(fields.Nested(OutlineStep))
    pools = fields.List(fields.Nested(Pool))


class DocumentChoice(CamelSchema):
    """One document that can be printed."""

    id = fields.String()
    title = fields.String()
    title_en = fields.String()


class Startable(CamelSchema):
    """A process that the caller may start."""

    key = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    initials = fields.String()
    capacities = fields.List(fields.UUID())
    description = fields.String(allow_none=True)


class OfferedActivity(CamelSchema):
    """An activity of an ad-hoc subprocess that may be started."""

    element = fields.String()
    name = fields.String()
    type = fields.String()
    subprocess = fields.String()
    scope = Key()
    blocked = fields.Boolean()


class OfferedActivities(CamelSchema):
    """What a case offers."""

    items = fields.List(fields.Nested(OfferedActivity))


class ActivityStart(CamelSchema):
    """Which activity to start."""

    element = fields.String(required=True, validate=validate.Length(1, 150))
    scope = Key(load_default=None, validate=validate.Regexp(r"[0-9]{1,18}\Z"))
