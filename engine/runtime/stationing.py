"""Functions that write: who is taken for a dispatch, his chair at the host from a day to a day, and his agent at home.

They are the only way in which a process changes the organisation, and they are bounded, because neither designers nor
those who do business may keep it (三员分立):

* only a process whose key stands in the setting `stationing` may seat anybody, and only for a case of the lead hospital;
* a chair is always of the kind `dispatched`, ends on a day within `LONGEST`, lies at a member of the community, and is
  given only to somebody who was taken for the same reference and administers nothing;
* only what was begun under a reference, by a case of the same institution, can be moved or ended under it. Chairs that
  administrators have made are never touched.

Everything is written in the transaction of the step, with an audit entry that names the case. Days are those of China.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, Select, delete, false, insert, or_, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.organisation import organisation_changed
from engine.authorization import ADMINISTRATORS, capacities, in_force, is_member, today
from engine.calendar import TIME_ZONE
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.functions import inputs as read
from engine.runtime.holdings import tasks_of
from engine.store.locks import hold
from engine.store.tables import (
    Account,
    Appointment,
    Delegation,
    Department,
    Engagement,
    Institution,
    Person,
    Post,
    ProcessInstance,
)
from engine.store.unit_of_work import UnitOfWork

JSON = Any
LONGEST = timedelta(days=1096)
"""So long a dispatch may last, with all its extensions."""
REOFFER = "reoffer"
"""Kind of the job that gives one task of somebody who leaves to another."""
_ENDED_UNDONE = ("terminated", "cancelled")


@dataclass(frozen=True, kw_only=True)
class ActingCase:
    """The case whose step calls a function."""

    key: int
    process: str
    """Key of its process in the model."""
    institution: int | None
    """Key of its owner."""


def engage(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Takes a person for some days, unless another case has him.

    Takes `reference`, `person` (staff number), `from`, `to` (days, included) and `fullTime`; gives `engaged`, and where he is
    not free `heldFrom` and `heldTo`, the days for which he is taken. Taken again under one reference, he is moved.
    """
    person, span = _person(work, inputs), _span(inputs)
    reference, full = _reference(inputs), read.flag(inputs, "fullTime")
    hold(work.connection, f"engagement {person}")
    taken = work.connection.execute(_others(case, person, reference, span, full)).first()
    if taken is not None:
        return {"engaged": False, "heldFrom": taken.from_date.isoformat(), "heldTo": taken.to_date.isoformat()}
    if case is not None:
        _release(work, case, reference)
        values = {"institution": _owner(case), "reference": reference, "instance": case.key, "person": person}
        days = {"full_time": full, "from_date": span[0], "to_date": span[1], "made_at": work.now}
        work.connection.execute(insert(Engagement).values(key=work.new_key(), **values, **days))
    return {"engaged": True, "heldFrom": None, "heldTo": None}


