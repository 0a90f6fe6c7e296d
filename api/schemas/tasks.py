"""Tasks over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.language import language
from api.schemas.attachments import Attachment
from api.schemas.base import Afterwards, CamelSchema, Coded, Instant, Key, Named, SearchQuery, Words, page_of
from api.schemas.signing import ENDINGS, After, Operation, Round
from api.sentences import sentence

BOXES = ("todo", "later", "claimable", "overdue", "soon", "done", "copied", "sending", "drafts")
URGENCIES = ("E", "U", "R")
DUE = ("today", "week")
ACTIONS = ("claim", "unclaim", "complete", "saveDraft", "reassign", "return", "takeBack", "undo")
MAX_REASON = 500
MAX_OPINION = 2_000


class TaskQuery(SearchQuery):
    """Which tasks."""

    box = fields.String(load_default="todo", validate=validate.OneOf(BOXES))
    institution = fields.String(load_default=None, validate=validate.Length(max=20))
    urgency = fields.String(load_default=None, validate=validate.OneOf(URGENCIES))
    due = fields.String(load_default=None, validate=validate.OneOf(DUE))


class ProcessRef(CamelSchema):
    """The process of a task."""

    key = fields.String()
    name = Words()


class InstanceRef(CamelSchema):
    """The case of a task."""

    id = fields.UUID()
    number = fields.String(allow_none=True)


class Sender(CamelSchema):
    """Who sent a task here."""

    name = fields.String()
    institution = fields.String(allow_none=True)


class TaskRow(CamelSchema):
    """A task in a list."""

    id = fields.UUID()
    key = Key()
    revision = fields.Integer()
    name = Words()
    subject = fields.String(allow_none=True)
    urgency = fields.String(allow_none=True, validate=validate.OneOf(URGENCIES))
    process = fields.Nested(ProcessRef)
    instance = fields.Nested(InstanceRef)
    institution = fields.Nested(Coded, allow_none=True)
    sender = fields.Nested(Sender, allow_none=True, data_key="from")
    state = fields.String(validate=validate.OneOf(("waiting", "open", "claimed", "completed", "closed")))
    assignee = fields.Nested(Named, allow_none=True)
    on_behalf_of = fields.String(allow_none=True)
    suspended = fields.Boolean()
    claimable = fields.Boolean()
    mine = fields.Boolean()
    created_at = Instant()
    due_at = Instant(allow_none=True)
    term_seconds = fields.Integer(allow_none=True)
    provisional = fields.Boolean()
    response_due_at = Instant(allow_none=True)
    level = fields.Integer(validate=validate.Range(min=0, max=3))
    unread = fields.Boolean()
    completed_at = Instant(allow_none=True)
    outcome = fields.String(allow_none=True)
    outcome_label = Words(allow_none=True)
    reason = fields.String(allow_none=True)
    kind = fields.String(validate=validate.OneOf(("asked", "before", "after", "beside", "advice")))
    ending = fields.String(allow_none=True, validate=validate.OneOf(ENDINGS))
    urged = fields.Integer()
    held_until = Instant(allow_none=True)
    held_label = Words(allow_none=True)
    copy_id = fields.UUID(allow_none=True)
    read_at = Instant(allow_none=True)
    follow_up_at = Instant(allow_none=True)


TaskPage = page_of(TaskRow, "TaskPage")


class TaskCounts(CamelSchema):
    """Numbers beside the boxes."""

    todo = fields.Integer()
    claimable = fields.Integer()
    overdue = fields.Integer()
    soon = fields.Integer()
    copied = fields.Integer()
    started = fields.Integer()
    sending = fields.Integer()
    drafts = fields.Integer()
    later = fields.Integer()


class Outcome(CamelSchema):
    """One way to decide a task."""

    value = fields.String()
    label = fields.String()
    label_en = fields.String()
    kind = fields.String(validate=validate.OneOf(("primary", "negative", "neutral", "adjourn")))
    opinion_required = fields.Function(lambda outcome: outcome.opinion == "required", metadata={"type": "boolean"})
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")
    partial_ = fields.Boolean(attribute="partial", data_key="partial")


class Chair(CamelSchema):
    """In which post, where."""

    post = Words()
    institution = fields.String()


class Draft(CamelSchema):
    """What was typed but not sent."""

    data = fields.Dict(keys=fields.String())
    opinion = fields.String(allow_none=True)
    saved_at = Instant()


class Opinion(CamelSchema):
    """What was decided before."""

    step = Words()
    person = fields.String(allow_none=True)
    capacity = fields.Function(lambda opinion: chair_text(opinion), metadata={"type": ["string", "null"]})
    outcome_label = Words(allow_none=True)
    kind = fields.String(allow_none=True)
    opinion = fields.String(allow_none=True)
    on_behalf_of = fields.String(allow_none=True)
    signature = fields.UUID(allow_none=True)
    occurred_at = Instant(allow_none=True)
    files = fields.List(fields.Nested(Attachment))
    at = Instant()


class LadderStep(CamelSchema):
    """One rung of the ladder."""

    at = Instant()
    kind = fields.String(validate=validate.OneOf(("remind", "overdue", "level2", "level3")))
    text = fields.String()
    text_en = fields.String()
    done = fields.Boolean()


class CopyLine(CamelSchema):
    """A read-only copy of a task. `id` only of the caller's own; `asks`: he is asked for an opinion on it."""

    id = fields.UUID(allow_none=True)
    person = fields.String()
    reason = fields.String(validate=validate.OneOf(("model", "person", "circulate", "overdue", "level2", "level3")))
    sent_by = fields.String(allow_none=True)
    made_at = Instant()
    read_at = Instant(allow_none=True)
    opinion = fields.String(allow_none=True)
    answered_at = Instant(allow_none=True)
    asks = fields.Boolean()


