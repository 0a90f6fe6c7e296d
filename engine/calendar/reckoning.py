"""Reckoning with working time: when a term ends, and how much of it is over.

On a calendar that never closes, terms are plain time. On any other calendar
  * `PTnH`, `PTnM`, `PTnS` count open time only, from the next opening when the start lies outside open hours;
  * `PnD` is n open days (working days on ADMIN): the day of the start is not counted, the term ends at the close of the n-th;
  * `PnW` is n calendar weeks, ending at that day's close; a closed last day moves on to the next open one (Civil Code §203);
  * months and years are refused: they have no settled meaning in working time.
A part with days comes before a part with hours. Instants are aware; results are UTC.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.calendar.records import TIME_ZONE, Calendar, WorkingDaysTable, local_minute
from engine.calendar.terms import Term, parse_term
from engine.errors import Invalid

_MAX_WALK = 40_000
"""Days a walk may look at: ten years of the shortest open time; more means a table without working days."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """The end of a term."""

    at: datetime
    """Aware UTC."""
    provisional: bool
    """True when a day of an unpublished year was looked at: the date may move when that year is published."""


@dataclass
class _Days:
    """Which days a calendar is open on; remembers whether an unpublished year was looked at."""

    calendar: Calendar
    table: WorkingDaysTable
    provisional: bool = False

    def open(self, day: date) -> bool:
        if not self.calendar.working_days_only:
            return True
        year = self.table.year(day.year)
        self.provisional = self.provisional or not year.published
        return year.works(day)

    def from_day(self, first: date) -> Iterator[date]:
        """Open days from `first` on, `first` included when open."""
        for offset in range(_MAX_WALK):
            day = first + timedelta(days=offset)
            if self.open(day):
                yield day

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open spans from `start` on, in UTC, the first cut at `start`."""
        for day in self.from_day(start.astimezone(TIME_ZONE).date()):
            for opens, closes in self.calendar.hours:
                span_end = local_minute(day, closes).astimezone(UTC)
                if span_end > start:
                    yield max(start, local_minute(day, opens).astimezone(UTC)), span_end

    def close(self, day: date) -> datetime:
        return local_minute(day, self.calendar.hours[-1][1]).astimezone(UTC)


def due(start: datetime, term: str, calendar: Calendar, days: WorkingDaysTable) -> Due:
    """When `term`, counted on `calendar` from `start`, ends.

    Raises Invalid `invalid-term`, `term-not-positive`, `term-too-long`, `term-needs-plain-time` (months or years on a
    calendar that closes) or `naive-instant`.
    """
    parsed = parse_term(term)
    start = as_utc(start)
    if calendar.always_open:
        return Due(at=_plain(start, parsed), provisional=False)
    if parsed.months:
        raise Invalid(
            "term-needs-plain-time",
            "Expected weeks, days or hours on calendar '{calendar}', but found '{term}'",
            calendar=calendar.code,
            term=term,
        )
    open_days = _Days(calendar, days)
    at = start
    if parsed.weeks:
        at = _after_weeks(at, parsed.weeks, open_days)
    if parsed.days:
        at = _after_open_days(at, parsed.days, open_days)
    if parsed.time:
        at = _after_open_time(at, parsed.time, open_days)
    return Due(at=at, provisional=open_days.provisional)


def days_before(end: date, count: int, calendar: Calendar, days: WorkingDaysTable) -> date:
    """The day from which `count` open days lie before `end`: what has to be there so long beforehand begins on it.

    Raises Invalid `no-open-time` where the calendar does not open so often.
    """
    open_days = _Days(calendar, days)
    left, day = count, end
    for _ in range(_MAX_WALK):
        if left <= 0:
            return day
        day -= timedelta(days=1)
        left -= open_days.open(day)
    raise Invalid("no-open-time", "Expected open time on calendar '{calendar}', but there is too little", calendar=calendar.code)


