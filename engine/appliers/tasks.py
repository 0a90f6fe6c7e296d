"""Rounds and seats come and go with user task tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, String, bindparam, case, func, insert, literal, literal_column, or_, select, update

from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.appliers.organisation import NEWEST_VERSION
from engine.approvals import LIVE
from engine.calendar import TIME_ZONE
from engine.store.base import FAR, Instant
from engine.store.prepared import Among, Prepared
from engine.store.state import chunks
from engine.store.tables import Candidate, Copy, Draft, ProcessInstance, Round, Rung, Seat
from engine.store.tables.task import LAST_RANK, URGENCY_RANKS
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of
from engine.store.writes import delete_of, insert_of, update_of

URGENCY_RANK = case(URGENCY_RANKS, value=ProcessInstance.urgency, else_=LAST_RANK)
DUE_OR_FAR = func.coalesce(Seat.due_at, literal(FAR, Instant()))


def changed_seat(*columns: str) -> Prepared:
    """New values for these columns of the seat whose `key` is given, and its next revision."""
    table = table_of(Seat)
    values: dict[str, Any] = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return Prepared(update(table).where(table.c.key == bindparam("the_key")).values({**values, "revision": table.c.revision + 1}))


NEW_SEAT, NEW_CANDIDATE, NEW_RUNG, NEW_COPY = map(insert_of, (Seat, Candidate, Rung, Copy))
SEVERAL = update_of(Round, "several")
TURN = changed_seat("state", "opened_at", "claimed_at", "due_at", "soon_at", "term", "sent_by")
WAITING = changed_seat("state", "paused_at")
CLOSED_SEAT = changed_seat("state", "ended_at", "ended_by", "on_behalf_of", "ending")
REOPENED_SEAT = changed_seat("state", "ended_at", "ended_by", "ending")
OPEN_ROUNDS = Prepared(
    select(Round.key, Round.resolved).where(Among(Round.token, "tokens"), Round.state == literal_column("'open'"))
)
"""The state is written into the statement: no database takes an index over the open ones for a value that it is given later."""
_UNFINISHED = (Among(Seat.round, "rounds"), or_(*(Seat.state == state for state in LIVE)))
OPEN_SEATS = Prepared(select(Seat.key, Seat.id, Seat.element, Seat.assignee).where(*_UNFINISHED))
WITHDRAWN = Prepared(
    update(table_of(Seat))
    .where(*_UNFINISHED)
    .values(state="closed", ended_at=bindparam("at", type_=Instant()), ending="withdrawn", revision=Seat.revision + 1)
)
CLOSED_ROUND = update_of(Round, "state", "decided_at")
DROP_CANDIDATES, DROP_DRAFTS = map(delete_of, (Candidate.seat, Draft.seat))
DROP_RUNGS = delete_of(Rung.seat, Rung.done_at.is_(None))


def _new_round() -> Prepared:
    """A new round; its number follows on the last one of its element in its instance, its people are those of today."""
    earlier = select(func.coalesce(func.max(Round.number), 0) + 1)
    here = (Round.instance == bindparam("instance"), Round.element == bindparam("element"))
    return insert_of(Round, number=earlier.where(*here).scalar_subquery(), organisation=NEWEST_VERSION)


NEW_ROUND = _new_round()


def _offer() -> Prepared:
    """One more name that an unfinished seat is offered under."""
    columns = (Seat.key, Seat.instance, Seat.state, URGENCY_RANK, DUE_OR_FAR, Seat.soon_at)
    found = select(bindparam("principal", type_=String()), *columns).join(ProcessInstance, ProcessInstance.key == Seat.instance)
    names = ["principal", "seat", "instance", "state", "rank", "due_at", "soon_at"]
    return Prepared(insert(Candidate).from_select(names, found.where(Seat.key == bindparam("seat", type_=BigInteger()))))


OFFER = _offer()


@dataclass(frozen=True, kw_only=True)
class RungPlanned:
    """One step of a seat's ladder."""

    kind: str
    level: int
    due_at: datetime
    clock: str = "handling"
    """See `engine.appliers.clocks`."""