def release(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Lets whoever was taken under `reference` go. Who sits in a chair under it stays there: `station.end` ends that."""
    if case is not None:
        _release(work, case, _reference(inputs))
    return {}


def engaged(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who is taken full-time under another reference.

    Takes `persons` (staff numbers; or `rows`, each with a `person`), `reference`, `from` and `to`; gives `taken`, the staff
    numbers of those who are on a day of that span.
    """
    span, reference = _span(inputs), _reference(inputs)
    wanted = select(Person.key, Person.staff_number).where(Person.staff_number.in_(staff_numbers(inputs)))
    people = {row.key: row.staff_number for row in work.connection.execute(wanted.order_by(Person.staff_number))}
    busy = (key for key in people if work.connection.execute(_others(case, key, reference, span, True)).first() is not None)
    return {"taken": [people[key] for key in busy]}


def begin(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Seats whoever was taken under a reference, and has an agent do the work of his chairs at home meanwhile.

    Takes `reference`, `person`, `post`, `institution` (code), `department` (code or null), `from`, `to` and `agent` (staff
    number or null); gives `appointment` and `delegation`, their ids, and `problems`, a sentence where a code or the agent is
    not right, and then nothing is written. Raises NotAllowed, Invalid and Conflict as the module says.
    """
    person, span, reference = _person(work, inputs), _span(inputs), _reference(inputs)
    _refuse_process(work, case)
    _refuse_person(work, person)
    try:
        place, chair = _chair(work, inputs, span[0])
        agent = _agent(work, inputs, person)
    except (Invalid, NotFound) as error:
        named = next((error.facts[kind] for kind in ("name", "institution", "department") if kind in error.facts), "")
        sentence = _SENTENCES.get(error.code, "{name}").format(name=named)
        return {"appointment": None, "delegation": None, "problems": sentence}
    if case is None:
        return {"appointment": None, "delegation": None, "problems": None}
    taken = _taken(work, case, reference)
    if taken is None or taken.person != person:
        raise Conflict("not-engaged", "Expected a person who was taken under '{reference}', but he is not", reference=reference)
    if taken.appointment is not None:
        raise Conflict("seated", "Expected nobody seated under '{reference}' yet, but somebody is", reference=reference)
    appointment = {"key": work.new_key(), "id": uuid4(), "person": person, "kind": "dispatched", "head": False, **chair}
    organisation_changed(work)
    work.connection.execute(insert(Appointment).values(**appointment, from_date=span[0], to_date=span[1]))
    delegation = None if agent is None else _delegated(work, case, reference, (person, agent), span)
    links = {"appointment": appointment["key"], "delegation": None if delegation is None else delegation["key"]}
    days = {"from_date": span[0], "to_date": span[1], "instance": case.key}
    work.connection.execute(update(Engagement).where(Engagement.key == taken.key).values(**links, **days))
    _note(work, case, "appointment-made", f"{chair['post']}@{place}", person, span)
    work.wake(person)
    given = None if delegation is None else str(delegation["id"])
    return {"appointment": str(appointment["id"]), "delegation": given, "problems": None}


def move(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Has what was begun under `reference` end on another day: takes `to`, its last day. Raises Invalid `dates`."""
    last = read.day(inputs, "to")
    if last is None:
        raise read.wrong("to", "a day")
    if case is None:
        return {}
    taken = _required(work, case, _reference(inputs))
    if not taken.from_date <= last <= taken.from_date + LONGEST:
        raise _dates(taken.from_date, last)
    hold(work.connection, f"engagement {taken.person}")
    _end(work, case, taken, last)
    return {}


def end(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Takes the chair and the agency of a reference away at this instant, and lets the person go; gives `ended`.

    The last day of the chair is the day before, so that its rights are gone at once; on its own first day it ends with that
    day, and what had not begun is taken back. Done again it changes nothing.
    """
    taken = None if case is None else _taken(work, case, _reference(inputs))
    if case is None or taken is None:
        return {"ended": False}
    day = today(work.now)
    last = day if taken.from_date == day else day - timedelta(days=1)
    if taken.to_date > last:
        _end(work, case, taken, last)
    _release(work, case, taken.reference)
    work.wake(taken.person)
    return {"ended": True}


def reoffer(work: UnitOfWork, case: ActingCase | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Has every unfinished task of somebody who leaves go to another: whoever was engaged under `reference`, `reason` says
    why; gives `tasks`, how many. Each goes in a transaction of its own, to his agent, to whoever sits in the same chair, or
    to who stands above it.
    """
    reference, reason = _reference(inputs), read.text(inputs, "reason") or ""
    if case is None:
        return {"tasks": 0}
    _refuse_process(work, case)
    mine = (Engagement.institution == case.institution, Engagement.reference == reference)
    newest = select(Engagement.person, Engagement.delegation).where(*mine).order_by(Engagement.key.desc()).limit(1)
    taken = work.connection.execute(newest).one_or_none()
    if taken is None:
        raise _nobody(reference)
    agent = select(Delegation.agent).where(Delegation.key == taken.delegation)
    payload = {"person": taken.person, "agent": work.connection.execute(agent).scalar_one_or_none(), "reason": reason[:500]}
    seats = tasks_of(work, taken.person)
    schedule(work, [JobScheduled(kind=REOFFER, subject=seat, due_at=work.now, payload=payload) for seat in seats])
    audit.record(work, "tasks-reoffered", reference, data={"person": taken.person, "case": case.key, "tasks": len(seats)})
    return {"tasks": len(seats)}


def _end(work: UnitOfWork, case: ActingCase, taken: Row[Any], last: date) -> None:
    """Brings the chair, the agency and the days of an engagement to another last day."""
    organisation_changed(work)
    keys = (taken.appointment, taken.delegation)
    until = max(work.now, _instant(last + timedelta(days=1)))
    if last < taken.from_date:
        links = update(Engagement).where(Engagement.key == taken.key).values(appointment=None, delegation=None)
        work.connection.execute(links)
        work.connection.execute(delete(Appointment).where(Appointment.key == keys[0]))
        work.connection.execute(delete(Delegation).where(Delegation.key == keys[1]))
    else:
        work.connection.execute(update(Appointment).where(Appointment.key == keys[0]).values(to_date=last))
        agency = update(Delegation).where(Delegation.key == keys[1], Delegation.from_at < until)
        work.connection.execute(agency.values(to_at=until))
        work.connection.execute(update(Engagement).where(Engagement.key == taken.key).values(to_date=last))
    _note(work, case, "appointment-changed", taken.reference, taken.person, (taken.from_date, last))


def _refuse_process(work: UnitOfWork, case: ActingCase | None) -> None:
    if case is None:
        return
    if case.process not in work.config.stationing.split():
        message = "Expected a process that the setting STATIONING lets make appointments, but '{process}' is none"
        raise NotAllowed("not-stationing", message, process=case.process)
    lead = select(Institution.key).where(Institution.code == work.config.lead_institution)
    if work.connection.execute(lead).scalar_one_or_none() != case.institution:
        raise NotAllowed("not-the-lead", "Expected a case of the lead hospital to make appointments, but it is another's")


def _refuse_person(work: UnitOfWork, person: int) -> None:
    rights = work.connection.execute(select(Account.rights).where(Account.person == person)).scalar_one_or_none()
    if rights and not ADMINISTRATORS.isdisjoint(rights):
        raise Conflict("administrator-chair", "Expected a person who does business, but his account administrates")
    here = select(Appointment.key).where(Appointment.person == person, *in_force(Appointment, today(work.now)))
    home = here.where(Appointment.kind != "dispatched", is_member(Appointment.institution, today(work.now)))
    if work.connection.execute(home).first() is None:
        raise Invalid("no-home-chair", "Expected a person with a chair of his own in the community, but he has none")


def _chair(work: UnitOfWork, inputs: Mapping[str, JSON], first: date) -> tuple[str, dict[str, JSON]]:
    """Code of the institution, and the columns of the chair. Raises NotFound, and Invalid where it is no member."""
    post, code, department = (read.text(inputs, name) for name in ("post", "institution", "department"))
    place = work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one_or_none()
    if place is None:
        raise NotFound(
            "institution-not-found", "Expected to find institution '{institution}', but there is none", institution=code
        )
    if work.connection.execute(select(Post.key).where(Post.code == post)).scalar_one_or_none() is None:
        raise _missing("post", post)
    if work.connection.execute(select(Institution.key).where(Institution.key == place, is_member(place, first))).first() is None:
        raise Invalid(
            "not-a-member", "Expected a member of the community on that day, but '{institution}' is none", institution=code
        )
    room = select(Department.key).where(Department.institution == place, Department.code == department)
    found = None if department is None else work.connection.execute(room).scalar_one_or_none()
    if department is not None and found is None:
        raise NotFound(
            "department-not-found", "Expected to find department '{department}', but there is none", department=department
        )
    return str(code), {"post": post, "institution": place, "department": found}


def _agent(work: UnitOfWork, inputs: Mapping[str, JSON], person: int) -> int | None:
    """Key of the agent at the lead hospital, None where nobody is named. Raises NotFound and Invalid."""
    number = read.text(inputs, "agent")
    if number is None:
        return None
    agent = _person(work, {"person": number})
    there = {chair.institution_code for chair in capacities(work.connection, agent, today(work.now))}
    if agent == person or work.config.lead_institution not in there:
        raise Invalid("agent-elsewhere", "Expected as agent a colleague with a chair at home, but '{name}' is none", name=number)
    return agent


def _delegated(
    work: UnitOfWork, case: ActingCase, reference: str, persons: tuple[int, int], span: tuple[date, date]
) -> dict[str, JSON]:
    """Has the second of `persons` act for the first in his chairs at the case's owner, from the first day on."""
    row = {
        "key": work.new_key(),
        "id": uuid4(),
        "principal": persons[0],
        "agent": persons[1],
        "institution": case.institution,
        "processes": None,
        "from_at": max(work.now, _instant(span[0])),
        "to_at": _instant(span[1] + timedelta(days=1)),
        "reason": reference,
        "made_by": work.actor.person,
        "made_at": work.now,
    }
    work.connection.execute(insert(Delegation).values(row))
    audit.record(work, "delegation-made", str(row["id"]), data={"principal": persons[0], "agent": persons[1], "case": case.key})
    work.wake(persons[1])
    return row


def _others(case: ActingCase | None, person: int, reference: str, span: tuple[date, date], full: bool) -> Select[date, date]:
    """The days on which others have the person so that he is not free."""
    undone = select(ProcessInstance.key).where(
        ProcessInstance.key == Engagement.instance, ProcessInstance.state.in_(_ENDED_UNDONE), Engagement.appointment.is_(None)
    )
    return (
        select(Engagement.from_date, Engagement.to_date)
        .where(
            Engagement.person == person,
            Engagement.released_at.is_(None),
            Engagement.from_date <= span[1],
            Engagement.to_date >= span[0],
            Engagement.full_time if full else false(),
            or_(Engagement.reference != reference, Engagement.institution != (0 if case is None else case.institution)),
            ~undone.exists(),
        )
        .order_by(Engagement.from_date)
    )


def _taken(work: UnitOfWork, case: ActingCase, reference: str) -> Row[Any] | None:
    """The open engagement of a reference, locked."""
    mine = (Engagement.institution == case.institution, Engagement.reference == reference, Engagement.released_at.is_(None))
    return work.connection.execute(select(*Engagement.__table__.columns).where(*mine).with_for_update()).one_or_none()


def _required(work: UnitOfWork, case: ActingCase, reference: str) -> Row[Any]:
    found = _taken(work, case, reference)
    if found is None:
        raise _nobody(reference)
    return found


def _nobody(reference: str) -> NotFound:
    return NotFound("no-engagement", "Expected somebody taken under '{reference}', but there is nobody", reference=reference)


def _release(work: UnitOfWork, case: ActingCase, reference: str) -> None:
    mine = (Engagement.institution == case.institution, Engagement.reference == reference, Engagement.released_at.is_(None))
    work.connection.execute(update(Engagement).where(*mine).values(released_at=work.now))


def _owner(case: ActingCase) -> int:
    if case.institution is None:
        raise Invalid("no-owner", "Expected a case that an institution owns, but it has none")
    return case.institution


def _person(work: UnitOfWork, inputs: Mapping[str, JSON]) -> int:
    number = read.text(inputs, "person")
    found = work.connection.execute(select(Person.key).where(Person.staff_number == number, Person.active)).scalar_one_or_none()
    if found is None:
        raise _missing("person", number)
    return found


def staff_numbers(inputs: Mapping[str, JSON]) -> tuple[str, ...]:
    """The staff numbers in `persons`, or those of `rows`, each once."""
    of_rows = (str(row["person"]) for row in read.mappings(inputs, "rows") if row.get("person"))
    return tuple(dict.fromkeys((*read.texts(inputs, "persons"), *of_rows)))


def _reference(inputs: Mapping[str, JSON]) -> str:
    found = read.text(inputs, "reference")
    if found is None or len(found) > 80:
        raise read.wrong("reference", "a text of at most 80 characters")
    return found


def _span(inputs: Mapping[str, JSON]) -> tuple[date, date]:
    first, last = read.day(inputs, "from"), read.day(inputs, "to")
    if first is None or last is None:
        raise read.wrong("from, to", "two days")
    if not first <= last <= first + LONGEST:
        raise _dates(first, last)
    return first, last


def _dates(first: date, last: date) -> Invalid:
    message = "Expected the last day within three years from the first, but they are {first} and {last}"
    return Invalid("dates", message, first=first.isoformat(), last=last.isoformat())


def _missing(kind: str, name: str | None) -> NotFound:
    return NotFound(f"{kind}-not-found", "Expected to find {kind} '{name}', but there is none", kind=kind, name=name)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), TIME_ZONE)


def _note(work: UnitOfWork, case: ActingCase, action: str, name: str, person: int, span: tuple[date, date]) -> None:
    data = {"person": person, "case": case.key, "from": span[0].isoformat(), "to": span[1].isoformat()}
    audit.record(work, action, name, data=data)


_SENTENCES = {
    "person-not-found": "没有工号为“{name}”的在岗人员。",
    "agent-elsewhere": "代理人“{name}”在派出单位没有岗位，或者就是本人。",
    "institution-not-found": "没有机构“{name}”。",
    "not-a-member": "机构“{name}”在到岗日不是医共体成员。",
    "post-not-found": "没有岗位“{name}”。",
    "department-not-found": "派驻单位没有科室“{name}”。",
}
"""What is told of what somebody can put right in the form, by the code of the refusal."""
Acting = Callable[[UnitOfWork, ActingCase | None, Mapping[str, JSON]], Mapping[str, JSON]]
ACTING: Mapping[str, Acting] = MappingProxyType(
    {
        "person.engage": engage,
        "person.engaged": engaged,
        "person.release": release,
        "station.begin": begin,
        "station.end": end,
        "station.move": move,
        "station.reoffer": reoffer,
    }
)
"""Functions by the name under which a service task calls them."""
