"""What a step of a ladder says, to whom, and how it stands in the case's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, func, select

from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.assignment import leaders, superiors
from engine.authorization import capacities, institutions_taking_part, today
from engine.runtime.definitions import Definition
from engine.store.prepared import Among, Prepared
from engine.store.tables import Copy, Round, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import update_of

_COLUMNS = (
    Seat.key,
    Seat.id,
    Seat.instance,
    Seat.element,
    Seat.name,
    Seat.state,
    Seat.assignee,
    Seat.capacity,
    Seat.level,
    Seat.term,
    Round.resolved,
    Round.definition,
)
OVERDUE_SEAT = Prepared(select(*_COLUMNS).join(Round, Round.key == Seat.round).where(Seat.key == bindparam("seat")))
COPIES = Prepared(
    select(func.max(Copy.key).label("key"), Copy.person)
    .where(Copy.seat == bindparam("seat"), Among(Copy.person, "persons"))
    .group_by(Copy.person)
)
COPIED_AGAIN = update_of(Copy, "reason", "made_at", "read_at")
Words = Mapping[str, tuple[str, str]]
HANDLING_WORDS: Words = {
    "remind": ("{process}：“{step}”快到期了", "{process}: “{step}” is due soon"),
    "overdue": ("{process}：“{step}”已超时", "{process}: “{step}” is overdue"),
    "level2": ("{process}：“{step}”超时升级，上级可以改派", "{process}: “{step}” escalated, the superior may reassign it"),
    "level3": (
        "{process}：“{step}”再次升级，须由分管领导处理，计入绩效",
        "{process}: “{step}” escalated again, the leader must act and it counts",
    ),
}
RESPONSE_WORDS: Words = {
    "remind": ("{process}：“{step}”还没有人接手", "{process}: “{step}” waits to be taken up"),
    "overdue": ("{process}：“{step}”超时无人接手", "{process}: nobody has taken up “{step}” in time"),
    "level2": (
        "{process}：“{step}”仍无人接手，上级可以改派",
        "{process}: “{step}” is still not taken up, the superior may reassign it",
    ),
    "level3": (
        "{process}：“{step}”一直无人接手，须由分管领导处理，计入绩效",
        "{process}: nobody takes up “{step}”; the leader must act and it counts",
    ),
}
TEXTS: Mapping[str, Words] = {"handling": HANDLING_WORDS, "response": RESPONSE_WORDS}


def told_by(work: UnitOfWork, seat: Row[Any], kind: str, principals: Sequence[str]) -> tuple[int, ...]:
    """Whom a rung tells: a reminder the people who are asked, overdue and level 2 their superior too, level 3 the next leader."""
    holders = (seat.assignee,) if seat.assignee is not None else tuple(seat.resolved["persons"])
    if kind == "remind":
        return holders
    climb = leaders if kind == "level3" else superiors
    above = climb(work, principals=principals, assignee=seat.assignee, capacity=seat.capacity)
    _let_in(work, seat, above)
    return tuple(dict.fromkeys((*holders, *above)))


def copies_for(work: UnitOfWork, seat: Row[Any], kind: str, told: tuple[int, ...]) -> list[dict[str, Any]]:
    """New copies for the superiors, which let them see the case; those who hold or are offered the seat need none.

    A person has one copy of a seat: one he has already is put before him again, unread.
    """
    if kind == "remind":
        return []
    asked = {seat.assignee, *seat.resolved["persons"]}
    have = {row.person: row.key for row in COPIES.all(work.connection, seat=seat.key, persons=told)}
    again = {"reason": kind, "made_at": work.now, "read_at": None}
    work.write_all(COPIED_AGAIN, [{**again, "key": key} for key in have.values()])
    return [
        {
            "key": work.new_key(),
            "id": uuid4(),
            "seat": seat.key,
            "instance": seat.instance,
            "person": person,
            "reason": kind,
            "made_at": work.now,
            "read_at": None,
            "sent_by": None,
            "opinion": None,
            "answered_at": None,
        }
        for person in told
        if person not in asked and person not in have
    ]


def note_rung(journal: Journal, seat: Row[Any], rung: Any, told: Sequence[int], later: Sequence[int] = ()) -> None:
    """The history row of a rung that was climbed; `later` are told when their quiet hours end."""
    journal.note(
        "escalation",
        element=seat.element,
        task=str(seat.id),
        clock=rung.clock,
        rung=rung.kind,
        level=rung.level,
        told=list(told),
        later=list(later),
    )


def tell_rung(
    journal: Journal, definition: Definition, seat: Row[Any], clock: str, kind: str, told: Sequence[int], *, urgent: bool
) -> None:
    """The lines that a rung puts before people."""
    model = definition.model
    text, text_en = TEXTS[clock][kind]
    for person in told:
        journal.tell(
            person,
            kind if clock == "handling" else f"{clock}-{kind}",
            text.format(process=model.title or model.name or model.id, step=seat.name),
            text_en.format(process=model.title_en or model.name or model.id, step=seat.name),
            seat=seat.key,
            urgent=urgent,
        )


def note_reminder(definition: Definition, seat: Row[Any], clock: str, persons: Sequence[int], journal: Journal) -> None:
    """A reminder that waited for the end of quiet hours."""
    journal.note(
        "escalation",
        element=seat.element,
        task=str(seat.id),
        clock=clock,
        rung="remind",
        level=0,
        told=list(persons),
        later=[],
    )
    tell_rung(journal, definition, seat, clock, "remind", persons, urgent=False)


def _let_in(work: UnitOfWork, seat: Row[Any], above: tuple[int, ...]) -> None:
    """Lets the superiors' institutions see the case: who must act on it has to be able to read it."""
    here = institutions_taking_part(work.connection, work.now, seat.instance)
    for person in above:
        institutions = [chair.institution for chair in capacities(work.connection, person, today(work.now))]
        if institutions and not here.intersection(institutions):
            participate(work, seat.instance, institutions[0], None)
            here.add(institutions[0])