@dataclass(frozen=True, kw_only=True)
class SeatOpened:
    """One person's place in a round, or the one place that is offered to several."""

    seat: int
    seat_id: UUID
    principals: tuple[str, ...]
    assignee: int | None = None
    capacity: int | None = None
    kind: str = "asked"
    parent: int | None = None
    position: int = 0
    waiting: bool = False
    recused: bool = False
    binds: bool = True
    joint: str | None = None
    reason: str | None = None
    level: int = 0
    due_at: datetime | None = None
    soon_at: datetime | None = None
    term: dict[str, Any] | None = None
    rungs: tuple[RungPlanned, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoundPlace:
    """The round that seats belong to."""

    round: int
    instance: int
    token: int
    element: str
    name: str
    urgency: str | None
    """Of the case."""


@dataclass(frozen=True, kw_only=True)
class RoundOpened(RoundPlace):
    """A user task asks its people: one round with its seats."""

    scope: int
    definition: int
    mode: str
    resolved: dict[str, Any]
    returned: dict[str, Any] | None = None
    policy: dict[str, Any] = field(default_factory=dict)
    several: bool = False
    seats: tuple[SeatOpened, ...]
    copies: tuple[int, ...] = ()
    automatic: bool = False
    """Whether the system decides it and nobody is asked."""


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
        _add_round(work, effect, rows)
    work.write_all(NEW_ROUND, rows.rounds)
    _write_seats(work, rows)
    work.write_all(NEW_COPY, rows.copies)
    schedule(work, rows.jobs)


def add_seats(work: UnitOfWork, place: RoundPlace, seats: Sequence[SeatOpened]) -> None:
    """Adds seats to an open round, which from then on has several."""
    rows = _Rows()
    for seat in seats:
        _add_seat(work, place, seat, rows)
    _write_seats(work, rows)
    schedule(work, rows.jobs)
    work.write(SEVERAL, {"key": place.round, "several": True})


def _write_seats(work: UnitOfWork, rows: _Rows) -> None:
    work.write_all(NEW_SEAT, rows.seats)
    work.write_all(NEW_CANDIDATE, rows.candidates)
    work.write_all(NEW_RUNG, rows.rungs)


def _add_round(work: UnitOfWork, effect: RoundOpened, rows: _Rows) -> None:
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
            "policy": effect.policy,
            "several": effect.several,
            "counts": None,
            "found_on": work.now.astimezone(TIME_ZONE).date(),
            "opened_at": work.now,
            "decided_at": None,
            "decided_by": None,
        }
    )
    for seat in effect.seats:
        _add_seat(work, effect, seat, rows)
    # A copy hangs on one seat, and is the round's: it stays whatever becomes of that seat.
    rows.copies += [copy_row(work, effect.instance, effect.seats[0].seat, person, "model") for person in effect.copies]


def copy_row(work: UnitOfWork, instance: int, seat: int, person: int, reason: str) -> dict[str, Any]:
    """A new read-only copy of a task."""
    return {
        "key": work.new_key(),
        "id": uuid4(),
        "seat": seat,
        "instance": instance,
        "person": person,
        "reason": reason,
        "made_at": work.now,
        "read_at": None,
        "sent_by": None,
        "opinion": None,
        "answered_at": None,
    }


def _add_seat(work: UnitOfWork, place: RoundPlace, seat: SeatOpened, rows: _Rows) -> None:
    rows.seats.append(
        {
            "key": seat.seat,
            "id": seat.seat_id,
            "round": place.round,
            "instance": place.instance,
            "element": place.element,
            "name": place.name,
            "revision": 1,
            "state": _first_state(seat),
            "assignee": seat.assignee,
            "direct": seat.assignee is not None,
            "capacity": seat.capacity,
            "reason": seat.reason,
            "sent_by": work.actor.person,
            "opened_at": work.now,
            "claimed_at": None if seat.assignee is None or seat.waiting or seat.recused else work.now,
            "due_at": seat.due_at,
            "soon_at": seat.soon_at,
            "term": seat.term,
            "level": seat.level,
            "ended_at": work.now if seat.recused else None,
            "ended_by": None,
            "on_behalf_of": None,
            "outcome": None,
            "opinion": None,
            "form_hash": None,
            "kind": seat.kind,
            "parent": seat.parent,
            "position": seat.position,
            "vote": None,
            "ending": "recused" if seat.recused else None,
            "binds": seat.binds,
            "joint": seat.joint,
            "paused_at": None,
            "recorded_by": None,
            "evidence": None,
            "occurred_at": None,
            "urged": 0,
            "urged_at": None,
        }
    )
    if not seat.recused:
        rows.candidates += [_offer_row(place, seat, principal) for principal in seat.principals]
    _add_ladder(work, place.instance, seat.seat, seat.rungs, rows)


def offer(work: UnitOfWork, seat: int, *principals: str) -> None:
    """Offers an unfinished seat, by key, under more names."""
    work.write_all(OFFER, [{"principal": principal, "seat": seat} for principal in principals])


def _offer_row(place: RoundPlace, seat: SeatOpened, principal: str) -> dict[str, Any]:
    """What says that a new seat is offered under that name."""
    return {
        "principal": principal,
        "seat": seat.seat,
        "instance": place.instance,
        "state": _first_state(seat),
        "rank": URGENCY_RANKS.get(place.urgency or "", LAST_RANK),
        "due_at": seat.due_at or FAR,
        "soon_at": seat.soon_at,
        # The database fills in both.
        "institution": None,
        "sight_until": None,
    }


def _first_state(seat: SeatOpened) -> str:
    if seat.recused:
        return "closed"
    if seat.waiting:
        return "waiting"
    return "open" if seat.assignee is None else "claimed"


def _add_ladder(work: UnitOfWork, instance: int, seat: int, rungs: Sequence[RungPlanned], rows: _Rows) -> None:
    rows.rungs += [
        {
            "key": work.new_key(),
            "seat": seat,
            "clock": rung.clock,
            "kind": rung.kind,
            "level": rung.level,
            "due_at": rung.due_at,
            "done_at": None,
            "told": None,
        }
        for rung in sorted(rungs, key=lambda rung: (rung.due_at, rung.level))
    ]
    if rungs:
        first = min(rung.due_at for rung in rungs)
        rows.jobs.append(JobScheduled(kind="rung", subject=seat, due_at=first, instance=instance))


