"""The community's calendars as its administrators read them, and what a change of them would do.

Everybody who is signed in may read them: a term that nobody can check is not trusted. A preview needs `administrate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.appliers.clocks import HANDLING, clocks_of
from engine.authorization import require_right
from engine.calendar import Calendar, WorkingDays, WorkingDaysTable, WorkingTime, read_year, write_hours, year_content
from engine.errors import Invalid, NotFound
from engine.queries.registry import Query, Reader
from engine.store.calendars import entries
from engine.store.tables import CalendarEntry, Institution, Job, Person, Round, Seat

EXAMINED_AT_MOST = 2_000
"""Pending tasks that a preview reckons; a larger store says so."""


@dataclass(frozen=True, kw_only=True)
class ListCalendars(Query["Calendars"]):
    """The calendars of this moment."""


@dataclass(frozen=True, kw_only=True)
class GetCalendarYear(Query["CalendarYear"]):
    """One year's document with its history."""

    year: int


@dataclass(frozen=True, kw_only=True)
class PreviewCalendarYear(Query["YearPreview"]):
    """What a year's document would change. Refuses a document as the command does."""

    year: int
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReckonTerm(Query["TermReckoned"]):
    """When a term ends: an ISO 8601 duration from an instant, on a calendar as an institution keeps it."""

    code: str
    term: str
    start: datetime | None = None
    """None is now."""
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class YearRow:
    """One year that is known."""

    year: int
    version: int
    """Number of the state of the calendars that it came with."""
    source: str
    invented: bool
    days_off: int
    working_weekends: int
    made_at: datetime | None
    made_by: str | None


@dataclass(frozen=True, kw_only=True)
class HoursRow:
    """The open hours of one calendar."""

    code: str
    name: str
    name_en: str
    institution: str | None
    """None for the community's."""
    hours: tuple[str, ...]
    """Such as 08:00-12:00."""
    working_days_only: bool


@dataclass(frozen=True, kw_only=True)
class Calendars:
    """The state of the calendars."""

    version: int
    years: tuple[YearRow, ...]
    hours: tuple[HoursRow, ...]


@dataclass(frozen=True, kw_only=True)
class YearVersion:
    """One state that a year has had."""

    version: int
    source: str
    made_at: datetime | None
    made_by: str | None


@dataclass(frozen=True, kw_only=True)
class CalendarYear:
    """A year as a document."""

    year: int
    version: int
    document: Mapping[str, Any]
    history: tuple[YearVersion, ...]
    """Newest first."""


@dataclass(frozen=True, kw_only=True)
class DayChange:
    """A day that is worked before and not after, or the other way round."""

    day: date
    works: bool
    """After the change."""


@dataclass(frozen=True, kw_only=True)
class YearPreview:
    """What a year's document would change."""

    year: int
    known: bool
    """Whether the year was known before."""
    days: tuple[DayChange, ...]
    examined: int
    """Pending tasks that were reckoned."""
    moving: int
    """Those of them whose due date would be another one."""
    settled: int
    """Those of them whose due date would not be provisional any more."""
    complete: bool
    """False when there are more pending tasks than were examined."""


@dataclass(frozen=True, kw_only=True)
class TermReckoned:
    """The end of a term."""

    start: datetime
    due_at: datetime
    provisional: bool
    version: int


def list_calendars(query: ListCalendars, reader: Reader) -> Calendars:
    time = reader.working_time
    rows = [row for row in entries(reader.connection, time.version) if row.kind == "year"]
    names = _makers(reader, rows)
    years = [_year(row, read_year(row.content), names) for row in rows]
    community = [_hours(calendar, None) for calendar in time.community.values()]
    own = [_hours(calendar, institution) for (_, institution), calendar in sorted(time.own.items())]
    ordered = tuple(sorted(years, key=lambda year: year.year))
    return Calendars(version=time.version, years=ordered, hours=(*community, *own))


