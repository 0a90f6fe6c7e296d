"""By which rules and which organisation the people of a case's tasks were found: for the audit administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.queries.instance_rows import principal_names
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import ProcessName, process_name
from engine.store.tables import OrganisationVersion, Person, ProcessInstance, Round

RIGHT = "audit"


@dataclass(frozen=True, kw_only=True)
class ListAuditedRounds(Query[Page["AuditedRound"]]):
    """The rounds of a case, by its number, newest first. Needs the right `audit`."""

    number: str
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class OrganisationThen:
    """A version of the organisation; the audit entries of that moment say what it changed."""

    number: int
    since: datetime
    by: str | None
    """Name of who changed it; None for the system."""


@dataclass(frozen=True, kw_only=True)
class AuditedRound:
    """One asking of a step's people. It holds no patient data."""

    id: UUID
    process: ProcessName
    """With the version whose rules were asked."""
    element: str
    step: str
    number: int
    mode: str
    state: str
    opened_at: datetime
    found_on: date | None
    organisation: OrganisationThen | None
    """None for rounds from before it was kept."""
    offered_to: tuple[str, ...]
    """Posts and persons under whose names it was offered."""
    offered_to_en: tuple[str, ...]
    people: tuple[str, ...]
    """Names of those who were found."""


_NEWEST = Order((Round.opened_at, Round.key), descending=True)


def list_audited_rounds(query: ListAuditedRounds, reader: Reader) -> Page[AuditedRound]:
    """One page. Raises NotAllowed."""
    require_right(reader.actor, RIGHT)
    columns = (Round.id, Round.definition, Round.element, Round.number, Round.mode, Round.state, Round.opened_at)
    rows = (
        select(*columns, Round.found_on, Round.organisation, Round.resolved)
        .add_columns(OrganisationVersion.at.label("since"), Person.name.label("by"))
        .join(ProcessInstance, ProcessInstance.key == Round.instance)
        .outerjoin(OrganisationVersion, OrganisationVersion.number == Round.organisation)
        .outerjoin(Person, Person.key == OrganisationVersion.person)
        .where(ProcessInstance.number == query.number)
    )
    found, following = _NEWEST.page(reader.connection, rows, query.cursor, query.limit)
    persons = {key for row in found for key in row.resolved.get("persons", ())}
    known = select(Person.key, Person.name).where(Person.key.in_(persons))
    people = {row.key: row.name for row in reader.connection.execute(known)} if persons else {}
    names = principal_names(reader, {name for row in found for name in row.resolved.get("principals", ())})
    return Page(items=tuple(_round(reader, row, people, names) for row in found), next_cursor=following)


def _round(reader: Reader, row: Any, people: Mapping[int, str], names: Mapping[str, tuple[str, str]]) -> AuditedRound:
    element = reader.definitions.model(row.definition).elements.get(row.element)
    offered = [names[name] for name in row.resolved.get("principals", ())]
    then = None if row.since is None else OrganisationThen(number=row.organisation, since=row.since, by=row.by)
    return AuditedRound(
        id=row.id,
        process=process_name(reader, row.definition),
        element=row.element,
        step=(element.name if element else None) or row.element,
        number=row.number,
        mode=row.mode,
        state=row.state,
        opened_at=row.opened_at,
        found_on=row.found_on,
        organisation=then,
        offered_to=tuple(zh for zh, _ in offered),
        offered_to_en=tuple(en for _, en in offered),
        people=tuple(people[key] for key in row.resolved.get("persons", ()) if key in people),
    )