@dataclass(frozen=True, kw_only=True)
class TurnCome:
    """A waiting seat whose turn it is, with the term that begins for it."""

    seat: int
    assignee: int | None
    instance: int
    due_at: datetime | None
    soon_at: datetime | None
    term: dict[str, Any] | None
    rungs: tuple[RungPlanned, ...]


def begin_turns(work: UnitOfWork, turns: Sequence[TurnCome]) -> None:
    """Puts waiting seats before their people, with their terms and ladders."""
    rows = _Rows()
    for turn in turns:
        _add_ladder(work, turn.instance, turn.seat, turn.rungs, rows)
    begun = [
        {
            "key": turn.seat,
            "state": "open" if turn.assignee is None else "claimed",
            "opened_at": work.now,
            "claimed_at": None if turn.assignee is None else work.now,
            "due_at": turn.due_at,
            "soon_at": turn.soon_at,
            "term": turn.term,
            "sent_by": work.actor.person,
        }
        for turn in turns
    ]
    work.write_all(TURN, begun)
    work.write_all(NEW_RUNG, rows.rungs)
    schedule(work, rows.jobs)


def end_turns(work: UnitOfWork, seats: Sequence[int]) -> None:
    """Lets seats wait again whose turn has not come after all: their terms, ladders and drafts end."""
    for statement in (DROP_DRAFTS, DROP_RUNGS):
        work.write(statement, {"values": seats})
    unschedule(work, "rung", seats)
    waiting = {"state": "waiting", "claimed_at": None, "due_at": None, "soon_at": None, "term": None, "sent_by": None}
    begun = {"opened_at": work.now}
    work.write_all(TURN, [{**waiting, **begun, "key": seat} for seat in seats])


def wait_for_others(work: UnitOfWork, seat: int, *, paused: bool) -> None:
    """Takes a seat out of its holder's hands until those have spoken whom he asked; `paused` where its clock stands still."""
    work.write(WAITING, {"key": seat, "state": "waiting", "paused_at": work.now if paused else None})


def resume_turns(work: UnitOfWork, seats: Sequence[int]) -> None:
    """Puts seats back into their holders' hands that had waited for others."""
    work.write_all(WAITING, [{"key": seat, "state": "claimed", "paused_at": None} for seat in seats])


def close_seats(
    work: UnitOfWork, seats: Sequence[int], ending: str, *, by: int | None = None, on_behalf_of: int | None = None
) -> None:
    """Ends unfinished seats of an open round undone: `unneeded`, `removed`, `transferred`, `absent`.

    `by` is who ended them, `on_behalf_of` the principal if he is an agent.
    """
    ended = {"state": "closed", "ended_at": work.now, "ended_by": by, "on_behalf_of": on_behalf_of, "ending": ending}
    work.write_all(CLOSED_SEAT, [{**ended, "key": seat} for seat in seats])
    end_seats(work, seats)


def reopen_seats(work: UnitOfWork, seats: Mapping[int, str]) -> None:
    """Has seats that were closed wait again, offered to these principals; whose turn it is has to be told after that."""
    waiting = {"state": "waiting", "ended_at": None, "ended_by": None, "ending": None}
    work.write_all(REOPENED_SEAT, [{**waiting, "key": seat} for seat in seats])
    work.write_all(OFFER, [{"principal": principal, "seat": seat} for seat, principal in seats.items()])


def close_rounds(work: UnitOfWork, tokens: Sequence[int]) -> list[tuple[int, UUID, str]]:
    """Takes away the open rounds of these tokens; their seats become `closed`. Returns key, id and element of each seat."""
    closed: list[tuple[int, UUID, str]] = []
    for chunk in chunks(tokens):
        rounds = OPEN_ROUNDS.all(work.connection, tokens=list(chunk))
        if not rounds:
            continue
        work.wake(*(person for row in rounds for person in row.resolved["persons"]))
        work.write_all(CLOSED_ROUND, [{"key": row.key, "state": "cancelled", "decided_at": work.now} for row in rounds])
        keys = [row.key for row in rounds]
        seats = OPEN_SEATS.all(work.connection, rounds=keys)
        work.wake(*(seat.assignee for seat in seats))
        work.write(WITHDRAWN, {"rounds": keys, "at": work.now})
        end_seats(work, [seat.key for seat in seats])
        closed += [(seat.key, seat.id, seat.element) for seat in seats]
    return closed


def end_seats(work: UnitOfWork, seats: Sequence[int], *, drafts: bool = True, ladders: bool = True) -> None:
    """Removes what only an unfinished seat has: its candidates, its drafts, the rest of its ladder.

    `drafts` and `ladders` say whether any of the seats may have one.
    """
    if not seats:
        return
    work.write(DROP_CANDIDATES, {"values": seats})
    if drafts:
        work.write(DROP_DRAFTS, {"values": seats})
    if ladders:
        work.write(DROP_RUNGS, {"values": seats})
        unschedule(work, "rung", seats)
