"""Functions that ask the store: service tasks call them by name like registered functions, and they see the step's own
transaction. They read the organisation, and of other cases only what `engine.runtime.earlier_cases` may tell; what they found
is frozen in the case's variables. Those of `engine.runtime.reservations` also write what the case holds of shared resources,
those of `engine.runtime.stationing` chairs that last for a time, those of `engine.runtime.published` the lists that it publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from engine.appliers.reservations import Holder
from engine.assignment.apart import months_before
from engine.authorization import LAST_DAY, in_force, today
from engine.calendar import TIME_ZONE
from engine.functions import REGISTERED
from engine.functions import inputs as read
from engine.runtime import stationing
from engine.runtime.earlier_cases import FUNCTIONS as _LOOKING_BACK
from engine.runtime.published import FUNCTIONS as _PUBLISHING
from engine.runtime.reservations import FUNCTIONS as _RESERVING
from engine.runtime.stationing import ActingCase
from engine.store.tables import Appointment, Body, BodyMember, Department, Institution, Membership, Person, Post
from engine.store.unit_of_work import UnitOfWork

JSON = Any


def members(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The members of the community that the case's owner leads or belongs to, on one day.

    Takes `types` (codes of ORG_TYPE, all when absent) and `on` (a day, today when absent); gives `members`
    [{institution, name, type}] by code, without the lead hospital.
    """
    day, types = read.day(inputs, "on") or today(work.now), read.texts(inputs, "types")
    owner, its = aliased(Institution), aliased(Membership)
    community = (
        select(its.lead).join(owner, owner.key == its.institution).where(owner.code == own, *in_force(its, day)).scalar_subquery()
    )
    statement = (
        select(Institution.code, Institution.short_name, Institution.type)
        .join(Membership, Membership.institution == Institution.key)
        .where(Membership.lead == community, Membership.institution != Membership.lead, *in_force(Membership, day))
        .order_by(Institution.code)
    )
    if types:
        statement = statement.where(Institution.type.in_(types))
    rows = work.connection.execute(statement)
    return {"members": [{"institution": row.code, "name": row.short_name, "type": row.type} for row in rows]}


def facts(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who people are, by their staff numbers, and where they sit today.

    Takes `persons` (staff numbers; or `rows`, each with a `person`) and `on` (a day, today when absent); gives `people`
    [{person, name, institution, department, post, chairs}] in the order asked for, with the first full chair of each and how
    many he has; a number that nobody who works here has is among `unknown`.
    """
    day, wanted = read.day(inputs, "on") or today(work.now), stationing.staff_numbers(inputs)
    statement = (
        select(Person.staff_number, Person.name, Institution.code, Department.code.label("department"), Appointment.post)
        .join(Appointment, Appointment.person == Person.key)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .where(Person.staff_number.in_(wanted), Person.active, *in_force(Appointment, day))
        .order_by(case({"full": 0, "part-time": 1}, value=Appointment.kind, else_=2), Appointment.key)
    )
    found: dict[str, dict[str, JSON]] = {}
    for row in work.connection.execute(statement):
        first = {
            "person": row.staff_number,
            "name": row.name,
            "institution": row.code,
            "department": row.department,
            "post": row.post,
        }
        found.setdefault(row.staff_number, {**first, "chairs": 0})["chairs"] += 1
    return {
        "people": [found[number] for number in wanted if number in found],
        "unknown": [number for number in wanted if number not in found],
    }


def holders(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who sits in one of `posts` at the case's owner today; gives `people` [{person, name, post, postName}], each once."""
    day, posts = today(work.now), read.texts(inputs, "posts")
    statement = (
        select(Person.staff_number, Person.name, Appointment.post, Post.name.label("post_name"))
        .join(Appointment, Appointment.person == Person.key)
        .join(Post, Post.code == Appointment.post)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Institution.code == own, Appointment.post.in_(posts), Person.active, *in_force(Appointment, day))
        .order_by(Person.staff_number, Appointment.post)
    )
    rows = {row.staff_number: row for row in work.connection.execute(statement)}
    people = [(row.staff_number, row.name, row.post, row.post_name) for row in rows.values()]
    return {"people": [{"person": who, "name": name, "post": post, "postName": title} for who, name, post, title in people]}


