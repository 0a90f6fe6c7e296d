"""Why somebody may see a case, or may not: the visibility rule told reason by reason, to the security administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from engine.authorization import Standing, capacities, grounds, require_right, sees_instance, standing, today
from engine.errors import NotFound
from engine.queries.registry import Query, Reader
from engine.store.tables import Account, Institution, Participant, Person, ProcessInstance

RIGHT = "secure"


@dataclass(frozen=True, kw_only=True)
class ExplainSight(Query["Sight"]):
    """Whether a person, given by log-in or staff number, sees the cases of a number, and why. Needs `secure`."""

    person: str
    number: str


@dataclass(frozen=True, kw_only=True)
class ChairHeld:
    """A chair that the person sits in today."""

    post: str
    post_en: str
    institution: str


@dataclass(frozen=True, kw_only=True)
class InstitutionInCase:
    """An institution that takes part in a case, or took part."""

    institution: str
    until: datetime | None
    """None while it has no end."""
    of_person: bool
    """Whether the person belongs to it."""


@dataclass(frozen=True, kw_only=True)
class CaseSight:
    """One pool of the case. It says nothing of what the case is about."""

    instance: UUID
    visible: bool
    reasons: tuple[str, ...]
    """`started`, `holds`, `acted`, `offered`, `copied`, `department`, `agent`, `oversees`: each that holds by itself."""
    takes_part: bool
    """Whether one of the person's institutions takes part now; without it no reason opens the case."""
    institutions: tuple[InstitutionInCase, ...]


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The answer."""

    name: str
    active: bool
    chairs: tuple[ChairHeld, ...]
    cases: tuple[CaseSight, ...]


def explain_sight(query: ExplainSight, reader: Reader) -> Sight:
    """The answer. Raises NotAllowed, NotFound `person-not-found` or `case-number-unknown`."""
    require_right(reader.actor, RIGHT)
    person = _person(reader, query.person)
    table = ProcessInstance
    found = select(table.key, table.id).where(table.number == query.number).order_by(table.key).limit(20)
    cases = reader.connection.execute(found).all()
    if not cases:
        message = "Expected to find a case numbered '{number}', but there is none"
        raise NotFound("case-number-unknown", message, number=query.number[:60])
    who = standing(reader.connection, person.key, reader.now)
    chairs = capacities(reader.connection, person.key, today(reader.now))
    return Sight(
        name=person.name,
        active=person.active,
        chairs=tuple(
            ChairHeld(post=chair.post_name, post_en=chair.post_name_en, institution=chair.institution_name) for chair in chairs
        ),
        cases=tuple(_case(reader, who, row) for row in cases),
    )


def _person(reader: Reader, given: str) -> Any:
    named = or_(Account.login == given, Person.staff_number == given)
    columns = (Person.key, Person.name, Person.active)
    statement = select(*columns).outerjoin(Account, Account.person == Person.key).where(named).limit(1)
    row = reader.connection.execute(statement).one_or_none()
    if row is None:
        message = "Expected to find a person by log-in or staff number '{name}', but there is none"
        raise NotFound("person-not-found", message, name=given[:60])
    return row


def _case(reader: Reader, who: Standing, row: Any) -> CaseSight:
    institutions = _institutions(reader, who, row.key)
    told = grounds(who, reader.now, row.key)
    return CaseSight(
        instance=row.id,
        visible=sees_instance(reader.connection, who, reader.now, row.key),
        reasons=tuple(name for name, query in told.items() if reader.connection.execute(query.limit(1)).first() is not None),
        takes_part=any(place.of_person and (place.until is None or place.until > reader.now) for place in institutions),
        institutions=institutions,
    )


def _institutions(reader: Reader, who: Standing, instance: int) -> tuple[InstitutionInCase, ...]:
    table = Participant
    statement = (
        select(table.institution, table.until, Institution.short_name)
        .join(Institution, Institution.key == table.institution)
        .where(table.instance == instance)
        .order_by(Institution.code)
    )
    return tuple(
        InstitutionInCase(institution=row.short_name, until=row.until, of_person=row.institution in (who.institutions or ()))
        for row in reader.connection.execute(statement)
    )
