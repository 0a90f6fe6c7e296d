"""Rounds and seats come and go with user task tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select, update

from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.store.prepared import Prepared
from engine.store.state import chunks
from engine.store.tables import Candidate, Copy, Draft, Round, Rung, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import delete_of, insert_of

NEW_SEAT, NEW_CANDIDATE, NEW_RUNG, NEW_COPY = map(insert_of, (Seat, Candidate, Rung, Copy))
DROP_CANDIDATES, DROP_DRAFTS = map(delete_of, (Candidate.seat, Draft.seat))
DROP_RUNGS = delete_of(Rung.seat, Rung.done_at.is_(None))


def _new_round() -> Prepared:
    """A new round; its number follows on the last one of its element in its instance."""
    earlier = select(func.coalesce(func.max(Round.number), 0) + 1)
    here = (Round.instance == bindparam("instance"), Round.element == bindparam("element"))
    return insert_of(Round, number=earlier.where(*here).scalar_subquery())


NEW_ROUND = _new_round()


@dataclass(frozen=True, kw_only=True)
class RungPlanned:
    """One step of a seat's ladder."""

    kind: str
    level: int
    due_at: datetime
    clock: str = "handling"
    """See `engine.appliers.clocks`."""


@dataclass(frozen=True, kw_only=True)
class RoundOpened:
    """A user task asks its people: one round with one seat."""

    round: int
    seat: int
    seat_id: UUID
    instance: int
    token: int
    scope: int
    definition: int
    element: str
    name: str
    mode: str
    principals: tuple[str, ...]
    assignee: int | None
    capacity: int | None
    reason: str | None
    resolved: dict[str, Any]
    returned: dict[str, Any] | None = None
    due_at: datetime | None = None
    soon_at: datetime | None = None
    term: dict[str, Any] | None = None
    rungs: tuple[RungPlanned, ...] = ()
    copies: tuple[int, ...] = ()


@dataclass
class _Rows:
    rounds: list[dict[str, Any]] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    copies: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[JobScheduled] = field(default_factory=list)


def open_rounds(work: UnitOfWork, opened: Sequence[RoundOpened]) -> None:
    """Writes rounds, seats, candidates, ladders and copies, one statement a table."""
    rows = _Rows()
    for effect in opened:
        _add(work, effect, rows)
    work.write_all(NEW_ROUND, rows.rounds)
    work.write_all(NEW_SEAT, rows.seats)
    work.write_all(NEW_CANDIDATE, rows.candidates)
    work.write_all(NEW_RUNG, rows.rungs)
    work.write_all(NEW_COPY, rows.copies)
    schedule(work, rows.jobs)


def _add(work: UnitOfWork, effect: RoundOpened, rows: _Rows) -> None:
    rows.rounds.append(
        {
            "key": effect.round,
            "id": uuid4(),
            "instance": effect.instance,
            "token": effect.token,
            "scope": effect.scope,
            "definition": effect.definition,
            "element": effect.element,
            "mode": effect.mode,
            "state": "open",
            "outcome": None,
            "resolved": effect.resolved,
            "returned": effect.returned,
            "opened_at": work.now,
            "decided_at": None,
        }
    )
    rows.seats.append(
        {
            "key": effect.seat,
            "id": effect.seat_id,
            "round": effect.round,
            "instance": effect.instance,
            "element": effect.element,
            "name": effect.name,
            "revision": 1,
            "state": "open" if effect.assignee is None else "claimed",
            "assignee": effect.assignee,
            "direct": effect.assignee is not None,
            "capacity": effect.capacity,
            "reason": effect.reason,
            "sent_by": work.actor.person,
            "opened_at": work.now,
            "claimed_at": None if effect.assignee is None else work.now,
            "due_at": effect.due_at,
            "soon_at": effect.soon_at,
            "term": effect.term,
            "level": 0,
            "ended_at": None,
            "ended_by": None,
            "outcome": None,
            "opinion": None,
            "form_hash": None,
        }
    )
    rows.candidates += [{"principal": principal, "seat": effect.seat} for principal in effect.principals]
    rows.rungs += [
        {
            "key": work.new_key(),
            "seat": effect.seat,
            "clock": rung.clock,
            "kind": rung.kind,
            "level": rung.level,
            "due_at": rung.due_at,
            "done_at": None,
            "told": None,
        }
        for rung in sorted(effect.rungs, key=lambda rung: (rung.due_at, rung.level))
    ]
    if effect.rungs:
        first = min(rung.due_at for rung in effect.rungs)
        rows.jobs.append(JobScheduled(kind="rung", subject=effect.seat, due_at=first, instance=effect.instance))
    rows.copies += [
        {
            "key": work.new_key(),
            "id": uuid4(),
            "seat": effect.seat,
            "instance": effect.instance,
            "person": person,
            "reason": "model",
            "made_at": work.now,
            "read_at": None,
        }
        for person in effect.copies
    ]


def close_rounds(work: UnitOfWork, tokens: Sequence[int]) -> list[tuple[int, UUID, str]]:
    """Takes away the open rounds of these tokens; their seats become `closed`. Returns key, id and element of each seat."""
    closed: list[tuple[int, UUID, str]] = []
    for chunk in chunks(tokens):
        rounds = list(work.connection.execute(select(Round.key).where(Round.token.in_(chunk), Round.state == "open")).scalars())
        if not rounds:
            continue
        asked = work.connection.execute(select(Round.resolved).where(Round.key.in_(rounds))).scalars()
        work.wake(*(person for resolved in asked for person in resolved["persons"]))
        work.connection.execute(update(Round).where(Round.key.in_(rounds)).values(state="cancelled", decided_at=work.now))
        open_seats = (Seat.round.in_(rounds), Seat.state.in_(("open", "claimed")))
        seats = work.connection.execute(select(Seat.key, Seat.id, Seat.element, Seat.assignee).where(*open_seats)).all()
        work.wake(*(seat.assignee for seat in seats))
        work.connection.execute(
            update(Seat).where(*open_seats).values(state="closed", ended_at=work.now, revision=Seat.revision + 1)
        )
        end_seats(work, [seat.key for seat in seats])
        closed += [(seat.key, seat.id, seat.element) for seat in seats]
    return closed


def end_seats(work: UnitOfWork, seats: Sequence[int]) -> None:
    """Removes what only an unfinished seat has: its candidates, its drafts, the rest of its ladder."""
    if not seats:
        return
    for statement in (DROP_CANDIDATES, DROP_DRAFTS, DROP_RUNGS):
        work.write(statement, {"values": seats})
    unschedule(work, "rung", seats)
