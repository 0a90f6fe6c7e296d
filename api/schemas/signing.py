"""Rounds and what signers do with their seats, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.attachments import Attachment
from api.schemas.base import CamelSchema, Instant, Words

MAX_REASON = 500
MAX_OPINION = 2_000
MAX_PEOPLE = 50
MAX_TASKS = 100
JOINT = ("all", "any", "order")
OPERATIONS = ("transfer", "delegate", "add-before", "add-after", "add-beside", "copy", "circulate")
VOTES = ("agree", "refuse", "abstain", "adjourn")
SAID = "What he has said to each motion of an open ballot, by its key; his vote is `cast` then"
ENDINGS = ("unneeded", "withdrawn", "removed", "transferred", "recused", "absent", "retaken")


class SeatLine(CamelSchema):
    """One person's place in a round. `state` waiting: not yet his turn. `ending`: how it ended when it counts for nothing."""

    id = fields.UUID()
    revision = fields.Integer()
    person = fields.String(allow_none=True)
    post = Words(allow_none=True)
    institution = fields.String(allow_none=True)
    kind = fields.String(validate=validate.OneOf(("asked", "before", "after", "beside", "advice")))
    added_by = fields.String(allow_none=True)
    position = fields.Integer()
    state = fields.String(validate=validate.OneOf(("waiting", "open", "claimed", "completed", "closed")))
    ending = fields.String(allow_none=True, validate=validate.OneOf(ENDINGS))
    vote = fields.String(allow_none=True, validate=validate.OneOf((*VOTES, "cast")))
    votes = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": SAID})
    motions = fields.List(fields.String(), metadata={"description": "Keys of the motions that he votes on"})
    opinion = fields.String(allow_none=True)
    opened_at = Instant()
    ended_at = Instant(allow_none=True)
    agent = fields.String(allow_none=True)
    recorded_by = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)
    files = fields.List(fields.Nested(Attachment))
    mine = fields.Boolean()
    removable = fields.Boolean()


class Tally(CamelSchema):
    """The votes that count so far, and of how many: those expected (应到), present (到会), and the base of the threshold."""

    agree = fields.Integer()
    refuse = fields.Integer()
    abstain = fields.Integer()
    expected = fields.Integer()
    present = fields.Integer()
    base = fields.Integer()


class Motion(CamelSchema):
    """One of several things that are voted on item by item. Until a secret ballot is decided there is no `tally`."""

    key = fields.String()
    title = fields.String()
    recused = fields.List(fields.String())
    outcome = fields.String(allow_none=True, validate=validate.OneOf(("agree", "refuse", "adjourn")))
    tally = fields.Nested(Tally, allow_none=True)


class Round(CamelSchema):
    """One asking of a step's people. `records`: the caller is its secretary and may enter votes and absences.

    With `motions` one votes on each by itself: `$votes` among the data says what, by the motion's key.
    """

    number = fields.Integer()
    mode = fields.String(validate=validate.OneOf(("single", "pool", "all", "any", "order", "vote")))
    state = fields.String(validate=validate.OneOf(("open", "decided", "cancelled")))
    outcome = fields.String(allow_none=True)
    threshold = fields.String(allow_none=True)
    quorum = fields.String(allow_none=True)
    base = fields.String(allow_none=True, validate=validate.OneOf(("expected", "present", "voted")))
    tally = fields.Nested(Tally)
    seats = fields.List(fields.Nested(SeatLine))
    motions = fields.List(fields.Nested(Motion))
    ballot = fields.String(allow_none=True, validate=validate.OneOf(("open", "secret")))
    votes = fields.List(fields.String(validate=validate.OneOf(VOTES)), metadata={"description": "What one may say to a motion"})
    records = fields.Boolean()


class Operation(CamelSchema):
    """Something that the holder of a task may do with it beside deciding it, or why not."""

    operation = fields.String(validate=validate.OneOf(OPERATIONS))
    allowed = fields.Boolean()
    reason = Words(allow_none=True)
    label = Words(allow_none=True, metadata={"description": "What the step calls it, where it has a name of its own"})


class Hand(CamelSchema):
    """Hand a seat to somebody, or ask him for advice."""

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class Reason(CamelSchema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class AddSigners(CamelSchema):
    """Add people to a round, before or beside oneself."""

    person_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_PEOPLE))
    place = fields.String(required=True, validate=validate.OneOf(("before", "beside")))
    joint = fields.String(load_default="all", validate=validate.OneOf(JOINT))
    binds = fields.Boolean(load_default=False)
    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))


class After(CamelSchema):
    """Who is to speak after one's own vote before the step goes on."""

    person_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_PEOPLE))
    joint = fields.String(load_default="all", validate=validate.OneOf(JOINT))
    binds = fields.Boolean(load_default=True)


class Copies(CamelSchema):
    """Send read-only copies; `circulate` asks for an opinion."""

    person_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_PEOPLE))
    circulate = fields.Boolean(load_default=False)


class Answer(CamelSchema):
    """An opinion on a copy that was passed round."""

    opinion = fields.String(required=True, validate=validate.Length(max=MAX_OPINION))


class RecordedVote(CamelSchema):
    """A vote entered on behalf, with what proves it."""

    outcome = fields.String(required=True, validate=validate.Length(min=1, max=100))
    votes = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict, metadata={"description": SAID})
    evidence = fields.String(required=True, validate=validate.Length(max=MAX_OPINION))
    opinion = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_OPINION))


class RecordedAbsence(CamelSchema):
    """A signer who is absent, with the written opinion that he left."""

    opinion = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_OPINION))


class AgreedTask(CamelSchema):
    """One task to agree to."""

    id = fields.UUID(required=True)
    revision = fields.Integer(load_default=None, allow_none=True)


class Agree(CamelSchema):
    """Tasks to agree to, each by itself."""

    tasks = fields.List(fields.Nested(AgreedTask), required=True, validate=validate.Length(min=1, max=MAX_TASKS))
    hold = fields.Boolean(load_default=False)


class AgreedResult(CamelSchema):
    """What became of one of them."""

    id = fields.UUID()
    done = fields.Boolean()
    held = fields.Boolean()
    code = fields.String(allow_none=True)
    detail = fields.String(allow_none=True)


class Agreed(CamelSchema):
    """What became of all of them."""

    results = fields.List(fields.Nested(AgreedResult))


class Urge(CamelSchema):
    """Urge everybody who has an open task of a case."""

    text = fields.String(load_default="", validate=validate.Length(max=MAX_REASON))


class Comment(CamelSchema):
    """A comment on a case."""

    text = fields.String(required=True, validate=validate.Length(max=MAX_REASON))