def ties(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Where people sit, or sat less than some months ago (回避).

    Takes `people` [{person}] (staff numbers) and `months`; gives `ties` [{person, institution, until}], until null while it
    lasts, without the case's owner.
    """
    numbers = [str(row.get("person")) for row in read.mappings(inputs, "people")]
    since = months_before(today(work.now), read.whole(inputs, "months"))
    last = func.coalesce(Appointment.to_date, LAST_DAY)
    statement = (
        select(Person.staff_number, Institution.code, func.max(last).label("until"))
        .join(Appointment, Appointment.person == Person.key)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Person.staff_number.in_(numbers), Institution.code != own, last >= since, Appointment.from_date <= today(work.now))
        .group_by(Person.staff_number, Institution.code)
        .order_by(Person.staff_number, Institution.code)
    )
    rows = work.connection.execute(statement)
    found = [(row.staff_number, row.code, None if row.until == LAST_DAY else row.until.isoformat()) for row in rows]
    return {"ties": [{"person": person, "institution": code, "until": until} for person, code, until in found]}


def due(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """When a term ends, by the community's calendars.

    Takes `start` (an instant, the present one when absent), `term` (such as P3D, none when absent) and `calendar` (`ADMIN` when
    absent); gives `at` (the instant) and `on` (its day in China).
    """
    start, term = read.instant(inputs, "start") or work.now, read.text(inputs, "term")
    code = read.text(inputs, "calendar") or "ADMIN"
    end = start if term is None else work.working_time.due(start, term, code, own).at
    return {"at": read.written(end), "on": end.astimezone(TIME_ZONE).date().isoformat()}


def before(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """From which day on so many open days lie before another: when a successor has to be there for a handover of five.

    Takes `end` (a day), `days` (how many) and `calendar` (`ADMIN` when absent); gives `on`.
    """
    end = read.day(inputs, "end")
    if end is None:
        raise read.wrong("end", "a day")
    code = read.text(inputs, "calendar") or "ADMIN"
    return {"on": work.working_time.days_before(end, read.whole(inputs, "days"), code, own).isoformat()}


def names(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The short names of institutions. Takes `codes`; gives `names`, in their order, a code that nobody has as it is."""
    codes = read.texts(inputs, "codes")
    rows = work.connection.execute(select(Institution.code, Institution.short_name).where(Institution.code.in_(codes)))
    found = {row.code: row.short_name for row in rows}
    return {"names": [found.get(code, code) for code in codes]}


def body_members(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who belongs to a committee or a team of the case's owner on one day.

    Takes `body` (its code) and `on` (a day, today when absent); gives `members` [{person, name, role, votes}] in the order of
    their seats, a person being a staff number, `chair` (null when there is none) and `voters`, the other members with a vote.
    """
    code, day = read.text(inputs, "body"), read.day(inputs, "on") or today(work.now)
    if code is None:
        raise read.wrong("body", "the code of a committee or a team")
    statement = (
        select(Person.staff_number, Person.name, BodyMember.role, BodyMember.votes)
        .join(BodyMember, BodyMember.person == Person.key)
        .join(Body, Body.key == BodyMember.body)
        .join(Institution, Institution.key == Body.institution)
        .where(Institution.code == own, Body.code == code, *in_force(Body, day), *in_force(BodyMember, day))
        .order_by(BodyMember.position, Person.key)
    )
    members = [
        {"person": row.staff_number, "name": row.name, "role": row.role, "votes": row.votes}
        for row in work.connection.execute(statement)
    ]
    chair = next((row["person"] for row in members if row["role"] == "chair"), None)
    voters = [row["person"] for row in members if row["votes"] and row["role"] != "chair"]
    return {"members": members, "chair": chair, "voters": voters}


_Asking = Callable[[UnitOfWork, str | None, Mapping[str, JSON]], Mapping[str, JSON]]
_ASKING: Mapping[str, _Asking] = MappingProxyType(
    {
        "community.members": members,
        "community.holders": holders,
        "community.ties": ties,
        "institution.names": names,
        "person.facts": facts,
        "body.members": body_members,
        "calendar.due": due,
        "calendar.before": before,
    }
)
_ACTING = stationing.ACTING


def callable_functions() -> frozenset[str]:
    """Names of everything that a service task may call."""
    return frozenset(REGISTERED).union(_ASKING, _RESERVING, _ACTING, _PUBLISHING, _LOOKING_BACK)


def function(
    name: str, work: UnitOfWork, own: str | None, holder: Holder, acting: ActingCase | None = None
) -> Callable[[Mapping[str, JSON]], Mapping[str, JSON]]:
    """The function of a name, for a case that the institution with the code `own` owns; `acting` is None where a step is only
    looked at, and then no chair is made or ended. Raises KeyError.
    """
    if name in _ASKING:
        ask = _ASKING[name]
        return lambda inputs: ask(work, own, inputs)
    if name in _RESERVING:
        held = _RESERVING[name]
        return lambda inputs: held(work, holder, inputs)
    if name in _ACTING:
        act = _ACTING[name]
        return lambda inputs: act(work, acting, inputs)
    if name in _PUBLISHING:
        published = _PUBLISHING[name]
        return lambda inputs: published(work, own, holder, inputs)
    if name in _LOOKING_BACK:
        look_back = _LOOKING_BACK[name]
        return lambda inputs: look_back(work, own, holder, inputs)
    return REGISTERED[name]
