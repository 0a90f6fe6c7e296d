"""Whether this node can work: its database answers with the right schema, and the calendar of the days ahead is published."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from engine.calendar import TIME_ZONE
from engine.queries.registry import Query, Reader

WARN_FROM_MONTH = 11
"""From this month on next year's calendar should be known: the State Council publishes it then."""


@dataclass(frozen=True, kw_only=True)
class GetHealth(Query["Health"]):
    """Asks the database something small."""


@dataclass(frozen=True, kw_only=True)
class CalendarHealth:
    """How far working days are known."""

    version: int
    """Number of the state of the calendars."""
    last_published_year: int | None
    provisional: bool
    """True when due dates of this year, or towards its end of the next, rest on an assumption."""
    invented: bool
    """True when they rest on a year that was made up for a demonstration."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """The node's state."""

    database: str
    calendar: CalendarHealth


def get_health(query: GetHealth, reader: Reader) -> Health:
    """Raises what the database raises when it does not answer."""
    reader.connection.execute(text("SELECT 1 FROM alembic_version")).one()
    here = reader.now.astimezone(TIME_ZONE)
    needed = here.year + (here.month >= WARN_FROM_MONTH)
    time = reader.working_time
    years = range(here.year, needed + 1)
    calendar = CalendarHealth(
        version=time.version,
        last_published_year=time.days.last_published_year,
        provisional=not all(time.days.published(year) for year in years),
        invented=any(time.days.invented(year) for year in years),
    )
    return Health(database="ok", calendar=calendar)
