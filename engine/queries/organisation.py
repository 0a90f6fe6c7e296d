"""Look up the organisation: institutions, departments, people and one's own chairs.

Staff may look one another up; who has no chair today sees nobody. Ended appointments and inactive people are not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, union
from sqlalchemy.orm import aliased

from engine.assignment import normalise_login
from engine.authorization import Capacity, in_force, standing, today
from engine.queries.authority import knows_the_house
from engine.queries.registry import Query, Reader
from engine.store.tables import Account, Appointment, Department, Institution, Person, Post

MAX_PEOPLE = 200


@dataclass(frozen=True, kw_only=True)
class InstitutionRow:
    """One institution."""

    id: UUID
    code: str
    name: str
    short_name: str
    type: str
    parent: str | None
    """Code of the institution above it."""


@dataclass(frozen=True, kw_only=True)
class DepartmentRow:
    """One department."""

    code: str
    name: str
    kind: str
    head: str | None
    """Name of who heads it today: the acting head, while there is one."""


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One person in his oldest chair that answers the search."""

    id: UUID
    key: int
    staff_number: str
    name: str
    post: str
    """Post and department, such as 科主任 · 心血管内科."""
    post_en: str
    institution_code: str
    institution: str


@dataclass(frozen=True, kw_only=True)
class ListInstitutions(Query[tuple[InstitutionRow, ...]]):
    """All institutions, by code."""


@dataclass(frozen=True, kw_only=True)
class ListDepartments(Query[tuple[DepartmentRow, ...]]):
    """The departments of an institution, by code; none for an unknown one."""

    institution: str


@dataclass(frozen=True, kw_only=True)
class ListMyCapacities(Query[tuple[Capacity, ...]]):
    """The chairs that the reader sits in today, oldest first."""


@dataclass(frozen=True, kw_only=True)
class SearchPeople(Query[tuple[PersonRow, ...]]):
    """People by a part of their name or its initials, or the beginning of their log-in or staff number.

    Sorted by name, at most `limit`.
    """

    q: str = ""
    institution: str | None = None
    """Code; None searches everywhere."""
    limit: int = 50


def list_institutions(query: ListInstitutions, reader: Reader) -> tuple[InstitutionRow, ...]:
    if not knows_the_house(reader):
        return ()
    above = aliased(Institution)
    columns = Institution.id, Institution.code, Institution.name, Institution.short_name, Institution.type
    rows = select(*columns, above.code.label("parent")).outerjoin(above, above.key == Institution.parent)
    return tuple(InstitutionRow(**row._mapping) for row in reader.connection.execute(rows.order_by(Institution.code)))


def list_departments(query: ListDepartments, reader: Reader) -> tuple[DepartmentRow, ...]:
    if not knows_the_house(reader):
        return ()
    head = (
        select(Person.name)
        .join(Appointment, Appointment.person == Person.key)
        .where(Appointment.department == Department.key, Appointment.head, Person.active)
        .where(*in_force(Appointment, today(reader.now)))
        .order_by(Appointment.kind != "acting", Appointment.from_date, Appointment.key)
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(Department.code, Department.name, Department.kind, head.label("head"))
        .join(Institution, Institution.key == Department.institution)
        .where(Institution.code == query.institution)
        .order_by(Department.code)
    )
    return tuple(DepartmentRow(**row._mapping) for row in reader.connection.execute(rows))


def list_my_capacities(query: ListMyCapacities, reader: Reader) -> tuple[Capacity, ...]:
    return standing(reader.connection, reader.actor.person, reader.now).capacities


def search_people(query: SearchPeople, reader: Reader) -> tuple[PersonRow, ...]:
    if not knows_the_house(reader):
        return ()
    chairs = _chairs(reader)
    if query.institution is not None:
        chairs = chairs.where(Institution.code == query.institution)
    if query.q.strip():
        chairs = chairs.where(Person.key.in_(_named(query.q.strip())))
    found: dict[int, PersonRow] = {}
    for row in reader.connection.execute(chairs):
        found.setdefault(row.key, _person_row(row))
        if len(found) >= min(query.limit, MAX_PEOPLE):
            break
    return tuple(found.values())


def _chairs(reader: Reader) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.key,
            Person.id,
            Person.staff_number,
            Person.name,
            Post.name.label("post"),
            Post.name_en.label("post_en"),
            Institution.code,
            Institution.name.label("institution"),
            Department.name.label("department"),
        )
        .join(Appointment, Appointment.person == Person.key)
        .join(Post, Post.code == Appointment.post)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .where(Person.active, *in_force(Appointment, today(reader.now)))
        .order_by(Person.name, Person.key, Appointment.from_date, Appointment.key)
    )


def _named(text: str) -> Any:
    by_login = Account.login.startswith(normalise_login(text), autoescape=True)
    return union(
        select(Person.key).where(or_(Person.name.contains(text, autoescape=True), _initials(text))),
        select(Person.key).where(Person.staff_number.startswith(text, autoescape=True)),
        select(Account.person).where(by_login),
    )


def _initials(text: str) -> ColumnElement[bool]:
    return Person.initials.contains(text.lower(), autoescape=True)


def _person_row(row: Any) -> PersonRow:
    department = f" · {row.department}" if row.department else ""
    return PersonRow(
        id=row.id,
        key=row.key,
        staff_number=row.staff_number,
        name=row.name,
        post=row.post + department,
        post_en=row.post_en + department,
        institution_code=row.code,
        institution=row.institution,
    )
