"""A year's working days as a document: the State Council's notice written down, to be read by people and by this.

    {"year": 2026, "source": "国办发明电〔2025〕7号",
     "holidays": [{"name": "元旦", "from": "2026-01-01", "to": "2026-01-03"}, …],
     "workingDays": ["2026-01-04", …]}

`holidays` are the days off, first and last included, weekends within them too; `workingDays` are the weekend days that are
worked for them (调休). `"invented": true` marks a year that nobody has published, for tests and demonstrations. A
document with a hole in it is refused: the wrong day would move every term that runs over it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.calendar.records import FIXED_HOLIDAYS, SATURDAY, WorkingDays
from engine.errors import FieldError, InvalidForm

FIRST_YEAR, LAST_YEAR = 2000, 2100
STATUTORY = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
"""Every year has each of these; a name may hold several, such as 国庆节、中秋节."""
_KEYS = frozenset({"year", "source", "invented", "holidays", "workingDays"})
_HOLIDAY_KEYS = frozenset({"name", "from", "to"})
_MAX_HOLIDAYS = 60
_MAX_DAYS = 40
"""Days of one holiday; a longer one is a slip of the pen."""
_MAX_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """Days off for one reason, both ends included."""

    name: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Every day of it."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def read_year(document: Any) -> WorkingDays:
    """The working days of a year's document.

    Raises InvalidForm with a sentence about the first thing that is wrong with it.
    """
    if not isinstance(document, Mapping):
        raise _wrong("", "一个对象", "an object", type(document).__name__)
    unknown = sorted(set(document) - _KEYS)
    if unknown:
        raise _wrong(unknown[0], f"没有“{unknown[0]}”这一项", f"no key '{unknown[0]}'", unknown[0])
    year = document.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise _wrong("year", f"{FIRST_YEAR} 到 {LAST_YEAR} 的年份", f"a year from {FIRST_YEAR} to {LAST_YEAR}", year)
    source, invented = document.get("source"), document.get("invented", False)
    if not isinstance(source, str) or not 0 < len(source.strip()) <= _MAX_TEXT or not source.isprintable():
        raise _wrong("source", "写明来源（发文字号）", "the notice it comes from as 'source'", source)
    if not isinstance(invented, bool):
        raise _wrong("invented", "invented 为 true 或 false", "'invented' to be true or false", invented)
    holidays = _holidays(document.get("holidays"), year)
    working = _working(document.get("workingDays", []), year, holidays)
    return WorkingDays(
        year=year,
        off=frozenset(day for holiday in holidays for day in holiday.days()),
        working_weekends=frozenset(working),
        published=True,
        source=source.strip(),
        invented=invented,
        names=tuple((holiday.name, holiday.first, holiday.last) for holiday in holidays),
    )


def write_year(days: WorkingDays) -> dict[str, Any]:
    """The document that `read_year` reads as `days`."""
    holidays = [{"name": name, "from": first.isoformat(), "to": last.isoformat()} for name, first, last in days.names]
    return {
        "year": days.year,
        "source": days.source,
        "invented": days.invented,
        "holidays": holidays,
        "workingDays": [day.isoformat() for day in sorted(days.working_weekends)],
    }


def year_content(year: int, document: Any, *, demo: bool) -> dict[str, Any]:
    """A year's document as it is kept. Raises InvalidForm for one that is wrong, of another year, or invented outside a demo."""
    days = read_year(document)
    if days.year != year:
        raise _wrong("year", f"{year} 年的放假安排", f"the working days of {year}", days.year)
    if days.invented and not demo:
        raise _wrong(
            "invented",
            "国务院办公厅公布的安排，虚构的年份只能用于演示",
            "a year that was published; one that is invented is for demonstrations only",
        )
    return write_year(days)


