"""Working time: calendars, published working days, terms, due dates and the escalation ladder. Pure; time is an argument."""

from __future__ import annotations

from engine.calendar.ladder import (
    LADDERS,
    Ladder,
    LadderKind,
    LadderStep,
    Rung,
    Transfer,
    find_ladder,
    ladder_steps,
    parse_ladder,
)
from engine.calendar.publication import published_days, published_year
from engine.calendar.reckoning import Due, days_before, due, fraction_point, open_seconds, put_off
from engine.calendar.records import (
    ADMIN,
    CALENDARS,
    CLIN,
    OPD,
    SUPPLY,
    TIME_ZONE,
    Calendar,
    WorkingDays,
    WorkingDaysTable,
    assumed_year,
    calendar_by_code,
)
from engine.calendar.terms import Term, parse_term
from engine.calendar.working_time import SHIPPED, WorkingTime, read_hours, read_minute, write_hours, write_minute
from engine.calendar.year_document import read_year, write_year, year_content

__all__ = [
    "ADMIN",
    "CALENDARS",
    "CLIN",
    "LADDERS",
    "OPD",
    "SHIPPED",
    "SUPPLY",
    "TIME_ZONE",
    "Calendar",
    "Due",
    "Ladder",
    "LadderKind",
    "LadderStep",
    "Rung",
    "Term",
    "Transfer",
    "WorkingDays",
    "WorkingDaysTable",
    "WorkingTime",
    "assumed_year",
    "calendar_by_code",
    "days_before",
    "due",
    "find_ladder",
    "fraction_point",
    "ladder_steps",
    "open_seconds",
    "parse_ladder",
    "parse_term",
    "published_days",
    "published_year",
    "put_off",
    "read_hours",
    "read_minute",
    "read_year",
    "write_hours",
    "write_minute",
    "write_year",
    "year_content",
]
