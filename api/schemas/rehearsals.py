"""Rehearsals of a design over the wire: what is played, and where the run stands."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, Words
from api.schemas.instances import TimelineItem
from api.schemas.tasks import Outcome
from engine.rehearsal.rehearse import FIRST, LAST

MAX_ID, MAX_STEPS, MAX_FILES = 200, 200, 200
STEP_KINDS = ("complete", "advance", "to_next_deadline", "message", "signal", "external", "trigger")


def _id(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=MAX_ID), **options)


class Overlaid(CamelSchema):
    """Unsaved contents by file name, laid over the design; null takes a file away."""

    files = fields.Dict(
        keys=_id(), values=fields.String(allow_none=True), load_default=dict, validate=validate.Length(max=MAX_FILES)
    )


class RehearsalStep(CamelSchema):
    """One step: exactly one of `complete`, `advance`, `toNextDeadline`, `message`, `signal`, `external` and `trigger`."""

    complete = _id(metadata={"description": "Element of an open task"})
    process = _id()
    nth = fields.Integer(validate=validate.Range(min=0, max=10_000))
    outcome = fields.String(validate=validate.Length(min=1, max=100))
    opinion = fields.String(validate=validate.Length(max=2_000))
    by = _id(metadata={"description": "Staff number of who acts; without it whoever is asked first"})
    data = fields.Dict(keys=fields.String())
    advance = fields.String(validate=validate.Length(min=1, max=40), metadata={"description": "ISO 8601 duration"})
    calendar = fields.String(validate=validate.Length(min=1, max=20))
    to_next_deadline = fields.Boolean(validate=validate.Equal(True))
    message = _id()
    element = _id(metadata={"description": "Where the message is awaited: its correlation is taken from there"})
    correlation = fields.Dict(keys=fields.String())
    signal = _id()
    external = _id(metadata={"description": "Element whose work another system does"})
    result = fields.Dict(keys=fields.String())
    error = fields.String(validate=validate.Length(min=1, max=MAX_ID))
    trigger = _id()


class CaseSender(CamelSchema):
    """Who starts a case: a chair, or a person in his oldest chair."""

    person = fields.UUID(load_default=None, allow_none=True)
    appointment = fields.UUID(load_default=None, allow_none=True)


BETWEEN = validate.Range(min=FIRST, max=LAST, max_inclusive=False)


class RehearsalIn(Overlaid):
    """A run: its beginning, and the steps after it."""

    process = _id(required=True)
    by = fields.Nested(CaseSender, load_default=None, allow_none=True)
    at = Instant(required=True, validate=BETWEEN)
    data = fields.Dict(keys=fields.String(), load_default=dict)
    steps = fields.List(fields.Nested(RehearsalStep), load_default=list, validate=validate.Length(max=MAX_STEPS))


class AskedPerson(CamelSchema):
    """Somebody who is asked, and why."""

    staff_number = fields.String()
    name = fields.String()
    post = Words(allow_none=True)
    institution = fields.String(allow_none=True)
    why = Words()


class ScenarioIn(RehearsalIn):
    """A run that is kept as a scenario; `revision` names the one that it replaces."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,59}$"))
    revision = fields.Integer(load_default=None, allow_none=True)


class ScenarioKept(CamelSchema):
    """A scenario that was put in the design."""

    name = fields.String()
    revision = fields.Integer()
    content = fields.String()


class WhoIn(Overlaid):
    """A step, and the case that it would be asked in; without `at` it is now."""

    element = _id(required=True)
    by = fields.Nested(CaseSender, load_default=None, allow_none=True)
    at = Instant(load_default=None, allow_none=True, validate=BETWEEN)
    data = fields.Dict(keys=fields.String(), load_default=dict)


class Who(CamelSchema):
    """Who would be asked, and what the rules lack."""

    people = fields.List(fields.Nested(AskedPerson))
    count = fields.Integer()
    gaps = fields.List(fields.String())


class ExpressionIn(CamelSchema):
    """A text that may belong to the expression language."""

    text = fields.String(required=True, validate=validate.Length(max=20_000))
    kind = fields.String(load_default="expression", validate=validate.OneOf(("expression", "template", "condition", "script")))


class BothLanguages(CamelSchema):
    """A sentence in both languages."""

    zh = fields.String()
    en = fields.String()


class ExpressionProblem(CamelSchema):
    """What is wrong with a text, and at which position from 0."""

    message = fields.Nested(BothLanguages)
    at = fields.Integer(allow_none=True)


class ExpressionChecked(CamelSchema):
    """Whether a text belongs to the language, and which names it reads."""

    ok = fields.Boolean()
    problem = fields.Nested(ExpressionProblem, allow_none=True)
    reads = fields.List(fields.String())


