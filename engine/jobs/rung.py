"""A seat's ladder: remind its people, mark it overdue, copy the superior, give him the right to reassign, make it count."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, func, insert, select, update

from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.assignment import leaders, superiors
from engine.authorization import capacities, today
from engine.runtime import Act, Definition, Runtime
from engine.store.tables import Candidate, Copy, Participant, Round, Rung, Seat
from engine.store.unit_of_work import UnitOfWork

TEXTS = {
    "remind": ("{process}：“{step}”快到期了", "{process}: “{step}” is due soon"),
    "overdue": ("{process}：“{step}”已超时", "{process}: “{step}” is overdue"),
    "level2": ("{process}：“{step}”超时升级，上级可以改派", "{process}: “{step}” escalated, the superior may reassign it"),
    "level3": (
        "{process}：“{step}”再次升级，须由分管领导处理，计入绩效",
        "{process}: “{step}” escalated again, the leader must act and it counts",
    ),
}


def climb_rung(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Climbs every rung of the seat that is due; after an outage only the highest one is told, the others are noted."""
    columns = (
        Seat.key,
        Seat.id,
        Seat.instance,
        Seat.element,
        Seat.name,
        Seat.state,
        Seat.assignee,
        Seat.capacity,
        Round.resolved,
        Round.definition,
    )
    found = select(*columns).join(Round, Round.key == Seat.round).where(Seat.key == job.subject)
    seat = work.connection.execute(found).one_or_none()
    if seat is None:
        return
    case = runtime.lock(work, seat.instance)
    seat = work.connection.execute(found).one()
    ahead = select(Rung.key, Rung.kind, Rung.level, Rung.due_at).where(Rung.seat == seat.key, Rung.done_at.is_(None))
    rungs: list[Any] = list(work.connection.execute(ahead.order_by(Rung.due_at, Rung.level)).all())
    due = [rung for rung in rungs if rung.due_at <= work.now]
    if seat.state not in ("open", "claimed") or not due:
        return
    top = due[-1]
    told = _told(work, seat, top)
    definition = runtime.definitions.get(seat.definition)
    work.connection.execute(update(Rung).where(Rung.key.in_([rung.key for rung in due])).values(done_at=work.now, told=[]))
    work.connection.execute(update(Rung).where(Rung.key == top.key).values(told=list(told)))
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(level=max(rung.level for rung in due)))
    copies = _copies(work, seat, top, told)

    def noted(journal: Journal) -> None:
        for rung in due:
            journal.note(
                "escalation",
                element=seat.element,
                task=str(seat.id),
                rung=rung.kind,
                level=rung.level,
                told=list(told) if rung is top else [],
            )
        _tell(journal, definition, seat, top, told)

    if copies:
        work.connection.execute(insert(Copy), copies)
    runtime.note(work, case, Act(action="escalate", object=str(seat.id), data={"rung": top.kind}), noted)
    work.wake(*seat.resolved["persons"], *told)
    rest = [rung for rung in rungs if rung.due_at > work.now]
    if rest:
        schedule(work, [JobScheduled(kind="rung", subject=seat.key, due_at=rest[0].due_at, instance=seat.instance)])


def _told(work: UnitOfWork, seat: Row[Any], rung: Row[Any]) -> tuple[int, ...]:
    """Whom a rung tells: a reminder the people who are asked, overdue and level 2 their superior too, level 3 the next leader."""
    holders = (seat.assignee,) if seat.assignee is not None else tuple(seat.resolved["persons"])
    if rung.kind == "remind":
        return holders
    principals = tuple(work.connection.execute(select(Candidate.principal).where(Candidate.seat == seat.key)).scalars())
    climb = leaders if rung.kind == "level3" else superiors
    above = climb(work, principals=principals, assignee=seat.assignee, capacity=seat.capacity)
    _let_in(work, seat, above)
    return tuple(dict.fromkeys((*holders, *above)))


def _let_in(work: UnitOfWork, seat: Row[Any], above: tuple[int, ...]) -> None:
    """Lets the superiors' institutions see the case: who must act on it has to be able to read it."""
    here = set(work.connection.execute(select(Participant.institution).where(Participant.instance == seat.instance)).scalars())
    for person in above:
        institutions = [chair.institution for chair in capacities(work.connection, person, today(work.now))]
        if institutions and not here.intersection(institutions):
            participate(work, seat.instance, institutions[0], None)
            here.add(institutions[0])


def _copies(work: UnitOfWork, seat: Row[Any], rung: Row[Any], told: tuple[int, ...]) -> list[dict[str, Any]]:
    """New copies for the superiors, which let them see the case; those who hold or are offered the seat need none.

    A person has one copy of a seat: one he has already is put before him again, unread.
    """
    if rung.kind == "remind":
        return []
    asked = {seat.assignee, *seat.resolved["persons"]}
    found = select(func.max(Copy.key), Copy.person).where(Copy.seat == seat.key, Copy.person.in_(told)).group_by(Copy.person)
    have = {person: key for key, person in work.connection.execute(found)}
    again = {"reason": rung.kind, "made_at": work.now, "read_at": None}
    work.connection.execute(update(Copy).where(Copy.key.in_(have.values())).values(again))
    return [
        {
            "key": work.new_key(),
            "id": uuid4(),
            "seat": seat.key,
            "instance": seat.instance,
            "person": person,
            "reason": rung.kind,
            "made_at": work.now,
            "read_at": None,
        }
        for person in told
        if person not in asked and person not in have
    ]


def _tell(journal: Journal, definition: Definition, seat: Row[Any], rung: Row[Any], told: tuple[int, ...]) -> None:
    model = definition.model
    text, text_en = TEXTS[rung.kind]
    for person in told:
        journal.tell(
            person,
            rung.kind,
            text.format(process=model.title or model.name or model.id, step=seat.name),
            text_en.format(process=model.title_en or model.name or model.id, step=seat.name),
            seat=seat.key,
        )
