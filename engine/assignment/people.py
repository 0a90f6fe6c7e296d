"""Finding people: by any of their names, and by the chairs they sit in. Only people who can work are found: active, and
not shut out of their account.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Select, bindparam, func, or_, select

from engine.authorization import in_force, is_member
from engine.config import Config
from engine.store.base import Executes
from engine.store.prepared import Prepared, Question
from engine.store.tables import Account, Appointment, Department, Institution, Person

DAY = bindparam("day", type_=Date())


class Place(Protocol):
    """Where and when people are looked for: a unit of work, or a query's reader."""

    @property
    def connection(self) -> Executes: ...
    @property
    def now(self) -> datetime: ...
    @property
    def config(self) -> Config: ...
    def ask(self, *questions: Question) -> list[list[Any]]: ...


class Holder(NamedTuple):
    """A person in a chair, by keys."""

    person: int
    appointment: int
    institution: int
    institution_code: str


def normalise_login(login: str) -> str:
    """The one spelling of a log-in name: full-width letters and capitals are the same name."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).strip().casefold())


def find_person(connection: Executes, reference: object) -> int | None:
    """Key of the person whom `reference` names by key, id, staff number or log-in; None when it names nobody."""
    if isinstance(reference, bool) or reference is None:
        return None
    text = str(reference).strip()
    for statement, name in _names(text):
        found = statement.value(connection, name=name)
        if found is not None:
            return int(found)
    return None


def chairs_on(day: date | BindParameter[date]) -> Select[*tuple[Any, ...]]:
    """Chairs and who sits in them on a day, as `Holder`s, longest first; only of people who can work."""
    return (
        select(Appointment.person, Appointment.key, Appointment.institution, Institution.code)
        .join(Person, Person.key == Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .outerjoin(Account, Account.person == Appointment.person)
        .where(Person.active, func.coalesce(Account.disabled, False).is_(False), *in_force(Appointment, day))
        .order_by(Appointment.from_date, Appointment.key)
    )


def _holders(*conditions: Any) -> Prepared:
    """Those who sit in a chair on day `day`, at an institution that is a member then or whose code is `own`."""
    return Prepared(chairs_on(DAY).where(*conditions, entitled()))


def entitled() -> ColumnElement[bool]:
    """Condition that a chair stands at an institution that is a member on day `day`, or whose code is `own`."""
    return or_(Institution.code == bindparam("own"), is_member(Appointment.institution, DAY))


def sitting(connection: Executes, day: date, post: str, institution: str, department: str | None = None) -> list[Holder]:
    """Those who hold a post on `day` at an institution, in one department when it is given; all by code."""
    values = {"day": day, "post": post, "institution": institution}
    if department is None:
        return found_holders(SITTING.all(connection, **values))
    return found_holders(SITTING_IN_DEPARTMENT.all(connection, department=department, **values))


def found_holders(rows: Iterable[Any]) -> list[Holder]:
    """The rows of `chairs_on` as holders."""
    return [Holder(*row) for row in rows]


def parse_principal(principal: str) -> tuple[str, str, str | None] | int | None:
    """What a principal names: (post, institution, department) by code, or a person's key; None when it is malformed."""
    kind, _, name = principal.partition(":")
    if kind == "person":
        return int(name) if name.isdecimal() else None
    post, at, where = name.partition("@")
    institution, _, department = where.partition("/")
    return (post, institution, department or None) if kind == "post" and at else None


def people_behind(connection: Executes, day: date, principals: Iterable[str]) -> tuple[int, ...]:
    """Keys of the people who are offered on `day` what is offered to `principals`, each once."""
    found: dict[int, None] = {}
    for principal in principals:
        named = parse_principal(principal)
        if named is None:
            continue
        if isinstance(named, int):
            people = found_holders(SITTING_PERSON.all(connection, day=day, person=named))
        else:
            people = sitting(connection, day, *named)
        found.update(dict.fromkeys(holder.person for holder in people))
    return tuple(found)


def _by_name(column: Any) -> Prepared:
    """Key of the person whose `column` is `name`."""
    people = select(Person.key).outerjoin(Account, Account.person == Person.key)
    return Prepared(people.where(column == bindparam("name", type_=column.type)))


BY_KEY, BY_ID = _by_name(Person.key), _by_name(Person.id)
BY_STAFF_NUMBER, BY_LOGIN = _by_name(Person.staff_number), _by_name(Account.login)


def _names(text: str) -> Iterable[tuple[Prepared, object]]:
    if text.isascii() and text.isdecimal() and len(text) < 19:
        yield BY_KEY, int(text)
    try:
        yield BY_ID, UUID(text)
    except ValueError:
        yield BY_STAFF_NUMBER, text
        yield BY_LOGIN, normalise_login(text)


_IN_CHAIR = (Appointment.post == bindparam("post"), Institution.code == bindparam("institution"))
HOLDERS_OF_POST = _holders(*_IN_CHAIR)
HOLDERS_IN_DEPARTMENT = _holders(*_IN_CHAIR, Department.code == bindparam("department"))
HOLDERS_NAMED = _holders(Appointment.person == bindparam("person"))
"""Chairs of one person, by key."""
SITTING = Prepared(chairs_on(DAY).where(*_IN_CHAIR))
SITTING_IN_DEPARTMENT = Prepared(chairs_on(DAY).where(*_IN_CHAIR, Department.code == bindparam("department")))
SITTING_PERSON = Prepared(chairs_on(DAY).where(Appointment.person == bindparam("person")))
"""The same at institutions that are no member as well."""
