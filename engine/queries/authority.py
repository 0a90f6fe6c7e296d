"""Look up who decides beside the chairs: committees and teams, duty rosters, business lines, leaders in charge; and all chairs.

Staff may look these up as they look one another up; the chairs and posts with their dates are for who keeps the organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from engine.authorization import LAST_DAY, require_right, standing, today
from engine.queries.registry import Query, Reader
from engine.store.tables import (
    Appointment,
    Body,
    BodyMember,
    Charge,
    Department,
    Duty,
    Institution,
    Line,
    LineDepartment,
    Person,
    Post,
)

RIGHT = "administrate"
ROWS_AT_MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """A member of a committee or a team."""

    id: UUID
    person: UUID
    name: str
    role: str
    votes: bool
    from_date: date
    to_date: date | None


@dataclass(frozen=True, kw_only=True)
class BodyRow:
    """A committee or a team with its members."""

    id: UUID
    institution: str
    code: str
    name: str
    kind: str
    quorum: int | None
    from_date: date
    to_date: date | None
    members: tuple[MemberRow, ...]


@dataclass(frozen=True, kw_only=True)
class DutyRow:
    """One turn of duty."""

    id: UUID
    institution: str
    department: str | None
    post: str | None
    person: UUID
    name: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True)
class LineRow:
    """A business line with its departments as `institution/department`."""

    code: str
    name: str
    centre: str | None
    departments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChargeRow:
    """A leader and one thing that he is in charge of."""

    id: UUID
    institution: str
    person: UUID
    name: str
    department: str | None
    line: str | None
    matter: str | None
    from_date: date
    to_date: date | None


@dataclass(frozen=True, kw_only=True)
class PostRow:
    """A post, and the posts that its overdue work climbs to."""

    code: str
    name: str
    name_en: str
    superior: str | None
    leader: str | None

    @property
    def name_zh(self) -> str:
        """The Chinese name, whatever the reader reads."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class AppointmentRow:
    """Who sits in which chair from when to when."""

    id: UUID
    person: UUID
    staff_number: str
    name: str
    active: bool
    post: str
    institution: str
    department: str | None
    kind: str
    head: bool
    from_date: date
    to_date: date | None


@dataclass(frozen=True, kw_only=True)
class ListBodies(Query[tuple[BodyRow, ...]]):
    """Committees and teams with those who belong to them on a day, of one institution or of all."""

    institution: str | None = None
    on: date | None = None
    """None is today."""


@dataclass(frozen=True, kw_only=True)
class ListDuties(Query[tuple[DutyRow, ...]]):
    """Turns of duty of an institution that touch the time from an instant to before another, by their beginning."""

    institution: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True)
class ListLines(Query[tuple[LineRow, ...]]):
    """All business lines, by code."""


@dataclass(frozen=True, kw_only=True)
class ListCharges(Query[tuple[ChargeRow, ...]]):
    """Which leaders are in charge of what today, of one institution or of all."""

    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListPosts(Query[tuple[PostRow, ...]]):
    """All posts, by code."""


@dataclass(frozen=True, kw_only=True)
class ListAppointments(Query[tuple[AppointmentRow, ...]]):
    """Chairs of a person or of an institution with their dates, ended ones too; needs the right `administrate`."""

    person: str | None = None
    """Staff number."""
    institution: str | None = None


def list_bodies(query: ListBodies, reader: Reader) -> tuple[BodyRow, ...]:
    if not knows_the_house(reader):
        return ()
    day = query.on or today(reader.now)
    bodies = (
        select(Body.key, Body.id, Institution.code.label("institution"), Body.code, Body.name, Body.kind, Body.quorum)
        .add_columns(Body.from_date, Body.to_date)
        .join(Institution, Institution.key == Body.institution)
        .where(*_on(Body, day), *_at(query.institution))
        .order_by(Institution.code, Body.code)
        .limit(ROWS_AT_MOST)
    )
    rows = reader.connection.execute(bodies).all()
    members = _members(reader, [row.key for row in rows], day)
    found = []
    for row in rows:
        values = {name: value for name, value in row._mapping.items() if name != "key"}
        found.append(BodyRow(**values, members=tuple(members.get(row.key, ()))))
    return tuple(found)


def list_duties(query: ListDuties, reader: Reader) -> tuple[DutyRow, ...]:
    if not knows_the_house(reader):
        return ()
    columns = (Duty.id, Institution.code.label("institution"), Department.code.label("department"), Duty.post)
    rows = (
        select(*columns, Person.id.label("person"), Person.name, Duty.from_at, Duty.to_at)
        .join(Institution, Institution.key == Duty.institution)
        .join(Person, Person.key == Duty.person)
        .outerjoin(Department, Department.key == Duty.department)
        .where(Institution.code == query.institution, Duty.from_at < query.to_at, Duty.to_at > query.from_at)
        .order_by(Duty.from_at, Duty.key)
        .limit(ROWS_AT_MOST)
    )
    return tuple(DutyRow(**row._mapping) for row in reader.connection.execute(rows))


