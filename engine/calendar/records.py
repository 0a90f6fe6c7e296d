"""Calendars and working days as records: what the clock of a term is made of.

A `Calendar` says at which hours it is open and whether it keeps the state's working days. A `WorkingDays` record holds
one year as the State Council published it: days off and make-up weekends. A `WorkingDaysTable` holds the known years;
a year it does not know is *provisional*: weekdays less the fixed holidays, and every result that looked at such a day
says so. All local times are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.errors import Invalid

TIME_ZONE = ZoneInfo("Asia/Shanghai")
"""The one time zone of the community; instants go in and come out in UTC."""

_MINUTES_PER_DAY = 24 * 60
SATURDAY = 5
"""`date.weekday()` of the first day of a weekend."""
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
"""Month and day of the statutory holidays that do not move."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Open hours of one kind of work."""

    code: str
    """Stable name used in models, such as `ADMIN`."""
    name: str
    name_en: str
    hours: tuple[tuple[int, int], ...]
    """Open spans of a day as (from, to) in minutes after local midnight, in order, not touching."""
    working_days_only: bool
    """True: closed on days off. False: open seven days a week."""

    def __post_init__(self) -> None:
        edges = [minute for span in self.hours for minute in span]
        if not edges or edges != sorted(set(edges)) or edges[0] < 0 or edges[-1] > _MINUTES_PER_DAY:
            raise Invalid(
                "invalid-calendar",
                "Expected calendar '{calendar}' to have open spans in order, but they are {hours}",
                calendar=self.code,
                hours=str(self.hours),
            )

    @property
    def always_open(self) -> bool:
        """True when the calendar never closes: terms are plain time."""
        return not self.working_days_only and self.hours == ((0, _MINUTES_PER_DAY),)


@dataclass(frozen=True, kw_only=True)
class WorkingDays:
    """The days off and the make-up weekends of one year."""

    year: int
    off: frozenset[date]
    """Days off by publication, weekend days of a holiday included."""
    working_weekends: frozenset[date]
    """Saturdays and Sundays that are worked (调休)."""
    published: bool
    """False: an assumption; what is computed from it is provisional."""
    source: str
    """Where the year comes from, for the people who check it."""
    invented: bool = False
    """True for a year that nobody has published, made up for tests and demonstrations."""
    names: tuple[tuple[str, date, date], ...] = ()
    """The holidays that `off` consists of: name, first and last day."""

    def __post_init__(self) -> None:
        wrong = sorted(day for day in self.off | self.working_weekends if day.year != self.year)
        wrong += sorted(self.off & self.working_weekends)
        wrong += sorted(day for day in self.working_weekends if day.weekday() < SATURDAY)
        if wrong:
            raise Invalid(
                "invalid-working-days",
                "Expected working days of year '{year}', but {day} does not fit",
                year=self.year,
                day=wrong[0].isoformat(),
            )

    def works(self, day: date) -> bool:
        """Whether `day` of this year is a working day."""
        if day in self.working_weekends:
            return True
        return day.weekday() < SATURDAY and day not in self.off


@cache
def assumed_year(year: int) -> WorkingDays:
    """The stand-in for an unpublished year: weekdays less the fixed holidays, without make-up days."""
    off = frozenset(date(year, month, day) for month, day in FIXED_HOLIDAYS)
    return WorkingDays(
        year=year, off=off, working_weekends=frozenset(), published=False, source="assumed: weekdays less fixed holidays"
    )


@dataclass(frozen=True)
class WorkingDaysTable:
    """The known years, from wherever the store keeps them; the last record of a year wins."""

    records: tuple[WorkingDays, ...]
    version: str = "seed"
    """Name of this state of the table, stored beside each due date that was computed from it."""
    _years: Mapping[int, WorkingDays] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_years", MappingProxyType({record.year: record for record in self.records}))

    def year(self, year: int) -> WorkingDays:
        """The record of `year`, an assumed one when the table does not know it."""
        return self._years.get(year) or assumed_year(year)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day, by publication or by assumption."""
        return self.year(day.year).works(day)

    def published(self, year: int) -> bool:
        """Whether `year` is known by publication."""
        return self.year(year).published

    def invented(self, year: int) -> bool:
        """Whether `year` is known, but was made up."""
        return self.year(year).invented

    @property
    def last_published_year(self) -> int | None:
        """The latest published year, for the health page."""
        return max((record.year for record in self._years.values() if record.published), default=None)


CLIN = Calendar(code="CLIN", name="全天候", name_en="Around the clock", hours=((0, _MINUTES_PER_DAY),), working_days_only=False)
ADMIN = Calendar(code="ADMIN", name="行政办公", name_en="Office hours", hours=((480, 720), (870, 1050)), working_days_only=True)
OPD = Calendar(code="OPD", name="门诊", name_en="Outpatient hours", hours=((480, 1080),), working_days_only=False)
SUPPLY = Calendar(code="SUPPLY", name="物资配送", name_en="Supply hours", hours=((480, 1080),), working_days_only=False)

CALENDARS: Mapping[str, Calendar] = MappingProxyType({calendar.code: calendar for calendar in (CLIN, ADMIN, OPD, SUPPLY)})
"""The built-in calendars by code."""


def calendar_by_code(code: str, calendars: Mapping[str, Calendar] = CALENDARS) -> Calendar:
    """The calendar of `code`. Raises Invalid `unknown-calendar`."""
    try:
        return calendars[code]
    except KeyError:
        raise Invalid("unknown-calendar", "Expected a calendar, but there is none called '{calendar}'", calendar=code) from None


def local_minute(day: date, minute: int) -> datetime:
    """The instant `minute` minutes after local midnight of `day`, in local time; 1440 is the next midnight."""
    if minute == _MINUTES_PER_DAY:
        day, minute = day + timedelta(days=1), 0
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=TIME_ZONE)
