"""What operators do to one case, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.schemas.base import CamelSchema, Instant, Key, PageQuery, Words, page_of
from api.schemas.incident_words import IncidentWords
from api.schemas.operations import InstanceFilterIn
from api.schemas.tasks import InstanceRef
from engine.commands.instructions import (
    CancelElement,
    CancelToken,
    Instruction,
    Move,
    StartAfter,
    StartBefore,
    StartFlow,
)

MAX_REASON = 500
MAX_ID = 200
_KEY = validate.Regexp(r"\A[0-9]{1,18}\Z")


class KeyIn(Key):
    """A 63-bit integer as text, on its way in."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        _KEY(text)
        return int(text)


class Reasoned(CamelSchema):
    """Why an operator acts."""

    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class TimerIn(Reasoned):
    """When a timer is to fire."""

    due_at = Instant(required=True)


class Cancellation(Reasoned):
    """How a case is ended."""

    compensate = fields.Boolean(load_default=False)


class Target(CamelSchema):
    """Where a token is put: before or after an element, or on a sequence flow."""

    before = fields.String(load_default=None, validate=validate.Length(max=MAX_ID))
    after = fields.String(load_default=None, validate=validate.Length(max=MAX_ID))
    flow = fields.String(load_default=None, validate=validate.Length(max=MAX_ID))
    ancestor = KeyIn(load_default=None)
    variables = fields.Dict(keys=fields.String(), load_default=dict)

    @validates_schema
    def _one_place(self, data: dict[str, Any], **kwargs: Any) -> None:
        if sum(data.get(name) is not None for name in ("before", "after", "flow")) != 1:
            raise ValidationError("one of before, after, flow", "before")


class Origin(CamelSchema):
    """What is taken away: one token, or all of an element."""

    token = KeyIn(load_default=None)
    element = fields.String(load_default=None, validate=validate.Length(max=MAX_ID))

    @validates_schema
    def _one_origin(self, data: dict[str, Any], **kwargs: Any) -> None:
        if (data.get("token") is None) == (data.get("element") is None):
            raise ValidationError("one of token, element", "token")