class ExpressionWord(CamelSchema):
    """One word of the language."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(("function", "word")))
    about = fields.Nested(BothLanguages)
    example = fields.String()


class ExpressionWords(CamelSchema):
    """All words of the language."""

    items = fields.List(fields.Nested(ExpressionWord))


class RehearsedCase(CamelSchema):
    """One case of the run; cases are numbered from 1 as they began."""

    number = fields.Integer()
    process = fields.String()
    name = fields.String()
    state = fields.String()
    institution = fields.String(allow_none=True)


class TokenPlace(CamelSchema):
    """Tokens at an element."""

    element = fields.String()
    process = fields.String()
    instance = fields.Integer()
    state = fields.String()
    count = fields.Integer()


class PassedElement(CamelSchema):
    """How often an element was left."""

    element = fields.String(attribute="id")
    process = fields.String()
    count = fields.Integer()


class PassedFlow(CamelSchema):
    """How often a sequence flow was taken."""

    id = fields.String()
    process = fields.String()
    count = fields.Integer()


class RehearsedTask(CamelSchema):
    """An open task, with its form as whoever does it sees it."""

    element = fields.String()
    name = Words()
    process = fields.String()
    instance = fields.Integer()
    nth = fields.Integer()
    form = fields.Dict(keys=fields.String(), allow_none=True)
    data = fields.Dict(keys=fields.String())
    outcomes = fields.List(fields.Nested(Outcome))
    people = fields.List(fields.Nested(AskedPerson))
    people_count = fields.Integer()
    due_at = Instant(allow_none=True)


class RehearsedJob(CamelSchema):
    """Something that will fall due."""

    element = fields.String(allow_none=True)
    process = fields.String(allow_none=True)
    kind = fields.String()
    due_at = Instant()
    error = fields.String(allow_none=True)


class AwaitedEvent(CamelSchema):
    """What an element waits for."""

    element = fields.String()
    process = fields.String()
    instance = fields.Integer()
    kind = fields.String()
    name = fields.String(allow_none=True)


class RehearsedValue(CamelSchema):
    """A variable of a case."""

    name = fields.String()
    process = fields.String()
    instance = fields.Integer()
    value = fields.Raw(allow_none=True)


class SentMessage(CamelSchema):
    """A message that has left a case."""

    name = fields.String()
    to = fields.String(allow_none=True)
    state = fields.String()


class RehearsedStop(CamelSchema):
    """An incident."""

    element = fields.String(allow_none=True)
    process = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()


class RehearsedLine(CamelSchema):
    """One line of the timeline, with the number of its case."""

    instance = fields.Integer()
    item = fields.Nested(TimelineItem)


class RefusedField(CamelSchema):
    """What is wrong with one field."""

    path = fields.String()
    code = fields.String()
    message = fields.String()


class RefusedStep(CamelSchema):
    """Why the run stopped before a step; `step` is null for its beginning."""

    step = fields.Integer(allow_none=True)
    code = fields.String()
    message = fields.String()
    errors = fields.List(fields.Nested(RefusedField))


class CoveredPlace(CamelSchema):
    """An element of a process."""

    process = fields.String()
    element = fields.String()


class Covered(CamelSchema):
    """How much of the folder's processes was played."""

    elements = fields.Integer()
    passed = fields.Integer()
    percent = fields.Integer()
    never = fields.List(fields.Nested(CoveredPlace))


class Rehearsal(CamelSchema):
    """Where a run stands after its last step."""

    at = Instant()
    ended = fields.Boolean()
    cases = fields.List(fields.Nested(RehearsedCase))
    tokens = fields.List(fields.Nested(TokenPlace))
    passed = fields.List(fields.Nested(PassedElement))
    flows = fields.List(fields.Nested(PassedFlow))
    tasks = fields.List(fields.Nested(RehearsedTask))
    jobs = fields.List(fields.Nested(RehearsedJob))
    waiting = fields.List(fields.Nested(AwaitedEvent))
    variables = fields.List(fields.Nested(RehearsedValue))
    messages = fields.List(fields.Nested(SentMessage))
    timeline = fields.List(fields.Nested(RehearsedLine))
    incidents = fields.List(fields.Nested(RehearsedStop))
    coverage = fields.Nested(Covered)
    refused = fields.Nested(RefusedStep, allow_none=True)


class PlayedScenario(CamelSchema):
    """How one scenario ended."""

    file = fields.String()
    id = fields.String()
    passed = fields.Boolean()
    reason = fields.String()


class ScenariosPlayed(CamelSchema):
    """The scenarios of a design, and how much of its processes they play together."""

    scenarios = fields.List(fields.Nested(PlayedScenario))
    coverage = fields.Nested(Covered)
    passed = fields.List(fields.Nested(CoveredPlace))
