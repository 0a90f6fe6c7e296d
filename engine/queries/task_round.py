"""The round that a task belongs to: who is asked, what each has said, and what the reader may do with his own seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from engine.appliers.rounds import judged, votes_of
from engine.approvals import LIVE, MAIN, MotionResult, Policy, known_votes
from engine.authorization import Standing, acts_for
from engine.kernel.model import ApprovalModel
from engine.queries.registry import Reader
from engine.runtime import policy_of
from engine.runtime.attachments import EnclosedFile
from engine.runtime.operations import OPERATIONS, operation_refusal
from engine.runtime.rights import button
from engine.store.prepared import Prepared
from engine.store.tables import Appointment, Institution, Person, Post, Round, Seat

SEATS_AT_MOST = 500
REFUSALS: Mapping[str, tuple[str, str]] = {
    "operation-off": ("本步骤不允许", "This step does not allow it"),
    "advice-only": ("您只被征求意见", "You are only asked for advice"),
    "added-signer": ("加签人不能再这样加签", "Who was added cannot add people in this way"),
    "several-outcomes": (
        "本步骤有多种同意方式，不能合并",
        "There are several ways to agree here, which cannot be brought together",
    ),
}


@dataclass(frozen=True, kw_only=True)
class SeatLine:
    """One person's place in the round."""

    id: UUID
    revision: int
    person: str | None
    post: str | None
    post_en: str | None
    institution: str | None
    kind: str
    added_by: str | None
    """Name of the signer who added it."""
    position: int
    state: str
    ending: str | None
    vote: str | None
    opinion: str | None
    opened_at: datetime
    ended_at: datetime | None
    agent: str | None
    """Name of who has decided for him as his agent (代理)."""
    recorded_by: str | None
    """Name of who entered the vote on behalf."""
    evidence: str | None
    files: tuple[EnclosedFile, ...]
    """What was sent with the opinion."""
    votes: Mapping[str, str]
    """What he has said to each motion of an open ballot, by its key."""
    motions: tuple[str, ...]
    """Keys of the motions that he votes on."""
    mine: bool
    removable: bool
    """Whether the reader may take it away again."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The votes that count so far."""

    agree: int
    refuse: int
    abstain: int
    expected: int
    present: int
    base: int


@dataclass(frozen=True, kw_only=True)
class MotionLine:
    """One of the motions that are voted on item by item."""

    key: str
    title: str
    recused: tuple[str, ...]
    """Names of who keeps out of it."""
    outcome: str | None
    """`agree`, `refuse` or `adjourn` once it is decided."""
    tally: Tally | None
    """None while papers lie in the box of a secret ballot."""


@dataclass(frozen=True, kw_only=True)
class RoundDetail:
    """A round with all its seats."""

    number: int
    mode: str
    state: str
    outcome: str | None
    threshold: str | None
    """Share that must agree, in a vote."""
    quorum: str | None
    base: str | None
    tally: Tally
    seats: tuple[SeatLine, ...]
    motions: tuple[MotionLine, ...]
    """What is voted on item by item; nothing where the vote is one question."""
    ballot: str | None
    """`open` or `secret`, where the motions are voted on one by one."""
    votes: tuple[str, ...]
    """What the holder of the task may say to a motion."""
    records: bool
    """Whether the reader is the secretary, who may enter votes and absences."""


@dataclass(frozen=True, kw_only=True)
class OperationRight:
    """Something that the holder of a task may do with it, or why not."""

    operation: str
    allowed: bool
    reason: str | None
    reason_en: str | None
    label: str | None = None
    """What the step calls it, where it has a name of its own."""
    label_en: str | None = None


@dataclass(frozen=True, kw_only=True)
class RoundFacts:
    """What is kept of a round."""

    round: Any
    """The row that `ROUND` found."""
    seats: Sequence[Any]
    """Those that `SEATS` found."""
    files: Mapping[int, tuple[EnclosedFile, ...]]
    """What was sent with the case's opinions, by key of the task."""


_RECORDER, _AGENT = aliased(Person), aliased(Person)
ROUND = Prepared(select(*Round.__table__.columns).where(Round.key == bindparam("round")))
SEATS = Prepared(
    select(
        *Seat.__table__.columns,
        Person.name.label("person"),
        Post.name.label("post"),
        Post.name_en.label("post_en"),
        Institution.short_name.label("institution"),
        _RECORDER.name.label("recorder"),
        _AGENT.name.label("agent"),
    )
    .outerjoin(Person, Person.key == Seat.assignee)
    .outerjoin(Appointment, Appointment.key == Seat.capacity)
    .outerjoin(Post, Post.code == Appointment.post)
    .outerjoin(Institution, Institution.key == Appointment.institution)
    .outerjoin(_RECORDER, _RECORDER.key == Seat.recorded_by)
    .outerjoin(_AGENT, and_(_AGENT.key == Seat.ended_by, Seat.on_behalf_of.is_not(None)))
    .where(Seat.round == bindparam("round"))
    .order_by(Seat.key)
    .limit(SEATS_AT_MOST)
)