def _holidays(entries: Any, year: int) -> list[Holiday]:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not 0 < len(entries) <= _MAX_HOLIDAYS:
        raise _wrong("holidays", "holidays 为放假安排的列表", "'holidays' to be the list of days off", entries)
    holidays = sorted((_holiday(entry, year) for entry in entries), key=lambda holiday: holiday.first)
    for earlier, later in itertools.pairwise(holidays):
        if later.first <= earlier.last:
            day = later.first.isoformat()
            raise _wrong(
                "holidays",
                f"假期互不重叠，但“{earlier.name}”与“{later.name}”都含 {day}",
                f"holidays that do not overlap, but '{earlier.name}' and '{later.name}' both have {day}",
            )
    for name in STATUTORY:
        if not any(name in holiday.name for holiday in holidays):
            raise _wrong("holidays", f"每个法定节日都在内，但缺“{name}”", f"every statutory holiday, but '{name}' is missing")
    off = {day for holiday in holidays for day in holiday.days()}
    for month, day_of_month in FIXED_HOLIDAYS:
        fixed = date(year, month, day_of_month)
        if fixed not in off:
            raise _wrong(
                "holidays",
                f"法定假日 {fixed.isoformat()} 放假，但它不在任何假期内",
                f"the statutory holiday {fixed.isoformat()} to be off, but no holiday has it",
            )
    return holidays


def _holiday(entry: Any, year: int) -> Holiday:
    if not isinstance(entry, Mapping) or set(entry) != _HOLIDAY_KEYS:
        raise _wrong("holidays", "每个假期有 name、from、to", "each holiday to have 'name', 'from' and 'to'", entry)
    name = entry["name"]
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _MAX_TEXT or not name.isprintable():
        raise _wrong("holidays", "假期有名称", "a holiday to have a name", name)
    first, last = _day(entry["from"], year, "holidays"), _day(entry["to"], year, "holidays")
    if last < first:
        raise _wrong(
            "holidays",
            f"“{name}”的最后一天不早于第一天，但 {last} 早于 {first}",
            f"the last day of '{name}' not to lie before its first, but {last} does before {first}",
        )
    if (last - first).days >= _MAX_DAYS:
        raise _wrong(
            "holidays", f"“{name}”不超过 {_MAX_DAYS} 天", f"'{name}' to have at most {_MAX_DAYS} days", (last - first).days + 1
        )
    return Holiday(name=name.strip(), first=first, last=last)


def _working(entries: Any, year: int, holidays: Sequence[Holiday]) -> list[date]:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or len(entries) > _MAX_HOLIDAYS:
        raise _wrong("workingDays", "workingDays 为调休上班日的列表", "'workingDays' to be the list of make-up days", entries)
    off = {day: holiday.name for holiday in holidays for day in holiday.days()}
    days = [_day(entry, year, "workingDays") for entry in entries]
    for number, day in enumerate(days):
        if day in off:
            raise _wrong(
                "workingDays",
                f"调休上班日不在假期内，但 {day} 属于“{off[day]}”",
                f"a make-up day not to be a holiday, but {day} belongs to '{off[day]}'",
            )
        if day.weekday() < SATURDAY:
            raise _wrong(
                "workingDays", f"调休上班日是周末，但 {day} 不是", f"a make-up day to be a Saturday or Sunday, but {day} is none"
            )
        if day in days[:number]:
            raise _wrong("workingDays", f"每天只写一次，但 {day} 写了两次", f"each day once, but {day} stands there twice")
    return days


def _day(text: Any, year: int, path: str) -> date:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise _wrong(path, "日期写作 2027-01-01", "dates such as 2027-01-01", text) from None
    if day.year != year:
        raise _wrong(path, f"日期都在 {year} 年，但 {day} 不在", f"every date to lie in {year}, but {day} does not")
    return day


def _wrong(path: str, expected: str, expected_en: str, *found: Any) -> InvalidForm:
    """The refusal of one part; `found` is shown where the sentence does not say it already."""
    message, message_en = f"应为{expected}", f"Expected {expected_en}"
    if found:
        shown = str(found[0])[:100]
        message, message_en = f"{message}，但写的是“{shown}”", f"{message_en}, but found '{shown}'"
    return InvalidForm([FieldError(path=path, code="calendar-year", message=f"{message}。", message_en=f"{message_en}.")])
