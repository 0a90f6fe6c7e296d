"""The published working days that we ship, written down from the notices of the General Office of the State Council.

They are the seed of a new store, where they can be edited like any later year, which is imported each November.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from engine.calendar.records import WorkingDays, WorkingDaysTable
from engine.calendar.year_document import read_year

YEARS = Path(__file__).parent / "years"
FIRST_YEAR = 2024
LAST_YEAR = 2026


def published_year(year: int) -> WorkingDays:
    """The working days of a shipped year, FIRST_YEAR to LAST_YEAR. Raises KeyError for any other."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise KeyError(year)
    return read_year(json.loads((YEARS / f"{year}.json").read_text(encoding="utf-8")))


@cache
def published_days() -> WorkingDaysTable:
    """The table of all shipped years: the seed of a new store."""
    return WorkingDaysTable(tuple(published_year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)))
