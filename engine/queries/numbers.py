"""The register of document numbers (编号簿): which case has which number, and whether it is void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.store.tables import AllottedNumber, Institution, ProcessInstance

RIGHT = "archive"
VOID = "cancelled"
"""State of cases whose numbers are void; one that a terminate end event has ended is as good as completed."""


@dataclass(frozen=True, kw_only=True)
class ListNumbers(Query[Page["NumberRow"]]):
    """The numbers that were allotted, newest first."""

    category: str | None = None
    institution: str | None = None
    """Code."""
    period: int | None = None
    """Such as 2026 or 202611."""
    number: str | None = None
    """Only numbers that hold this text."""
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class NumberRow:
    """One number. Whose case it is and what of, its readers may see in the case."""

    number: str
    category: str
    institution: Coded
    period: int
    sequence: int
    instance: UUID
    allotted_at: datetime
    void: bool
    """作废: its case was cancelled or withdrawn for good."""


_NEWEST = Order((AllottedNumber.allotted_at, AllottedNumber.instance), descending=True)


def list_numbers(query: ListNumbers, reader: Reader) -> Page[NumberRow]:
    """One page of the register. Raises NotAllowed without the right `archive`, and Invalid for a wrong cursor or limit."""
    require_right(reader.actor, RIGHT)
    table = AllottedNumber
    statement = (
        select(*table.__table__.columns, ProcessInstance.id, ProcessInstance.state, Institution.code, Institution.short_name)
        .join(ProcessInstance, ProcessInstance.key == table.instance)
        .join(Institution, Institution.key == table.institution)
    )
    wanted = {table.category: query.category, Institution.code: query.institution, table.period: query.period}
    statement = statement.where(*(column == value for column, value in wanted.items() if value is not None))
    if query.number:
        statement = statement.where(table.number.icontains(query.number, autoescape=True))
    rows, following = _NEWEST.page(reader.connection, statement, query.cursor, query.limit)
    found = tuple(
        NumberRow(
            number=row.number,
            category=row.category,
            institution=Coded(code=row.code, name=row.short_name),
            period=row.period,
            sequence=row.sequence,
            instance=row.id,
            allotted_at=row.allotted_at,
            void=row.state == VOID,
        )
        for row in rows
    )
    return Page(items=found, next_cursor=following)
