"""Statistics over the wire. Times are seconds; those of tasks are open time of the tasks' own calendars."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Words


class Seconds(fields.Integer):
    """A length of time in seconds; null where there is none."""

    def __init__(self) -> None:
        super().__init__(allow_none=True, metadata={"description": "Seconds"})


class StatisticsQuery(CamelSchema):
    """Which period, and whose work."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    institution = fields.String(load_default=None, validate=validate.Length(max=20))
    post = fields.String(load_default=None, validate=validate.Length(max=20))
    step = fields.String(load_default=None, validate=validate.Length(max=400))


class ExportQuery(CamelSchema):
    """Which period, and as what."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    format = fields.String(load_default="csv", validate=validate.OneOf(("csv", "xlsx", "xes")))


class Measured(CamelSchema):
    """A folder of processes that belong together."""

    folder = fields.String()
    name = Words()
    recent = fields.Integer()


class CaseFigures(CamelSchema):
    """Cases of the period."""

    started = fields.Integer()
    ended = fields.Integer()
    completed = fields.Integer()
    active = fields.Integer()
    median = Seconds()
    p90 = Seconds()
    open_median = Seconds()
    open_p90 = Seconds()
    first_pass = fields.Integer()


class Figures(CamelSchema):
    """Figures of one group of completed tasks."""

    tasks = fields.Integer()
    termed = fields.Integer()
    on_time = fields.Integer()
    on_time_share = fields.Float(allow_none=True)
    returned = fields.Integer()
    waited = Seconds()
    worked = Seconds()
    median = Seconds()
    p90 = Seconds()
    used = fields.Integer(allow_none=True)
    far = fields.Integer()


class NowFigures(CamelSchema):
    """Tasks that nobody has done yet."""

    open = fields.Integer()
    overdue = fields.Integer()
    soon = fields.Integer()


class Step(CamelSchema):
    """One step of one process."""

    process = fields.String()
    element = fields.String()
    name = Words()


class Row(CamelSchema):
    """One group of tasks; what it is not grouped by, and figures that would tell on a person, are null."""

    tasks = fields.Integer()
    figures = fields.Nested(Figures, allow_none=True)
    institution = fields.Nested(Coded, allow_none=True)
    step = fields.Nested(Step, allow_none=True)
    post = Words(allow_none=True)
    post_code = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    before = fields.Nested(Figures, allow_none=True)
    now = fields.Nested(NowFigures, allow_none=True)
    escalated = fields.List(fields.Integer(), allow_none=True)


class Value(CamelSchema):
    """What a metric was in one period."""

    share = fields.Float(allow_none=True)
    median = Seconds()
    p90 = Seconds()
    counted = fields.Integer()


class Metric(CamelSchema):
    """A figure that the process names itself."""

    id = fields.String()
    name = Words()
    target = fields.Integer(allow_none=True)
    lower = fields.Boolean()
    now = fields.Nested(Value)
    before = fields.Nested(Value)


class Statistics(CamelSchema):
    """What is known of one process and one period."""

    folder = fields.String()
    first = fields.Date()
    last = fields.Date()
    previous_first = fields.Date()
    previous_last = fields.Date()
    target = fields.Integer()
    least = fields.Integer()
    whole = fields.Boolean()
    choices = fields.List(fields.Nested(Coded))
    metrics = fields.List(fields.Nested(Metric))
    cases = fields.Nested(CaseFigures)
    total = fields.Nested(Row)
    institutions = fields.List(fields.Nested(Row))
    steps = fields.List(fields.Nested(Row))
    cells = fields.List(fields.Nested(Row))
    posts = fields.List(fields.Nested(Row))
    departments = fields.List(fields.Nested(Row))
