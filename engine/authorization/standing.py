"""What a person stands for on a day: the chairs he sits in, and the names under which work is offered to him.

Everything that decides who may see or do something starts from a `Standing`. It is read afresh for every request, so a
change of appointment acts on the next one. Days are those of the county's clock. A person who has been made inactive,
and nobody at all, stand for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Select, bindparam, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.calendar import TIME_ZONE
from engine.store.base import Executes, Instant
from engine.store.prepared import Prepared, ask
from engine.store.tables import Appointment, Body, BodyMember, Delegation, Department, Institution, Membership, Person, Post

LAST_DAY = date(9999, 12, 31)
"""Stands for "no end" where a dated row is compared."""
OVERSIGHT_POSTS = frozenset({"BR_REF", "BR_DIR", "REF_CTR", "MED_DIR", "VP_MED"})
"""Whose holders see every case that their institution takes part in."""
DEPARTMENT_OVERSIGHT_POSTS = frozenset({"DEPT_HEAD"})
"""Whose holders see the cases that people of their department hold, held or are offered."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """One chair that a person sits in: an appointment, in force on the day that was asked for."""

    appointment: int
    id: UUID
    """The appointment's name outside."""
    post: str
    post_name: str
    post_name_en: str
    institution: int
    institution_id: UUID
    institution_code: str
    institution_name: str
    department: int | None
    department_code: str | None
    department_name: str | None
    member: bool
    """False while the institution's membership has not begun or has ended: it finishes what it has and gets nothing new."""
    on_behalf_of: int | None = None
    """Key of the person whose chair it is, where somebody acts as his agent."""

    @property
    def principals(self) -> tuple[str, ...]:
        """The names under which this chair is offered work."""
        whole = post_principal(self.post, self.institution_code)
        if self.department_code is None:
            return (whole,)
        return (whole, post_principal(self.post, self.institution_code, self.department_code))


