"""The register of document numbers (编号簿): which case has which number, which are void and why, and which are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from engine.authorization import require_right
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.store.tables import AllottedNumber, AuditEntry, DocumentNumber, Institution, ProcessInstance

RIGHT = "archive"
VOID = "cancelled"
"""State of cases whose numbers are void; one that a terminate end event has ended is as good as completed."""
VOIDING = ("cancel", "withdraw")
"""Acts of the audit trail that make a number void, with their reasons."""
GAPS_AT_MOST = 20


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
    reason: str | None
    """Why it is void, as whoever ended its case has said."""


@dataclass(frozen=True, kw_only=True)
class CheckSeries(Query[tuple["NumberSeries", ...]]):
    """Whether every number that was drawn still has its case, series by series, the newest period first."""


@dataclass(frozen=True, kw_only=True)
class NumberSeries:
    """One series of numbers: a category of one institution in one period."""

    category: str
    institution: Coded
    period: int
    first: int
    """The first number that the register knows; older ones were given before it was kept."""
    last: int
    """The last number that was drawn."""
    allotted: int
    void: int
    gaps: tuple[tuple[int, int], ...]
    """Numbers between `first` and `last` that no case has, from–to, the first twenty spans."""


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
    reasons = _reasons(reader, [row.instance for row in rows if row.state == VOID])
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
            reason=reasons.get(row.instance),
        )
        for row in rows
    )
    return Page(items=found, next_cursor=following)


def check_series(query: CheckSeries, reader: Reader) -> tuple[NumberSeries, ...]:
    """All series. Raises NotAllowed without the right `archive`."""
    require_right(reader.actor, RIGHT)
    table, drawn = AllottedNumber, DocumentNumber
    void = func.count().filter(ProcessInstance.state == VOID)
    here = (drawn.category == table.category, drawn.institution == table.institution, drawn.period == table.period)
    statement = (
        select(table.category, table.institution, table.period, drawn.last, Institution.code, Institution.short_name)
        .add_columns(func.min(table.sequence).label("first"), func.max(table.sequence).label("newest"))
        .add_columns(func.count().label("allotted"), void.label("void"))
        .join(drawn, and_(*here))
        .join(ProcessInstance, ProcessInstance.key == table.instance)
        .join(Institution, Institution.key == table.institution)
        .group_by(table.category, table.institution, table.period, drawn.last, Institution.code, Institution.short_name)
        .order_by(table.period.desc(), table.category, Institution.code)
    )
    return tuple(_series(reader, row) for row in reader.connection.execute(statement))


def _series(reader: Reader, row: Any) -> NumberSeries:
    whole = row.last - row.first + 1 == row.allotted
    return NumberSeries(
        category=row.category,
        institution=Coded(code=row.code, name=row.short_name),
        period=row.period,
        first=row.first,
        last=row.last,
        allotted=row.allotted,
        void=row.void,
        gaps=() if whole else tuple(_gaps(reader, row)),
    )


def _gaps(reader: Reader, row: Any) -> Iterator[tuple[int, int]]:
    table = AllottedNumber
    before = func.lag(table.sequence).over(order_by=table.sequence).label("before")
    of_series = (table.category == row.category, table.institution == row.institution, table.period == row.period)
    steps = select(table.sequence, before).where(*of_series).subquery()
    jumps = select(steps.c.before, steps.c.sequence).where(steps.c.sequence > steps.c.before + 1).order_by(steps.c.sequence)
    for jump in reader.connection.execute(jumps.limit(GAPS_AT_MOST)):
        yield jump.before + 1, jump.sequence - 1
    if row.newest < row.last:
        yield row.newest + 1, row.last


def _reasons(reader: Reader, instances: list[int]) -> dict[int, str]:
    """Why the cases of void numbers were ended, by the keys of the cases."""
    entries = select(AuditEntry.instance, AuditEntry.data).where(
        AuditEntry.instance.in_(instances), AuditEntry.action.in_(VOIDING)
    )
    rows = reader.connection.execute(entries.order_by(AuditEntry.revision, AuditEntry.key)) if instances else ()
    return {row.instance: row.data["reason"] for row in rows if row.data.get("reason")}
