"""Open time in SQL: how many seconds of a calendar lie between two instants of a row.

A calendar's hours are the same on each of its open days, so that the open time before an instant is the number of open
days before its day times the open time of a day, and what of the day is over. The statement is given one list for all
calendars, how many working days lie before each day, and reckons the rest: nothing is kept that a change of the
calendars would make wrong, and ending a task costs nothing. Days far away from the period have no place in the list; what
rests on them is unknown, not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import CTE, ColumnElement, Select, and_, case

from engine.calendar import WorkingDaysTable, WorkingTime
from engine.store.statistics import DAY, between, numbered

EPOCH = date(1970, 1, 1)
YEARS_AROUND = 10
"""Before the period and after it: no term is longer."""
_MINUTE = 60


@dataclass
class OpenTime:
    """Reckons open time in one statement. `calendar` numbers the calendars; each point in time needs a day of its own."""

    dialect: str
    time: WorkingTime
    first: date
    last: date
    days: CTE = field(init=False)
    _numbers: Mapping[tuple[str, str | None], int] = field(init=False)

    def __post_init__(self) -> None:
        first, last = date(self.first.year - YEARS_AROUND, 1, 1), date(self.last.year + YEARS_AROUND, 12, 31)
        listed = _listed(self.time.days, first, last)
        self.days = numbered(self.dialect, listed, (first - EPOCH).days).cte("working_day")
        named: list[tuple[str, str | None]] = [*self.time.own, *((code, None) for code in self.time.community)]
        self._numbers = {name: number for number, name in enumerate(named)}

    def calendar(self, code: ColumnElement[str], institution: ColumnElement[str]) -> ColumnElement[int]:
        """The number of the calendar of that code as the institution keeps it; a row without one has plain time."""
        plain = self._numbers["CLIN", None]
        ways = [
            (code == name if own is None else and_(code == name, institution == own), number)
            for (name, own), number in self._numbers.items()
        ]
        return case(*ways, else_=plain)

    def before(self, calendar: ColumnElement[int], point: ColumnElement[int], day: Any) -> ColumnElement[int]:
        """Open seconds before `point` since a day that is the same for all points of a calendar; `day` comes from `join`."""
        return case(*((calendar == number, self._before(name, point, day)) for name, number in self._numbers.items()))

    def before_on(self, code: str, point: ColumnElement[int], day: Any) -> ColumnElement[int]:
        """The same on the community's calendar of that code."""
        return self._before((code, None), point, day)

    def join(self, statement: Select[Any], point: Any, name: str) -> tuple[Select[Any], Any]:
        """The statement with the day of `point`, and that day."""
        day = self.days.alias(name)
        return statement.outerjoin(day, day.c.position == point // DAY), day

    def _before(self, name: tuple[str, str | None], point: Any, day: Any) -> ColumnElement[int]:
        calendar = self.time.calendar(*name)
        if calendar.always_open:
            return cast("ColumnElement[int]", point)
        second = point % DAY
        spans = [(opens * _MINUTE, closes * _MINUTE) for opens, closes in calendar.hours]
        whole = sum(closes - opens for opens, closes in spans)
        part: Any = 0
        for opens, closes in spans:
            part = part + between(second - opens, 0, closes - opens)
        if not calendar.working_days_only:
            return cast("ColumnElement[int]", point // DAY * whole + part)
        return cast("ColumnElement[int]", day.c.value // 2 * whole + day.c.value % 2 * part)


@lru_cache(16)
def _listed(days: WorkingDaysTable, first: date, last: date) -> tuple[int, ...]:
    """For each day twice the number of working days before it, and one more where it is one."""
    found, before = [], 0
    for offset in range((last - first).days + 1):
        works = days.works(first + timedelta(days=offset))
        found.append(2 * before + works)
        before += works
    return tuple(found)
