"""Functions that ask the store: service tasks call them by name like registered functions, and they see the step's own
transaction. They read the organisation and nothing of any other case; what they found is frozen in the case's variables.
Those of `engine.runtime.reservations` also write what the case holds of shared resources.
Those of `engine.runtime.stationing` write chairs that last for a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import aliased

from engine.appliers.reservations import Holder
from engine.authorization import in_force, today
from engine.functions import REGISTERED
from engine.functions import inputs as read
from engine.runtime import stationing
from engine.runtime.reservations import FUNCTIONS as _RESERVING
from engine.runtime.stationing import ActingCase
from engine.store.tables import Appointment, Department, Institution, Membership, Person
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


_Asking = Callable[[UnitOfWork, str | None, Mapping[str, JSON]], Mapping[str, JSON]]
_ASKING: Mapping[str, _Asking] = MappingProxyType({"community.members": members, "person.facts": facts})
_ACTING = stationing.ACTING


def callable_functions() -> frozenset[str]:
    """Names of everything that a service task may call."""
    return frozenset(REGISTERED) | frozenset(_ASKING) | frozenset(_RESERVING) | frozenset(_ACTING)


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
    return REGISTERED[name]