class SeatPlace(Protocol):
    """What has to be known of a seat."""

    @property
    def id(self) -> UUID: ...
    @property
    def instance(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def assignee(self) -> int | None: ...
    @property
    def capacity(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Delegated:
    """One delegation in force, as the agent has it."""

    key: int
    id: UUID
    principal: int
    name: str
    """Name of the principal."""
    processes: tuple[str, ...] | None
    chairs: tuple[Capacity, ...]
    """The principal's chairs that it is about."""

    @property
    def principals(self) -> tuple[str, ...]:
        """Names under which the principal is offered the work."""
        own = {person_principal(self.principal)} if self.chairs else set()
        return tuple(sorted(own.union(name for chair in self.chairs for name in chair.principals)))

    def covers(self, process: str) -> bool:
        """Whether it is about a process, given by its key in the model."""
        return self.processes is None or process in self.processes

    def acting(self, seat: SeatPlace, offered: frozenset[str]) -> Capacity | None:
        """The principal's chair in which the agent would act on a seat; None when the seat is not his to do."""
        holds = seat.state == "claimed" and seat.assignee == self.principal
        reached = holds or (seat.state == "open" and bool(offered.intersection(self.principals)))
        if not reached:
            return None
        kept = next((chair for chair in self.chairs if chair.appointment == seat.capacity), None)
        if holds and seat.capacity is not None:
            chair = kept
        else:
            named = [chair for chair in self.chairs if offered.intersection(chair.principals)]
            chair = next(iter(named or self.chairs), None)
        return None if chair is None else replace(chair, on_behalf_of=self.principal)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that one person stands for on one day."""

    person: int | None
    capacities: tuple[Capacity, ...] = ()
    principals: tuple[str, ...] = ()
    department_principals: tuple[str, ...] = ()
    """Names under which the departments that this person heads are offered work."""
    delegated: tuple[Delegated, ...] = ()
    """What he may do as the agent of others."""

    @property
    def institutions(self) -> tuple[int, ...]:
        """Keys of the institutions in which the person sits."""
        return tuple(sorted({capacity.institution for capacity in self.capacities}))

    @property
    def overseen_institutions(self) -> tuple[int, ...]:
        """Keys of the institutions whose every case the person may see."""
        return tuple(sorted({chair.institution for chair in self.capacities if chair.post in OVERSIGHT_POSTS}))

    @property
    def overseen_departments(self) -> tuple[int, ...]:
        """Keys of the departments that the person heads."""
        heads = (chair for chair in self.capacities if chair.post in DEPARTMENT_OVERSIGHT_POSTS)
        return tuple(sorted({chair.department for chair in heads if chair.department is not None}))


NOBODY = Standing(person=None)


def person_principal(person: int) -> str:
    """The name under which work is offered to one person, by key."""
    return f"person:{person}"


def post_principal(post: str, institution: str, department: str | None = None) -> str:
    """The name under which work is offered to a post at an institution, or in one of its departments; all by code."""
    return f"post:{post}@{institution}" if department is None else f"post:{post}@{institution}/{department}"


def today(now: datetime) -> date:
    """The county's date at `now`."""
    return now.astimezone(TIME_ZONE).date()


def in_force(
    table: type[Appointment | Body | BodyMember | Membership], day: date | BindParameter[date]
) -> tuple[ColumnElement[bool], ...]:
    """Conditions that a dated row holds on `day`, its first and last day included."""
    return table.from_date <= day, func.coalesce(table.to_date, LAST_DAY) >= day


def is_member(
    institution: InstrumentedAttribute[int] | ColumnElement[int] | int, day: date | BindParameter[date]
) -> ColumnElement[bool]:
    """Condition that an institution, by key, is a member of the community on `day`."""
    return exists().where(Membership.institution == institution, *in_force(Membership, day)).correlate_except(Membership)


def _capacities() -> Select[*tuple[Any, ...]]:
    day = bindparam("day", type_=Date())
    return (
        select(
            Appointment.key.label("appointment"),
            Appointment.id,
            Appointment.post,
            Post.name.label("post_name"),
            Post.name_en.label("post_name_en"),
            Institution.key.label("institution"),
            Institution.id.label("institution_id"),
            Institution.code.label("institution_code"),
            Institution.name.label("institution_name"),
            Appointment.department,
            Department.code.label("department_code"),
            Department.name.label("department_name"),
            is_member(Appointment.institution, day).label("member"),
        )
        .join(Person, Person.key == Appointment.person)
        .join(Post, Post.code == Appointment.post)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .where(Appointment.person == bindparam("person"), Person.active, *in_force(Appointment, day))
        .order_by(Appointment.from_date, Appointment.key)
    )


CAPACITIES = Prepared(_capacities())


def capacities(connection: Executes, person: int, day: date) -> tuple[Capacity, ...]:
    """The chairs that a person, by key, sits in on `day`, oldest first; none for an inactive person."""
    return chairs(CAPACITIES.all(connection, person=person, day=day))


def chairs(rows: Iterable[Any]) -> tuple[Capacity, ...]:
    """The chairs that `CAPACITIES` found."""
    return tuple(Capacity(**row._asdict()) for row in rows)


_AT = bindparam("at", type_=Instant())
IN_FORCE = Prepared(
    select(Delegation.key, Delegation.id, Delegation.principal, Delegation.institution, Delegation.processes, Person.name)
    .join(Person, Person.key == Delegation.principal)
    .where(Delegation.agent == bindparam("agent"), Delegation.to_at > _AT, Delegation.from_at <= _AT, Person.active)
    .order_by(Delegation.key)
)


def delegated_to(connection: Executes, agent: int | None, now: datetime) -> tuple[Delegated, ...]:
    """The delegations in force for an agent, by key."""
    return () if agent is None else _delegated(connection, IN_FORCE.all(connection, agent=agent, at=now), now)


def _delegated(connection: Executes, rows: Iterable[Any], now: datetime) -> tuple[Delegated, ...]:
    """The delegations that `IN_FORCE` found."""
    found = []
    for row in rows:
        own = capacities(connection, row.principal, today(now))
        chairs = tuple(chair for chair in own if row.institution in (None, chair.institution))
        processes = None if row.processes is None else tuple(row.processes)
        found.append(
            Delegated(key=row.key, id=row.id, principal=row.principal, name=row.name, processes=processes, chairs=chairs)
        )
    return tuple(found)


def principals(connection: Executes, person: int, day: date) -> tuple[str, ...]:
    """The names under which work is offered to a person on `day`; none for a person without a chair."""
    return _principals(person, capacities(connection, person, day))


def standing(connection: Executes, person: int | None, now: datetime) -> Standing:
    """What a person, by key, stands for at `now`. None, the system, stands for nothing: it is given rights, not chairs."""
    if person is None:
        return NOBODY
    held, delegations = ask(
        connection, CAPACITIES.question(person=person, day=today(now)), IN_FORCE.question(agent=person, at=now)
    )
    bare = replace(standing_in(person, chairs(held)), delegated=_delegated(connection, delegations, now))
    if not bare.overseen_departments:
        return bare
    offered = _department_principals(connection, bare.overseen_departments)
    return replace(bare, department_principals=offered)


def standing_in(person: int, chairs: tuple[Capacity, ...]) -> Standing:
    """What a person stands for in these chairs, leaving aside the departments he heads."""
    return Standing(person=person, capacities=chairs, principals=_principals(person, chairs))


def _principals(person: int, chairs: tuple[Capacity, ...]) -> tuple[str, ...]:
    if not chairs:
        return ()
    return (person_principal(person), *sorted({name for chair in chairs for name in chair.principals}))


def _department_principals(connection: Executes, departments: tuple[int, ...]) -> tuple[str, ...]:
    query = (
        select(Appointment.post, Institution.code, Department.code)
        .join(Department, Department.key == Appointment.department)
        .join(Institution, Institution.key == Department.institution)
        .where(Department.key.in_(departments), Appointment.institution == Department.institution)
        .distinct()
    )
    return tuple(sorted(post_principal(*row) for row in connection.execute(query)))
