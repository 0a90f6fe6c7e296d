"""The seats of an open round, read for those who judge it, and what the verdict changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from engine.appliers.tasks import changed_seat
from engine.approvals import Ballot, Counts
from engine.store.prepared import Prepared
from engine.store.tables import Person, Round, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import update_of

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


def seats_of_round(work: UnitOfWork, round: int) -> list[Any]:
    """Every seat that the round, given by its key, ever had, in the order they were made, with the names of their people."""
    return SEATS_OF_ROUND.all(work.connection, round=round)


def is_open(work: UnitOfWork, round: int) -> bool:
    """Whether a round, by key, waits for its decision."""
    return bool(STATE_OF_ROUND.value(work.connection, round=round) == "open")


def ballots(seats: Sequence[Any]) -> list[Ballot]:
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
        )
        for seat in seats
    ]


def decide_round(work: UnitOfWork, round: int, outcome: str, counts: Counts, names: dict[str, list[str]]) -> None:
    """Writes the one outcome of a round, with its counts and who said what."""
    found = {**counts.plain(), "names": names}
    row = {"key": round, "state": "decided", "outcome": outcome, "counts": found}
    work.write(DECIDED, {**row, "decided_at": work.now, "decided_by": work.actor.person})


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
