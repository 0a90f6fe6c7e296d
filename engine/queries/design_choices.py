"""What somebody who draws processes chooses from: the posts that rules name, and what service tasks may call."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.assignment.people import find_person
from engine.authorization.designs import require_designing
from engine.queries.organisation import PersonRow, SearchPeople, search_people
from engine.queries.registry import Query, Reader
from engine.runtime.directory import callable_functions
from engine.store.tables import Person, Post


@dataclass(frozen=True, kw_only=True)
class PostChoice:
    """A post by its code."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class DesignChoices:
    """Posts by code, and functions by name."""

    posts: tuple[PostChoice, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GetDesignChoices(Query[DesignChoices]):
    """What a model may name. Needs `design` or `deploy`."""


def get_design_choices(query: GetDesignChoices, reader: Reader) -> DesignChoices:
    require_designing(reader.actor)
    rows = reader.connection.execute(select(Post.code, Post.name, Post.name_en).order_by(Post.code))
    return DesignChoices(posts=tuple(PostChoice(**row._mapping) for row in rows), functions=tuple(sorted(callable_functions())))


PEOPLE_OFFERED = 8
"""People whom one search offers, at most."""


@dataclass(frozen=True, kw_only=True)
class NamedPerson:
    """A person whom a rule may name by his staff number."""

    person: PersonRow
    staff_number: str
    named: bool
    """Whether the text that was asked for is what a rule would call him: staff number, log-in or id."""


@dataclass(frozen=True, kw_only=True)
class FindNamedPeople(Query[tuple[NamedPerson, ...]]):
    """People by a part of their name, initials, log-in or staff number; the one alone whom `q` names. Needs `design` or
    `deploy`.
    """

    q: str


def find_named_people(query: FindNamedPeople, reader: Reader) -> tuple[NamedPerson, ...]:
    """Raises NotAllowed."""
    require_designing(reader.actor)
    text = query.q.strip()
    named = find_person(reader.connection, text) if text else None
    numbers = select(Person.key, Person.staff_number)
    if named is not None:
        text = reader.connection.execute(numbers.where(Person.key == named)).one().staff_number
    rows = search_people(SearchPeople(q=text, limit=PEOPLE_OFFERED), reader) if text else ()
    rows = tuple(row for row in rows if named is None or row.key == named)
    keys = [row.key for row in rows]
    known = {row.key: row.staff_number for row in reader.connection.execute(numbers.where(Person.key.in_(keys)))}
    return tuple(NamedPerson(person=row, staff_number=known[row.key], named=row.key == named) for row in rows)
