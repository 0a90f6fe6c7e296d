"""The published working days that we ship: 2024 to 2026, from the `chinesecalendar` package.

The package follows the notices of the General Office of the State Council and ends with 2026. Later years are imported
into the community's own table each November; until then they are provisional.
"""

from __future__ import annotations

from functools import cache

from chinese_calendar import constants

from engine.calendar.records import WorkingDays, WorkingDaysTable

FIRST_YEAR = 2024
LAST_YEAR = 2026


def published_year(year: int) -> WorkingDays:
    """The working days of a shipped year, FIRST_YEAR to LAST_YEAR. Raises KeyError for any other."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise KeyError(year)
    return WorkingDays(
        year=year,
        off=frozenset(day for day in constants.holidays if day.year == year),
        working_weekends=frozenset(day for day in constants.workdays if day.year == year),
        published=True,
        source="chinesecalendar",
    )


@cache
def published_days() -> WorkingDaysTable:
    """The table of all shipped years: the seed of a new store."""
    return WorkingDaysTable(tuple(published_year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)))