def operation_rights(reader: Reader, row: Any, role: str | None, *, mine: bool) -> tuple[OperationRight, ...]:
    """What the reader may do with his own seat; nothing with another's."""
    element = reader.definitions.model(row.home).elements.get(row.element)
    if not mine or element is None:
        return ()
    found = []
    for operation in OPERATIONS:
        approval = element.approval or ApprovalModel()
        refusal = operation_refusal(approval, row.kind, operation, role)
        zh, en = REFUSALS[refusal] if refusal else (None, None)
        called = button(approval, role, operation)
        label, label_en = (called.label, called.label_en) if called is not None else (None, None)
        found.append(
            OperationRight(operation=operation, allowed=refusal is None, reason=zh, reason_en=en, label=label, label_en=label_en)
        )
    return tuple(found)


def round_detail(reader: Reader, who: Standing, row: Any, facts: RoundFacts) -> RoundDetail:
    """The round of a task's row."""
    round_, seats = facts.round, facts.seats
    policy = policy_of(reader.definitions, round_)
    verdict = judged(reader.connection, policy, row.round, seats)
    vote = policy.mode == "vote"
    return RoundDetail(
        number=round_.number,
        mode=round_.mode,
        state=round_.state,
        outcome=round_.outcome,
        threshold=str(policy.threshold) if vote else None,
        quorum=str(policy.quorum) if policy.quorum is not None else None,
        base=policy.base if vote else None,
        tally=Tally(**verdict.counts.plain()),
        seats=_lines(reader, who, row, facts, policy),
        motions=_motions(reader, row, policy, verdict.motions, decided=round_.state != "open"),
        ballot=None if not policy.motions else "secret" if policy.secret else "open",
        votes=known_votes(policy, row.assignee) if policy.motions else (),
        records=round_.state == "open" and bool(set(policy.secretaries).intersection(who.principals)),
    )


def _motions(
    reader: Reader, row: Any, policy: Policy, results: Sequence[MotionResult], *, decided: bool
) -> tuple[MotionLine, ...]:
    persons = {person for motion in policy.motions for person in motion.recused}
    named = select(Person.key, Person.name).where(Person.key.in_(sorted(persons)))
    names = {found.key: found.name for found in reader.connection.execute(named)} if persons else {}
    shown = decided or not policy.secret
    return tuple(
        MotionLine(
            key=result.motion.key,
            title=result.motion.title,
            recused=tuple(names[person] for person in result.motion.recused if person in names),
            outcome=result.vote if shown else None,
            tally=Tally(**result.counts.plain()) if shown else None,
        )
        for result in results
    )


def _lines(reader: Reader, who: Standing, row: Any, facts: RoundFacts, policy: Policy) -> tuple[SeatLine, ...]:
    holders = {seat.key: seat for seat in facts.seats}
    # Who decides alone has his opinion, and its files, above.
    files = facts.files if len(facts.seats) > 1 else {}
    votes = votes_of(reader.connection, row.round) if policy.motions and not policy.secret else {}
    me = reader.actor.person

    def adds(adder: Any) -> bool:
        return adder.assignee == me or acts_for(reader.connection, who, adder.assignee, row.instance)

    def line(seat: Any) -> SeatLine:
        adder = holders.get(seat.parent) if seat.kind != "asked" else None
        # An agent's is the one of his principal that he has opened.
        mine = me is not None and (seat.assignee == me or (seat.key == row.key and bool(row.own)))
        removable = seat.state in LIVE and ("operations" in reader.actor.rights or (adder is not None and adds(adder)))
        return SeatLine(
            id=seat.id,
            person=seat.person,
            post=seat.post,
            post_en=seat.post_en,
            institution=seat.institution,
            kind=seat.kind,
            added_by=None if adder is None else adder.person,
            revision=seat.revision,
            position=seat.position,
            state=seat.state,
            ending=seat.ending,
            vote=seat.vote,
            opinion=seat.opinion,
            opened_at=seat.opened_at,
            ended_at=seat.ended_at,
            agent=seat.agent,
            recorded_by=seat.recorder,
            evidence=seat.evidence,
            files=files.get(seat.key, ()),
            votes=votes.get(seat.key, {}),
            motions=tuple(motion.key for motion in policy.motions if seat.kind in MAIN and seat.assignee not in motion.recused),
            mine=mine,
            removable=removable,
        )

    return tuple(map(line, facts.seats))