def opening(day: date, calendar: Calendar) -> datetime:
    """The instant of a day, aware UTC, at which the calendar's hours begin."""
    return as_utc(local_minute(day, calendar.hours[0][0]))


def open_seconds(start: datetime, end: datetime, calendar: Calendar, days: WorkingDaysTable) -> int:
    """Whole seconds of open time between two instants; 0 when `end` is not after `start`."""
    return _open_time(as_utc(start), as_utc(end), calendar, days) // timedelta(seconds=1)


def put_off(at: datetime, since: datetime, until: datetime, calendar: Calendar, days: WorkingDaysTable) -> Due:
    """`at`, later by as much open time as lies between `since` and `until`; unchanged where that is none.

    Raises Invalid `naive-instant` and `no-open-time`.
    """
    at = as_utc(at)
    lost = _open_time(as_utc(since), as_utc(until), calendar, days)
    if calendar.always_open or not lost:
        return Due(at=at + lost, provisional=False)
    open_days = _Days(calendar, days)
    return Due(at=_after_open_time(at, lost, open_days), provisional=open_days.provisional)


def fraction_point(
    start: datetime,
    due_at: datetime,
    share: float | Decimal,
    calendar: Calendar,
    days: WorkingDaysTable,
) -> datetime:
    """The instant at which `share` (0 to 1) of the open time from `start` to `due_at` is over.

    Where the calendar is closed all the way (a date set by hand), plain time is shared instead.
    Raises Invalid `invalid-share` and `naive-instant`.
    """
    if not 0 <= share <= 1:
        raise Invalid("invalid-share", "Expected a share between 0 and 1, but found '{share}'", share=str(share))
    start, due_at = as_utc(start), as_utc(due_at)
    if due_at <= start:
        return due_at
    part = Fraction(str(share))
    whole = _open_time(start, due_at, calendar, days)
    if calendar.always_open or not whole:
        return start + _part(due_at - start, part)
    if part in (0, 1):
        return start if part == 0 else due_at
    return _after_open_time(start, _part(whole, part), _Days(calendar, days))


def as_utc(instant: datetime) -> datetime:
    """The instant in UTC. Raises Invalid `naive-instant` when it carries no offset."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise Invalid("naive-instant", "Expected an instant with an offset, but found '{instant}'", instant=instant.isoformat())
    return instant.astimezone(UTC)


def _part(whole: timedelta, share: Fraction) -> timedelta:
    return timedelta(microseconds=int(whole // timedelta(microseconds=1) * share))


def _plain(start: datetime, term: Term) -> datetime:
    """Plain time; months keep the local day, cut to the length of the month."""
    at = start
    if term.months:
        local = start.astimezone(TIME_ZONE)
        year, month = divmod(local.year * 12 + local.month - 1 + term.months, 12)
        day = min(local.day, gregorian.monthrange(year, month + 1)[1])
        at = local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
    return at + timedelta(weeks=term.weeks, days=term.days) + term.time


def _after_weeks(start: datetime, weeks: int, days: _Days) -> datetime:
    last = start.astimezone(TIME_ZONE).date() + timedelta(weeks=weeks)
    return days.close(next(days.from_day(last)))


def _after_open_days(start: datetime, count: int, days: _Days) -> datetime:
    following = days.from_day(start.astimezone(TIME_ZONE).date() + timedelta(days=1))
    for _ in range(count - 1):
        next(following)
    return days.close(next(following))


def _after_open_time(start: datetime, length: timedelta, days: _Days) -> datetime:
    left = length
    for opens, closes in days.spans(start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise Invalid(
        "no-open-time", "Expected open time on calendar '{calendar}', but there is too little", calendar=days.calendar.code
    )


def _open_time(start: datetime, end: datetime, calendar: Calendar, days: WorkingDaysTable) -> timedelta:
    if end <= start:
        return timedelta(0)
    if calendar.always_open:
        return end - start
    total = timedelta(0)
    for opens, closes in _Days(calendar, days).spans(start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total
