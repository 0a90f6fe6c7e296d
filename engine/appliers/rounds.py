"""The seats of an open round, read for those who judge it, and what the verdict changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from engine.appliers.tasks import changed_seat
from engine.approvals import Ballot, MotionResult, Policy, Verdict, judge
from engine.store.base import Executes
from engine.store.prepared import Prepared
from engine.store.tables import BallotPapers, MotionVote, Person, Round, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert
from engine.store.writes import insert_of, update_of

SEATS_OF_ROUND = Prepared(
    select(*Seat.__table__.columns, Person.name.label("person_name"))
    .outerjoin(Person, Person.key == Seat.assignee)
    .where(Seat.round == bindparam("round"))
    .order_by(Seat.key)
)
DECIDED = update_of(Round, "state", "outcome", "counts", "decided_at", "decided_by")
STATE_OF_ROUND = Prepared(select(Round.state).where(Round.key == bindparam("round")))
SIGNED_BY_SYSTEM = changed_seat("state", "ended_at", "outcome", "vote")
CONTINUED = update_of(Round, "token", "scope", "state", "outcome", "counts", "decided_at", "decided_by")
RETAKEN = changed_seat("ending")
NEW_VOTE = insert_of(MotionVote)
VOTES_OF_ROUND = Prepared(
    select(MotionVote.seat, MotionVote.motion, MotionVote.vote)
    .join(Seat, Seat.key == MotionVote.seat)
    .where(Seat.round == bindparam("round"))
)
PAPERS_OF_ROUND = Prepared(
    select(BallotPapers.motion, BallotPapers.vote, BallotPapers.papers).where(BallotPapers.round == bindparam("round"))
)


def seats_of_round(work: UnitOfWork, round: int) -> list[Any]:
    """Every seat that the round, given by its key, ever had, in the order they were made, with the names of their people."""
    return SEATS_OF_ROUND.all(work.connection, round=round)


def is_open(work: UnitOfWork, round: int) -> bool:
    """Whether a round, by key, waits for its decision."""
    return bool(STATE_OF_ROUND.value(work.connection, round=round) == "open")


def cast_open(work: UnitOfWork, seat: int, votes: Mapping[str, str]) -> None:
    """Writes what a seat, by key, has said to each motion."""
    work.write_all(NEW_VOTE, [{"seat": seat, "motion": motion, "vote": vote} for motion, vote in votes.items()])


def cast_secret(work: UnitOfWork, round: int, votes: Mapping[str, str]) -> None:
    """Puts one paper for each motion into the box of a round; nothing is kept of who has done so."""
    box = box_of(work.connection, round)
    papers = [(motion, vote, box.get(motion, {}).get(vote, 0) + 1) for motion, vote in votes.items()]
    rows = [{"round": round, "motion": motion, "vote": vote, "papers": number} for motion, vote, number in papers]
    upsert(work.connection, BallotPapers, rows)


def votes_of(connection: Executes, round: int) -> dict[int, dict[str, str]]:
    """What the seats of a round have said to its motions, by the key of the seat."""
    found: dict[int, dict[str, str]] = {}
    for row in VOTES_OF_ROUND.all(connection, round=round):
        found.setdefault(row.seat, {})[row.motion] = row.vote
    return found


def box_of(connection: Executes, round: int) -> dict[str, dict[str, int]]:
    """How many papers say what to each motion of a round's secret ballot."""
    found: dict[str, dict[str, int]] = {}
    for row in PAPERS_OF_ROUND.all(connection, round=round):
        found.setdefault(row.motion, {})[row.vote] = row.papers
    return found


def judged(connection: Executes, policy: Policy, round: int, seats: Sequence[Any]) -> Verdict:
    """The verdict on a round, by key, with these seats."""
    votes = votes_of(connection, round) if policy.motions and not policy.secret else {}
    return judge(policy, ballots(seats, votes), box_of(connection, round) if policy.secret else {})


def ballots(seats: Sequence[Any], votes: Mapping[int, Mapping[str, str]]) -> list[Ballot]:
    """The rows of seats as the rules of `engine.approvals` look at them."""
    return [
        Ballot(
            key=seat.key,
            kind=seat.kind,
            parent=seat.parent,
            position=seat.position,
            state=seat.state,
            ending=seat.ending,
            vote=seat.vote,
            outcome=seat.outcome,
            binds=seat.binds,
            joint=seat.joint,
            person=seat.assignee,
            votes=votes.get(seat.key, {}),
        )
        for seat in seats
    ]


def decide_round(work: UnitOfWork, round: int, outcome: str, verdict: Verdict, names: dict[str, list[str]]) -> None:
    """Writes the one outcome of a round, with its counts, those of its motions, and who said what."""
    found = {**verdict.counts.plain(), "names": names, **results(verdict.motions)}
    row = {"key": round, "state": "decided", "outcome": outcome, "counts": found}
    work.write(DECIDED, {**row, "decided_at": work.now, "decided_by": work.actor.person})


def results(motions: Sequence[MotionResult]) -> dict[str, Any]:
    """The outcomes of a round's motions, for whoever keeps or reads them; nothing where it had none."""
    return {"motions": [motion.plain() for motion in motions]} if motions else {}


def continue_round(work: UnitOfWork, round: int, *, token: int, scope: int) -> None:
    """A decided round is open again, with another token of its step; its seats are those that it had."""
    undecided = {"state": "open", "outcome": None, "counts": None, "decided_at": None, "decided_by": None}
    work.write(CONTINUED, {**undecided, "key": round, "token": token, "scope": scope})


def retake_seats(work: UnitOfWork, seats: Sequence[int]) -> None:
    """Marks completed seats whose people are asked again: the votes stay, and count no more."""
    work.write_all(RETAKEN, [{"key": seat, "ending": "retaken"} for seat in seats])


def decide_by_system(work: UnitOfWork, *, round: int, seat: int, outcome: str, vote: str) -> None:
    """Ends an open round and its one seat, which is before nobody, without a person."""
    ended = {"state": "completed", "ended_at": work.now, "outcome": outcome, "vote": vote}
    work.write(SIGNED_BY_SYSTEM, {**ended, "key": seat})
    row = {"key": round, "state": "decided", "outcome": outcome, "counts": None}
    work.write(DECIDED, {**row, "decided_at": work.now, "decided_by": None})
