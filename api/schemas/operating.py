"""What operators do to one case, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.schemas.base import CamelSchema, Instant, Key
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
    message = fields.String()


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