class InstructionIn(CamelSchema):
    """One instruction: `start` puts a token, `cancel` takes tokens away, both together move them."""

    start = fields.Nested(Target, load_default=None)
    cancel = fields.Nested(Origin, load_default=None)

    @validates_schema
    def _something(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("start") is None and data.get("cancel") is None:
            raise ValidationError("start, cancel or both", "start")

    @post_load
    def _instruction(self, data: dict[str, Any], **kwargs: Any) -> Instruction:
        start, cancel = data["start"], data["cancel"]
        if cancel is None:
            return _target(start)
        origin = CancelElement(element=cancel["element"]) if cancel["token"] is None else CancelToken(token=cancel["token"])
        return origin if start is None else Move(origin=origin, target=_target(start))


def _target(start: dict[str, Any]) -> StartBefore | StartAfter | StartFlow:
    more = {"ancestor": start["ancestor"], "variables": start["variables"]}
    if start["before"] is not None:
        return StartBefore(element=start["before"], **more)
    if start["after"] is not None:
        return StartAfter(element=start["after"], **more)
    return StartFlow(flow=start["flow"], **more)


_INSTRUCTIONS = fields.List(fields.Nested(InstructionIn), required=True, validate=validate.Length(min=1, max=100))


class Modification(Reasoned):
    """Instructions that are carried out in their order, all or none."""

    instructions = _INSTRUCTIONS
    revision = fields.Integer(load_default=None, validate=validate.Range(min=0))


class TriedModification(CamelSchema):
    """Instructions that are looked at."""

    instructions = _INSTRUCTIONS


class VariablesIn(Reasoned):
    """Variables to write."""

    variables = fields.Dict(keys=fields.String(), required=True)
    scope = KeyIn(load_default=None)
    revision = fields.Integer(load_default=None, validate=validate.Range(min=0))


class Operated(CamelSchema):
    """The case after an act."""

    id = fields.UUID(attribute="instance")
    state = fields.String()


class TokenOut(CamelSchema):
    """One live token."""

    key = Key()
    element = fields.String()
    element_name = fields.String(allow_none=True)
    type = fields.String(allow_none=True)
    state = fields.String()
    parent = Key(allow_none=True)
    ancestor = Key(allow_none=True)
    entered_at = Instant()
    task = fields.UUID(allow_none=True)
    task_revision = fields.Integer(allow_none=True)


class VariableOut(CamelSchema):
    """One variable with a masked value."""

    scope = Key()
    scope_kind = fields.String()
    name = fields.String()
    masked = fields.Raw(allow_none=True)
    revision = fields.Integer()
    element = fields.String(allow_none=True)


class TimerOut(CamelSchema):
    """A timer at an element."""

    element = fields.String()
    due = Instant()


class Stop(CamelSchema):
    """An incident that would be raised."""

    element = fields.String()
    code = fields.String()
    message = IncidentWords()


class StepPreview(CamelSchema):
    """What an act would do; nothing is stored."""

    state = fields.String()
    tokens_created = fields.List(fields.String())
    tokens_cancelled = fields.List(fields.String())
    tasks_opened = fields.List(fields.String())
    tasks_closed = fields.List(fields.String())
    timers_created = fields.List(fields.Nested(TimerOut))
    timers_cancelled = fields.List(fields.Nested(TimerOut))
    messages = fields.List(fields.String())
    variables = fields.List(fields.String())
    incidents = fields.List(fields.Nested(Stop))


class TriedMigration(CamelSchema):
    """A version to look at, and the elements whose ids differ."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    recompute_timers = fields.Boolean(load_default=False)


class Migration(TriedMigration, Reasoned):
    """A version to move to."""


class MigrationLine(CamelSchema):
    """One fact about a migration; an error refuses it."""

    level = fields.String(validate=validate.OneOf(("error", "warning", "info")))
    code = fields.String()
    element = fields.String()
    target = fields.String(allow_none=True)
    tokens = fields.Integer()
    message = Words()


class MigrationPreview(CamelSchema):
    """What maps and what does not, errors first; nothing is stored."""

    migratable = fields.Boolean()
    from_version = fields.Integer()
    to_version = fields.Integer()
    lines = fields.List(fields.Nested(MigrationLine))
    step = fields.Nested(StepPreview, allow_none=True)


class BatchParameters(CamelSchema):
    """What a cancellation or a migration needs beside the cases."""

    compensate = fields.Boolean()
    version = fields.Integer(strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    recompute_timers = fields.Boolean()


class BatchIn(Reasoned):
    """An operation over cases that are named or that a filter finds, or over all active ones of a process, a version or a
    deployment; with `expected` only if there are so many."""

    kind = fields.String(required=True, validate=validate.OneOf(("suspend", "resume", "cancel", "migrate", "revert")))
    instances = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=1_000))
    process = fields.String(load_default=None, validate=validate.Length(max=MAX_ID))
    version = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    deployment = fields.UUID(load_default=None)
    filter = fields.Nested(InstanceFilterIn, load_default=None, allow_none=True)
    expected = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0, max=10_000))
    parameters = fields.Nested(BatchParameters, load_default=dict)


class BatchMade(CamelSchema):
    """A batch that was made."""

    id = fields.UUID(attribute="batch")
    total = fields.Integer()


class BatchOut(CamelSchema):
    """A batch and how far it is."""

    id = fields.UUID()
    kind = fields.String()
    reason = fields.String()
    made_by = fields.String(allow_none=True)
    made_at = Instant()
    state = fields.String(validate=validate.OneOf(("running", "completed", "stopped")))
    total = fields.Integer()
    pending = fields.Integer()
    done = fields.Integer()
    failed = fields.Integer()
    stopped = fields.Integer()


class BatchItemQuery(PageQuery):
    """Which cases of a batch."""

    state = fields.String(load_default=None, validate=validate.OneOf(("pending", "done", "failed", "stopped")))


class BatchItemOut(CamelSchema):
    """One case of a batch."""

    instance = fields.Nested(InstanceRef)
    state = fields.String()
    code = fields.String(allow_none=True)
    message = IncidentWords(allow_none=True)
    done_at = Instant(allow_none=True)


BatchPage = page_of(BatchOut, "BatchPage")
BatchItemPage = page_of(BatchItemOut, "BatchItemPage")
