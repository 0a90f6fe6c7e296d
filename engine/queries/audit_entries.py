"""Read the audit trail: for the audit administrator alone, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.store.tables import AuditEntry, Person, ProcessInstance

RIGHT = "audit"


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One entry. It holds no patient data."""

    key: int
    at: datetime
    person: UUID | None
    name: str | None
    """None for the system."""
    source: str | None
    action: str
    object: str | None
    result: str
    instance: UUID | None
    revision: int | None
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, kw_only=True)
class ListAuditEntries(Query[Page[AuditRow]]):
    """Entries of a time, a person or an action. Needs the right `audit`."""

    person: UUID | None = None
    action: str | None = None
    instance: UUID | None = None
    name: str | None = None
    """Part of the name of who acted."""
    number: str | None = None
    """Of the case, in full."""
    from_at: datetime | None = None
    to_at: datetime | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


_NEWEST = Order((AuditEntry.at, AuditEntry.key), descending=True)


def list_audit_entries(query: ListAuditEntries, reader: Reader) -> Page[AuditRow]:
    """One page. Raises NotAllowed."""
    require_right(reader.actor, RIGHT)
    what = (AuditEntry.source, AuditEntry.action, AuditEntry.object, AuditEntry.result, AuditEntry.revision, AuditEntry.data)
    rows = (
        select(AuditEntry.key, AuditEntry.at, Person.id.label("person"), Person.name, *what, AuditEntry.hash)
        .add_columns(ProcessInstance.id.label("instance"))
        .outerjoin(Person, Person.key == AuditEntry.person)
        .outerjoin(ProcessInstance, ProcessInstance.key == AuditEntry.instance)
    )
    if query.person is not None:
        rows = rows.where(Person.id == query.person)
    if query.action is not None:
        rows = rows.where(AuditEntry.action == query.action)
    if query.instance is not None:
        rows = rows.where(ProcessInstance.id == query.instance)
    if query.name:
        rows = rows.where(Person.name.icontains(query.name, autoescape=True))
    if query.number is not None:
        rows = rows.where(ProcessInstance.number == query.number)
    if query.from_at is not None:
        rows = rows.where(AuditEntry.at >= query.from_at)
    if query.to_at is not None:
        rows = rows.where(AuditEntry.at < query.to_at)
    found, following = _NEWEST.page(reader.connection, rows, query.cursor, query.limit)
    return Page(items=tuple(_row(row) for row in found), next_cursor=following)


def _row(row: Any) -> AuditRow:
    return AuditRow(**{name: value for name, value in row._mapping.items() if not name.startswith("sort_")})