class Unsent(CamelSchema):
    """A decision that was held and could not be carried out, with what was typed."""

    outcome_label = Words(allow_none=True)
    data = fields.Dict(keys=fields.String())
    opinion = fields.String(allow_none=True)
    code = fields.String()
    detail = fields.Function(lambda kept: sentence(kept.code, 409, kept.facts, language()), metadata={"type": "string"})
    at = Instant()


class TaskDetail(TaskRow):
    """A task opened."""

    element_id = fields.String()
    form = fields.Dict(keys=fields.String(), allow_none=True)
    data = fields.Dict(keys=fields.String())
    attachments = fields.List(fields.Nested(Attachment))
    enclosures = fields.List(fields.Nested(Attachment))
    outcomes = fields.List(fields.Nested(Outcome))
    actions = fields.List(fields.String(validate=validate.OneOf(ACTIONS)))
    return_label = Words(allow_none=True)
    form_version = fields.Integer(allow_none=True)
    capacity = fields.Nested(Chair, allow_none=True)
    draft = fields.Nested(Draft, allow_none=True)
    unsent = fields.Nested(Unsent, allow_none=True)
    copies = fields.List(fields.Nested(CopyLine))
    followed = fields.Boolean()
    opinions = fields.List(fields.Nested(Opinion))
    ladder = fields.List(fields.Nested(LadderStep))
    signature = fields.String(validate=validate.OneOf(("none", "offered", "required")))
    signed = fields.Boolean()
    round = fields.Nested(Round)
    operations = fields.List(fields.Nested(Operation))
    returned = fields.Nested(lambda: Returned(), allow_none=True)


class FollowUp(CamelSchema):
    """Until when a task is put off; null brings it back."""

    until = Instant(required=True, allow_none=True)


class Unclaim(CamelSchema):
    """Give a task back."""

    reason = fields.String(load_default="", validate=validate.Length(max=MAX_REASON))


class Complete(CamelSchema):
    """Decide a task."""

    outcome = fields.String(required=True, validate=validate.Length(min=1, max=100))
    data = fields.Dict(keys=fields.String(), load_default=dict)
    opinion = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_OPINION))
    after = fields.Nested(After, load_default=None, allow_none=True)
    hold = fields.Boolean(load_default=False)
    form_version = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "That of the task as it was read; 409 when others have changed what is sent"},
    )
    afterwards = fields.Nested(Afterwards, load_default=None, allow_none=True)


class Sign(CamelSchema):
    """Sign by hand: the drawing as PNG in base64, with the password of one's account."""

    image = fields.String(required=True, validate=validate.Length(min=1, max=280_000))
    password = fields.String(required=True, validate=validate.Length(min=1, max=256), load_only=True)


class Reassign(CamelSchema):
    """Give a task to somebody else."""

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class Recalculation(CamelSchema):
    """Whom the rules of a step find now, held against those who are asked; names."""

    joining = fields.List(fields.String())
    leaving = fields.List(fields.String())
    staying = fields.List(fields.String())


class Recalculate(CamelSchema):
    """Find the people of a task anew."""

    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class Return(CamelSchema):
    """Send a task back."""

    target = fields.String(required=True, validate=validate.Length(min=1, max=200))
    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))
    resume = fields.String(load_default="again", validate=validate.OneOf(("again", "direct")))
    end_others = fields.Boolean(load_default=False)
    confirmed = fields.Boolean(load_default=False)


class ReturnTarget(CamelSchema):
    """A step that was done before; with a refusal, the task cannot be sent there."""

    element = fields.String()
    name = Words()
    persons = fields.List(fields.String())
    decided_at = Instant()
    refusal = fields.String(
        allow_none=True,
        validate=validate.OneOf(("behind-join", "other-branch", "unstructured", "seats", "subprocess", "event-subprocess")),
    )
    refusal_text = fields.Function(lambda target: refusal_text(target), metadata={"type": ["string", "null"]})
    ends = fields.List(fields.String())
    effects = fields.List(fields.String())
    direct = fields.Boolean()
    previous = fields.Boolean()
    first = fields.Boolean()


class Returned(CamelSchema):
    """Why a task was sent back to its step."""

    name = fields.String()
    by_name = fields.String()
    reason = fields.String()
    resume = fields.String(validate=validate.OneOf(("again", "direct")))
    at = fields.String()


class DraftBody(CamelSchema):
    """What was typed."""

    data = fields.Dict(keys=fields.String(), load_default=dict)
    opinion = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_OPINION))


class Saved(CamelSchema):
    """When a draft was kept."""

    saved_at = Instant()


class Reassignee(CamelSchema):
    """Somebody a task may be given to."""

    id = fields.UUID()
    name = fields.String()
    initials = fields.String()
    post = Words()
    institution = fields.String()


def refusal_text(target: Any) -> str | None:
    """Why a task cannot be sent back to a step, as a sentence."""
    if target.refusal is None:
        return None
    spoken = language()
    name = target.name_en if spoken == "en" else target.name
    return sentence(f"return-{target.refusal}", 409, {"name": name}, spoken)


def chair_text(record: Any) -> str | None:
    """Post and institution of a record as one text."""
    post = Words().serialize("post", record)
    parts = [part for part in (post, record.institution) if part]
    return " · ".join(parts) or None


class Choose(CamelSchema):
    """Who is to do a later step."""

    element = fields.String(required=True, validate=validate.Length(min=1, max=150))
    persons = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=50))
