"""The calendars of a community at one moment: its years of working days, and the open hours of each institution.

The state has a number that grows with every change; it is kept beside each due date that was reckoned from it, so that
those that rest on an older state can be found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.calendar.publication import published_days
from engine.calendar.reckoning import Due, days_before, due, put_off
from engine.calendar.records import CALENDARS, Calendar, WorkingDaysTable, calendar_by_code
from engine.errors import FieldError, InvalidForm

_CLOCK = re.compile(r"(?P<hour>[01]\d|2[0-4]):(?P<minute>[0-5]\d)", re.ASCII)
_DAY = 24 * 60
_MAX_SPANS = 6


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """What every term is reckoned with."""

    version: int
    """Number of this state; 0 where nothing is stored."""
    days: WorkingDaysTable
    community: Mapping[str, Calendar] = field(default_factory=lambda: CALENDARS)
    """The calendars by code, as the community has them."""
    own: Mapping[tuple[str, str], Calendar] = field(default_factory=dict)
    """Calendars of single institutions by code of the calendar and of the institution."""

    def calendar(self, code: str, institution: str | None = None) -> Calendar:
        """The calendar of `code` as an institution keeps it, else as the community does. Raises Invalid `unknown-calendar`."""
        found = None if institution is None else self.own.get((code, institution))
        return found or calendar_by_code(code, self.community)

    def calendars_of(self, institution: str | None) -> Mapping[str, Calendar]:
        """Every calendar as an institution keeps it."""
        return {code: self.calendar(code, institution) for code in self.community}

    def due(self, start: datetime, term: str, code: str, institution: str | None = None) -> Due:
        """When a term from `start` ends. Raises what `due` and `calendar` raise."""
        return due(start, term, self.calendar(code, institution), self.days)

    def days_before(self, end: date, count: int, code: str, institution: str | None = None) -> date:
        """The day from which so many open days lie before `end`."""
        return days_before(end, count, self.calendar(code, institution), self.days)

    def put_off(self, at: datetime, since: datetime, until: datetime, code: str, institution: str | None = None) -> Due:
        """`at`, later by the open time between `since` and `until`."""
        return put_off(at, since, until, self.calendar(code, institution), self.days)


SHIPPED = WorkingTime(version=0, days=published_days())
"""What a new store begins with."""


def read_hours(code: str, document: Any) -> Calendar:
    """The calendar `code` with other hours: `{"hours": ["08:00-12:00", "14:30-17:30"], "workingDaysOnly": true}`.

    Raises InvalidForm for hours that are out of order, overlap or are none, Invalid `unknown-calendar`.
    """
    known = calendar_by_code(code)
    if not isinstance(document, Mapping) or set(document) - {"hours", "workingDaysOnly"}:
        raise _wrong("hours", "应有 hours 和 workingDaysOnly。", "Expected 'hours' and 'workingDaysOnly'.")
    only = document.get("workingDaysOnly", known.working_days_only)
    if not isinstance(only, bool):
        raise _wrong("workingDaysOnly", "workingDaysOnly 应为 true 或 false。", "Expected 'workingDaysOnly' to be true or false.")
    spans = document.get("hours")
    if not isinstance(spans, Sequence) or isinstance(spans, str) or not 0 < len(spans) <= _MAX_SPANS:
        raise _wrong("hours", f"应写 1 到 {_MAX_SPANS} 段开放时间。", f"Expected 1 to {_MAX_SPANS} open spans.")
    hours = tuple(_span(span) for span in spans)
    for (first, closes), (opens, last) in itertools.pairwise(hours):
        if opens <= closes:
            earlier, later = _text(first, closes), _text(opens, last)
            raise _wrong(
                "hours",
                f"各段时间应先后排列、互不重叠也不相接，但 {later} 接在 {earlier} 之后。",
                f"Expected spans in order that neither overlap nor touch, but {later} follows {earlier}.",
            )
    return Calendar(code=code, name=known.name, name_en=known.name_en, hours=hours, working_days_only=only)


def write_hours(calendar: Calendar) -> dict[str, Any]:
    """The document that `read_hours` reads as `calendar`."""
    return {"hours": [_text(*span) for span in calendar.hours], "workingDaysOnly": calendar.working_days_only}


def read_minute(text: Any) -> int | None:
    """Minutes after midnight of a time such as 08:30 or 24:00, None for what is none."""
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    minute = None if found is None else int(found["hour"]) * 60 + int(found["minute"])
    return None if minute is None or minute > _DAY else minute


def write_minute(minute: int) -> str:
    """The time of so many minutes after midnight, such as 08:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(text: Any) -> tuple[int, int]:
    first, dash, last = text.partition("-") if isinstance(text, str) else ("", "", "")
    opens, closes = read_minute(first), read_minute(last)
    if not dash or opens is None or closes is None or closes <= opens:
        raise _wrong(
            "hours",
            f"开放时间应写作 08:00-12:00，止晚于起，但写的是“{str(text)[:40]}”。",
            f"Expected an open span such as 08:00-12:00 that ends after it begins, but found '{str(text)[:40]}'.",
        )
    return opens, closes


def _text(opens: int, closes: int) -> str:
    return f"{write_minute(opens)}-{write_minute(closes)}"


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="calendar-hours", message=message, message_en=message_en)])
