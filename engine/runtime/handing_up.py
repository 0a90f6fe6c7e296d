"""Hands a late task over by its ladder: to whoever acts for its holder, or to those whom the level tells above him.

It goes to the first of them who may have it: who has no part in its round yet, is not to be kept apart from it, and sits at
an institution of the case. Process administrators get nothing so: they read no patient data. The seat stays as it is, with
its term, its ladder and its place in the round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select

from engine.appliers.journal import Journal
from engine.appliers.tasks import copy_row
from engine.assignment.superiors import administrators
from engine.authorization import acts_for, standing
from engine.calendar import Transfer
from engine.errors import Conflict, Invalid, NotAllowed
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.giving import give_seat
from engine.runtime.handing_on import chair_for, is_held, refuse_successor, seat_row
from engine.store.tables import Copy, Delegation, Person
from engine.store.unit_of_work import UnitOfWork

BY_LADDER = "person"
"""Reason of the copy that a former holder keeps: one of the ladder's would let him reassign the task."""


@dataclass(frozen=True, kw_only=True)
class HandedUp:
    """What has become of a task that its ladder was to hand over."""

    to: int | None
    """Key of who has it; None where nobody may."""
    name: str
    before: tuple[int, ...]
    """Keys of those who had it, or were offered it."""


def hand_up(
    work: UnitOfWork, definitions: Definitions, key: int, to: Transfer, holders: Sequence[int], above: Sequence[int]
) -> HandedUp | None:
    """Hands the seat of that key over; None where its decision is just being sent.

    `holders` are those who have it or are offered it, `above` those whom the level tells above them, by key.
    """
    if is_held(work, key):
        return None
    seat = seat_row(work, key)
    agents = _agents(work, seat) if to == "agent" else ()
    spared = {seat.assignee, *administrators(work)}
    person, chair = _first(work, definitions, seat, (one for one in (*agents, *above) if one not in spared))
    if person is None or chair is None:
        return HandedUp(to=None, name="", before=tuple(holders))
    give_seat(work, seat, person, chair)
    _keep_sight(work, seat)
    name = work.connection.execute(select(Person.name).where(Person.key == person)).scalar_one()
    return HandedUp(to=person, name=name, before=tuple(one for one in holders if one != person))


def note_handed_up(journal: Journal, definition: Definition, seat: Row[Any], handed: HandedUp, *, urgent: bool) -> None:
    """What the case's history says of it, and what it tells who had the task and who has it."""
    journal.note("task-handed-up", element=seat.element, task=str(seat.id), to=handed.to, before=list(handed.before))
    if handed.to is None:
        return
    model = definition.model
    title, title_en = model.title or model.name or model.id, model.title_en or model.name or model.id
    text, text_en = f"{title}：“{seat.name}”超时，已自动转交给您", f"{title_en}: “{seat.name}” is late and was handed over to you"
    journal.tell(handed.to, "task", text, text_en, seat=seat.key, urgent=urgent)
    text = f"{title}：“{seat.name}”超时，已自动转交{handed.name}，无需您办理"
    text_en = f"{title_en}: “{seat.name}” was late and has gone to {handed.name}; you need not act"
    for person in handed.before:
        journal.tell(person, "task-closed", text, text_en, seat=seat.key, urgent=urgent)


def _agents(work: UnitOfWork, seat: Row[Any]) -> tuple[int, ...]:
    """Keys of those who act for the holder of a seat now."""
    now = (Delegation.principal == seat.assignee, Delegation.from_at <= work.now, Delegation.to_at > work.now)
    found = work.connection.execute(select(Delegation.agent).where(*now).order_by(Delegation.key)).scalars().all()
    return tuple(
        agent
        for agent in dict.fromkeys(found)
        if acts_for(work.connection, standing(work.connection, agent, work.now), seat.assignee, seat.instance)
    )


def _first(work: UnitOfWork, definitions: Definitions, seat: Row[Any], persons: Iterable[int]) -> tuple[int | None, int | None]:
    """The first of these who may have the seat, with the chair that he would act in."""
    for person in persons:
        try:
            refuse_successor(work, definitions, seat, person)
            chair = chair_for(work, seat, person)
        except (Conflict, Invalid, NotAllowed):
            continue
        if chair is not None:
            return person, chair
    return None, None


def _keep_sight(work: UnitOfWork, seat: Row[Any]) -> None:
    """Who held the task may still read it: he is told where it went."""
    if seat.assignee is None:
        return
    known = (Copy.seat == seat.key, Copy.person == seat.assignee)
    if work.connection.execute(select(Copy.key).where(*known)).first() is None:
        work.connection.execute(insert(Copy).values(copy_row(work, seat.instance, seat.key, seat.assignee, BY_LADDER)))
