"""What all commands that keep the organisation share: a thing is named by its code, and made or brought to what is said.

Every change writes an audit entry; what is as it should be is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from engine.appliers import audit
from engine.appliers.organisation import organisation_changed
from engine.errors import Invalid, NotFound
from engine.store.base import Entity, Keyed
from engine.store.tables import Department, Institution, Person, Post
from engine.store.unit_of_work import UnitOfWork

RIGHT = "administrate"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What keeping a thing has changed."""

    made: bool
    """Whether it was not there before."""
    values: Mapping[str, tuple[Any, Any]]
    """Column -> what it was and what it has become."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Answer of a command that keeps a thing: its id outside, if it has one, and whether anything changed."""

    id: UUID | None
    changed: bool
    change: Change | None = field(default=None, compare=False)
    """What has changed, where one row was kept. A request repeated under its key does not tell it again."""


def put(work: UnitOfWork, table: type[Keyed], identity: Mapping[str, Any], values: Mapping[str, Any], name: str) -> Saved:
    """Makes the row that `identity` names, or brings it to `values`; writes an audit entry when that changed something."""
    _check_texts(table, {**identity, **values})
    named = issubclass(table, Entity)
    where = [getattr(table, column) == value for column, value in identity.items()]
    columns = [table.key, *([table.id] if issubclass(table, Entity) else []), *(getattr(table, column) for column in values)]
    row = work.connection.execute(select(*columns).where(*where)).one_or_none()
    if row is None:
        made = {"id": uuid4()} if named else {}
        work.connection.execute(insert(table).values(key=work.new_key(), **made, **identity, **values))
        _note(work, table, name, "made", values)
        return Saved(id=made.get("id"), changed=True, change=_change(None, values))
    changes = {column: value for column, value in values.items() if getattr(row, column) != value}
    if changes:
        work.connection.execute(update(table).where(table.key == row.key).values(**changes))
        _note(work, table, name, "changed", changes)
    change = _change(row, changes) if changes else None
    return Saved(id=row.id if named else None, changed=bool(changes), change=change)


def _change(row: Any, values: Mapping[str, Any]) -> Change:
    before = {column: None if row is None else getattr(row, column) for column in values}
    return Change(made=row is None, values={column: (before[column], value) for column, value in values.items()})


def _note(work: UnitOfWork, table: type[Keyed], name: str, what: str, values: Mapping[str, Any]) -> None:
    plain = {column: value.isoformat() if isinstance(value, date) else value for column, value in values.items()}
    organisation_changed(work)
    audit.record(work, f"{table.__name__.lower()}-{what}", name, data=plain)


def _check_texts(table: type[Keyed], values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        if not isinstance(value, str):
            continue
        longest = getattr(table, column).type.length
        if not value.strip() or value != value.strip() or not value.isprintable() or len(value) > longest:
            message = "Expected a plain text of at most {longest} characters for '{field}', but it is not one"
            raise Invalid("invalid-text", message, field=column, longest=longest)


def one_of(field: str, value: str, allowed: frozenset[str]) -> None:
    """Raises Invalid unless `value` is one of the codes of `field`."""
    if value not in allowed:
        raise Invalid("unknown-code", "Expected a known {field}, but '{value}' is none", field=field, value=value)


def in_order(first: date, last: date | None) -> None:
    """Raises Invalid when the last day lies before the first."""
    if last is not None and last < first:
        raise Invalid(
            "dates",
            "Expected the last day not to lie before the first, but {last} does before {first}",
            last=last.isoformat(),
            first=first.isoformat(),
        )


def institution_key(work: UnitOfWork, code: str) -> int:
    """Key of the institution of that code. Raises NotFound."""
    found = work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one_or_none()
    if found is None:
        raise missing("institution", code)
    return found


def department_key(work: UnitOfWork, institution: int, code: str) -> int:
    """Key of the department of that code in an institution, by key. Raises NotFound."""
    query = select(Department.key).where(Department.institution == institution, Department.code == code)
    found = work.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise missing("department", code)
    return found


def require_post(work: UnitOfWork, code: str) -> None:
    """Raises NotFound when there is no post of that code."""
    if work.connection.execute(select(Post.key).where(Post.code == code)).scalar_one_or_none() is None:
        raise missing("post", code)


def person_key(work: UnitOfWork, staff_number: str) -> int:
    """Key of the person of that staff number. Raises NotFound."""
    found = work.connection.execute(select(Person.key).where(Person.staff_number == staff_number)).scalar_one_or_none()
    if found is None:
        raise missing("person", staff_number)
    return found


def missing(kind: str, name: str) -> NotFound:
    """The refusal for a thing that is not there."""
    return NotFound(f"{kind}-not-found", "Expected to find {kind} '{name}', but there is none", kind=kind, name=name)