def get_calendar_year(query: GetCalendarYear, reader: Reader) -> CalendarYear:
    """Raises NotFound for a year that is not known."""
    table = CalendarEntry
    found = select(table.version, table.content, table.made_at, table.made_by).where(
        table.kind == "year", table.subject == str(query.year)
    )
    rows = list(reader.connection.execute(found.order_by(table.version.desc())).all())
    if not rows:
        raise NotFound("no-calendar-year", "Expected to know the working days of {year}, but they are not there", year=query.year)
    names = _makers(reader, rows)
    history = tuple(
        YearVersion(version=row.version, source=row.content["source"], made_at=row.made_at, made_by=names.get(row.made_by))
        for row in rows
    )
    return CalendarYear(year=query.year, version=rows[0].version, document=rows[0].content, history=history)


def preview_calendar_year(query: PreviewCalendarYear, reader: Reader) -> YearPreview:
    """Raises what the command refuses with."""
    require_right(reader.actor, "administrate")
    after = read_year(year_content(query.year, query.document, demo=reader.config.demo))
    time = reader.working_time
    records = (*(record for record in time.days.records if record.year != after.year), after)
    then = replace(time, days=WorkingDaysTable(records, version="preview"))
    examined, moving, settled, complete = _moves(reader, then)
    return YearPreview(
        year=after.year,
        known=time.days.published(after.year),
        days=tuple(_changes(time.days.year(after.year), after)),
        examined=examined,
        moving=moving,
        settled=settled,
        complete=complete,
    )


def reckon_term(query: ReckonTerm, reader: Reader) -> TermReckoned:
    """Raises Invalid for a term or a calendar that is none, NotFound for an institution."""
    if query.institution is not None:
        known = select(Institution.key).where(Institution.code == query.institution)
        if reader.connection.execute(known).scalar_one_or_none() is None:
            message = "Expected to find institution '{name}', but there is none"
            raise NotFound("institution-not-found", message, name=query.institution)
    time, start = reader.working_time, query.start or reader.now
    try:
        found = time.due(start, query.term, query.code, query.institution)
    except (OverflowError, ValueError):
        message = "Expected a term that ends within the calendar, but '{term}' does not"
        raise Invalid("term-too-long", message, term=query.term[:60]) from None
    return TermReckoned(start=start, due_at=found.at, provisional=found.provisional, version=time.version)


def _moves(reader: Reader, then: WorkingTime) -> tuple[int, int, int, bool]:
    columns = (Seat.term, Seat.due_at, Round.definition)
    statement = (
        select(*columns)
        .join(Round, Round.key == Seat.round)
        .join(Job, (Job.subject == Seat.key) & (Job.kind == "rung"))
        .where(Seat.due_at.is_not(None))
        .order_by(Seat.key)
        .limit(EXAMINED_AT_MOST + 1)
    )
    rows = list(reader.connection.execute(statement).all())
    moving = settled = 0
    for row in rows[:EXAMINED_AT_MOST]:
        ladders = reader.definitions.parameters(row.definition).get("ladders")
        reckoned = clocks_of(row.term, ladders)[HANDLING].reckon(then)
        moving += reckoned.due_at != row.due_at
        settled += bool(row.term.get("provisional")) and not reckoned.provisional
    return min(len(rows), EXAMINED_AT_MOST), moving, settled, len(rows) <= EXAMINED_AT_MOST


def _changes(before: WorkingDays, after: WorkingDays) -> list[DayChange]:
    first = date(after.year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(after.year + 1, 1, 1) - first).days))
    return [DayChange(day=day, works=after.works(day)) for day in days if before.works(day) != after.works(day)]


def _makers(reader: Reader, rows: list[Any]) -> dict[int, str]:
    keys = {row.made_by for row in rows if row.made_by is not None}
    found = select(Person.key, Person.name).where(Person.key.in_(keys))
    return {row.key: row.name for row in reader.connection.execute(found)} if keys else {}


def _year(row: Any, days: WorkingDays, names: Mapping[int, str]) -> YearRow:
    return YearRow(
        year=days.year,
        version=row.version,
        source=days.source,
        invented=days.invented,
        days_off=len(days.off),
        working_weekends=len(days.working_weekends),
        made_at=row.made_at,
        made_by=names.get(row.made_by),
    )


def _hours(calendar: Calendar, institution: str | None) -> HoursRow:
    return HoursRow(
        code=calendar.code,
        name=calendar.name,
        name_en=calendar.name_en,
        institution=institution,
        hours=tuple(write_hours(calendar)["hours"]),
        working_days_only=calendar.working_days_only,
    )
