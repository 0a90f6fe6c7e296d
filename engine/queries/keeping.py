"""What who keeps the organisation sees of it: all people and all institutions, those that are over too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from engine.assignment import normalise_login
from engine.authorization import in_force, require_right, today
from engine.queries.registry import Query, Reader
from engine.store.tables import Account, Appointment, Institution, Membership, Person

RIGHT = "administrate"
ROWS_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class KeptPerson:
    """One person."""

    id: UUID
    key: int
    staff_number: str
    name: str
    active: bool
    login: str | None
    chairs: int
    """Chairs that he sits in today."""


@dataclass(frozen=True, kw_only=True)
class KeptInstitution:
    """One institution with its newest membership."""

    id: UUID
    code: str
    name: str
    short_name: str
    type: str
    parent: str | None
    calendar: str
    integrated: bool
    member_from: date | None
    member_to: date | None


@dataclass(frozen=True, kw_only=True)
class ListKeptPeople(Query[tuple[KeptPerson, ...]]):
    """People by a part of the name, or the beginning of the staff number or the log-in; the first `ROWS_AT_MOST`, by number."""

    q: str = ""


@dataclass(frozen=True, kw_only=True)
class ListKeptInstitutions(Query[tuple[KeptInstitution, ...]]):
    """All institutions, by code."""


def list_kept_people(query: ListKeptPeople, reader: Reader) -> tuple[KeptPerson, ...]:
    require_right(reader.actor, RIGHT)
    chairs = (
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.person == Person.key, *in_force(Appointment, today(reader.now)))
        .scalar_subquery()
    )
    columns = (Person.id, Person.key, Person.staff_number, Person.name, Person.active, Account.login, chairs.label("chairs"))
    rows = select(*columns).outerjoin(Account, Account.person == Person.key).order_by(Person.staff_number).limit(ROWS_AT_MOST)
    text = query.q.strip()
    if text:
        by_login = Account.login.startswith(normalise_login(text), autoescape=True)
        by_number = Person.staff_number.startswith(text, autoescape=True)
        by_initials = Person.initials.contains(text.lower(), autoescape=True)
        rows = rows.where(or_(Person.name.contains(text, autoescape=True), by_initials, by_number, by_login))
    return tuple(KeptPerson(**row._mapping) for row in reader.connection.execute(rows))


def list_kept_institutions(query: ListKeptInstitutions, reader: Reader) -> tuple[KeptInstitution, ...]:
    require_right(reader.actor, RIGHT)
    above = aliased(Institution)
    newest = (
        select(Membership.institution, func.max(Membership.from_date).label("first")).group_by(Membership.institution).subquery()
    )
    columns = (Institution.id, Institution.code, Institution.name, Institution.short_name, Institution.type)
    more = (above.code.label("parent"), Institution.calendar, Institution.integrated)
    rows = (
        select(*columns, *more, Membership.from_date.label("member_from"), Membership.to_date.label("member_to"))
        .outerjoin(above, above.key == Institution.parent)
        .outerjoin(newest, newest.c.institution == Institution.key)
        .outerjoin(Membership, (Membership.institution == Institution.key) & (Membership.from_date == newest.c.first))
        .order_by(Institution.code)
    )
    return tuple(KeptInstitution(**row._mapping) for row in reader.connection.execute(rows))