def list_lines(query: ListLines, reader: Reader) -> tuple[LineRow, ...]:
    if not knows_the_house(reader):
        return ()
    place = (Institution.code + "/" + Department.code).label("place")
    belonging = (
        select(LineDepartment.line, place)
        .join(Department, Department.key == LineDepartment.department)
        .join(Institution, Institution.key == Department.institution)
        .order_by(Institution.code, Department.code)
    )
    departments: dict[int, list[str]] = {}
    for row in reader.connection.execute(belonging):
        departments.setdefault(row.line, []).append(row.place)
    lines = (
        select(Line.key, Line.code, Line.name, place.label("centre"))
        .outerjoin(Department, Department.key == Line.centre)
        .outerjoin(Institution, Institution.key == Department.institution)
        .order_by(Line.code)
    )
    return tuple(
        LineRow(code=row.code, name=row.name, centre=row.centre, departments=tuple(departments.get(row.key, ())))
        for row in reader.connection.execute(lines)
    )


def list_charges(query: ListCharges, reader: Reader) -> tuple[ChargeRow, ...]:
    if not knows_the_house(reader):
        return ()
    columns = (Charge.id, Institution.code.label("institution"), Person.id.label("person"), Person.name)
    whose = (Department.code.label("department"), Line.code.label("line"), Charge.matter, Charge.from_date, Charge.to_date)
    rows = (
        select(*columns, *whose)
        .join(Institution, Institution.key == Charge.institution)
        .join(Person, Person.key == Charge.person)
        .outerjoin(Department, Department.key == Charge.department)
        .outerjoin(Line, Line.key == Charge.line)
        .where(*_on(Charge, today(reader.now)), *_at(query.institution))
        .order_by(Institution.code, Person.name, Charge.key)
        .limit(ROWS_AT_MOST)
    )
    return tuple(ChargeRow(**row._mapping) for row in reader.connection.execute(rows))


def list_posts(query: ListPosts, reader: Reader) -> tuple[PostRow, ...]:
    require_right(reader.actor, RIGHT)
    columns = (Post.code, Post.name, Post.name_en, Post.superior, Post.leader)
    return tuple(PostRow(**row._mapping) for row in reader.connection.execute(select(*columns).order_by(Post.code)))


def list_appointments(query: ListAppointments, reader: Reader) -> tuple[AppointmentRow, ...]:
    require_right(reader.actor, RIGHT)
    place, department = aliased(Institution), aliased(Department)
    who = (Person.id.label("person"), Person.staff_number, Person.name, Person.active)
    where = (place.code.label("institution"), department.code.label("department"))
    rows = (
        select(Appointment.id, *who, Appointment.post, *where, Appointment.kind, Appointment.head)
        .add_columns(Appointment.from_date, Appointment.to_date)
        .join(Person, Person.key == Appointment.person)
        .join(place, place.key == Appointment.institution)
        .outerjoin(department, department.key == Appointment.department)
        .order_by(Person.staff_number, Appointment.from_date, Appointment.key)
        .limit(ROWS_AT_MOST)
    )
    if query.person is not None:
        rows = rows.where(Person.staff_number == query.person)
    if query.institution is not None:
        rows = rows.where(place.code == query.institution)
    return tuple(AppointmentRow(**row._mapping) for row in reader.connection.execute(rows))


def knows_the_house(reader: Reader) -> bool:
    """Whether the reader may look things up: staff with a chair today, and those who keep the organisation."""
    if RIGHT in reader.actor.rights:
        return True
    return bool(standing(reader.connection, reader.actor.person, reader.now).capacities)


def _members(reader: Reader, bodies: list[int], day: date) -> dict[int, list[MemberRow]]:
    columns = (BodyMember.id, Person.id.label("person"), Person.name, BodyMember.role, BodyMember.votes)
    rows = (
        select(BodyMember.body, *columns, BodyMember.from_date, BodyMember.to_date)
        .join(Person, Person.key == BodyMember.person)
        .where(BodyMember.body.in_(bodies), *_on(BodyMember, day))
        .order_by(BodyMember.position, BodyMember.key)
    )
    found: dict[int, list[MemberRow]] = {}
    for row in reader.connection.execute(rows):
        values = {name: value for name, value in row._mapping.items() if name != "body"}
        found.setdefault(row.body, []).append(MemberRow(**values))
    return found


def _on(table: Any, day: date) -> tuple[Any, ...]:
    return table.from_date <= day, func.coalesce(table.to_date, LAST_DAY) >= day


def _at(institution: str | None) -> tuple[Any, ...]:
    return () if institution is None else (Institution.code == institution,)
