"""Reads the community's working time; what has been read is kept until there is a newer state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select

from engine.calendar import CALENDARS, WorkingDaysTable, WorkingTime, read_hours, read_year
from engine.store.base import Executes
from engine.store.prepared import Prepared
from engine.store.tables import CalendarEntry

NEWEST = Prepared(select(func.coalesce(func.max(CalendarEntry.version), 0).label("version")))
_LATER = CalendarEntry.__table__.alias("later")


class Calendars:
    """The calendars of one database, for every transaction of one node."""

    def __init__(self) -> None:
        self._known: WorkingTime | None = None

    def read(self, connection: Executes) -> WorkingTime:
        """The state that holds at this moment of the transaction."""
        version = int(NEWEST.value(connection))
        known = self._known
        if known is None or known.version != version:
            known = self._known = working_time(connection, version)
        return known


def working_time(connection: Executes, version: int) -> WorkingTime:
    """The state of that number."""
    years, community, own = [], dict(CALENDARS), {}
    for row in entries(connection, version):
        if row.kind == "year":
            years.append(read_year(row.content))
            continue
        code, _, institution = row.subject.partition("@")
        if row.content is not None:
            calendar = read_hours(code, row.content)
            if institution:
                own[code, institution] = calendar
            else:
                community[code] = calendar
    table = WorkingDaysTable(tuple(sorted(years, key=lambda year: year.year)), version=str(version))
    return WorkingTime(version=version, days=table, community=community, own=own)


def entries(connection: Executes, version: int) -> list[Any]:
    """The newest row of every subject up to a state."""
    newest = (
        select(func.max(_LATER.c.version))
        .where(
            _LATER.c.kind == CalendarEntry.kind,
            _LATER.c.subject == CalendarEntry.subject,
            _LATER.c.version <= bindparam("version"),
        )
        .scalar_subquery()
    )
    columns = (
        CalendarEntry.version,
        CalendarEntry.kind,
        CalendarEntry.subject,
        CalendarEntry.content,
        CalendarEntry.made_at,
        CalendarEntry.made_by,
    )
    statement = select(*columns).where(CalendarEntry.version == newest).order_by(CalendarEntry.kind, CalendarEntry.subject)
    return list(connection.execute(statement, {"version": version}).all())
