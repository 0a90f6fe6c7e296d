"""Gives an unfinished seat to one person by name: by a superior, an operator, or the ladder."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from engine.appliers.tasks import offer
from engine.authorization import person_principal
from engine.runtime.rights import handed_on
from engine.store.tables import Candidate, Round, Seat
from engine.store.unit_of_work import UnitOfWork


def give_seat(work: UnitOfWork, seat: Any, person: int, capacity: int) -> None:
    """Has the person hold the seat, in the chair `capacity`; its clocks, its place in the round and who presides go with it.

    `seat` has `resolved`, `policy` and `several` of its round.
    """
    work.connection.execute(delete(Candidate).where(Candidate.seat == seat.key))
    offer(work, seat.key, person_principal(person))
    kept, policy = handed_on(seat.resolved, seat.assignee, person), dict(seat.policy)
    if not seat.several:
        kept |= {"persons": [person], "principals": [person_principal(person)]}
    if seat.assignee is not None and policy.get("chair") == seat.assignee:
        policy["chair"] = person
    if (kept, policy) != (seat.resolved, seat.policy):
        work.connection.execute(update(Round).where(Round.key == seat.round).values(resolved=kept, policy=policy))
    given = {
        "state": "claimed",
        "assignee": person,
        "direct": True,
        "capacity": capacity,
        "claimed_at": work.now,
        "revision": seat.revision + 1,
    }
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(given))
    work.wake(seat.assignee, person, *seat.resolved["persons"])
