"""What comes next, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, Words

MARKS = ("certain", "conditional", "possible")
"""确定, 视条件而定, 可能."""
INSTEAD = ("pass", "refuse", "block", "administrator")


class ForecastStep(CamelSchema):
    """A step ahead."""

    element = fields.String()
    name = Words()
    mark = fields.String(validate=validate.OneOf(MARKS))
    distance = fields.Integer(metadata={"description": "1 comes next"})
    because = fields.String(allow_none=True, metadata={"description": "Label of the way that leads there"})
    waits = fields.Boolean(metadata={"description": "Whether other branches have to come in first"})
    people = fields.List(fields.String(), metadata={"description": "Names of the first who would be asked today"})
    people_count = fields.Integer()
    people_known = fields.Boolean(metadata={"description": "False where it cannot be told yet who is asked"})
    mine = fields.Boolean(metadata={"description": "Whether the caller alone would be asked"})
    automatic = fields.String(
        allow_none=True,
        validate=validate.OneOf(INSTEAD),
        metadata={"description": "What happens instead of asking; `administrator` where nobody is found"},
    )


class DoneStep(CamelSchema):
    """A step that was decided."""

    element = fields.String()
    name = Words()
    at = Instant()


class CurrentStep(CamelSchema):
    """A step that waits for its people."""

    name = Words()
    people = Words()


class CaseForecast(CamelSchema):
    """Done, current and next."""

    done = fields.List(fields.Nested(DoneStep))
    current = fields.List(fields.Nested(CurrentStep))
    next = fields.List(fields.Nested(ForecastStep))
    ends = fields.String(allow_none=True, validate=validate.OneOf(MARKS))


class OutcomeForecast(CamelSchema):
    """Where one decision sends the case."""

    outcome = fields.String()
    steps = fields.List(fields.Nested(ForecastStep))
    ends = fields.String(allow_none=True, validate=validate.OneOf(MARKS))
    awaits = fields.Integer(metadata={"description": "How many others have to speak before anything comes of it"})
    awaited = fields.List(
        fields.String(),
        metadata={"description": "Names of the events that the case waits for first, where no task comes at once"},
    )


class TaskForecast(CamelSchema):
    """Where each decision of a task sends the case."""

    outcomes = fields.List(fields.Nested(OutcomeForecast))


class StartForecast(CamelSchema):
    """What comes in a case that is started."""

    steps = fields.List(fields.Nested(ForecastStep))


class TypedValues(CamelSchema):
    """What was filled in and not sent."""

    data = fields.Dict(keys=fields.String(), load_default=dict)


class StartChair(CamelSchema):
    """The chair in which a case would be started."""

    capacity_id = fields.UUID(required=True)
