"""When people are not to be disturbed: their own quiet hours, else their institution's, else the community's.

Local time of the county; quiet hours may run over midnight. Urgent things do not ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from engine.calendar import TIME_ZONE, read_minute
from engine.config import Config
from engine.store.tables import Appointment, NotificationSetting, QuietHours
from engine.store.unit_of_work import UnitOfWork

Span = tuple[int, int]
"""From and to, in minutes after local midnight."""


def quiet_until(work: UnitOfWork, persons: Iterable[int]) -> dict[int, datetime]:
    """The persons who are not to be disturbed at this moment, with the end of their quiet hours."""
    wanted = sorted(set(persons))
    if not wanted:
        return {}
    own: dict[int, Span] = {}
    table = NotificationSetting
    chosen = select(table.person, table.quiet_begins, table.quiet_ends).where(table.person.in_(wanted))
    for row in work.connection.execute(chosen.where(table.quiet_begins.is_not(None))):
        own[row.person] = (row.quiet_begins, row.quiet_ends)
    places = _of_institutions(work, [person for person in wanted if person not in own])
    shared = community_span(work.config)
    found = {}
    for person in wanted:
        span = own.get(person) or places.get(person) or shared
        end = None if span is None else end_of_quiet(work.now, span)
        if end is not None:
            found[person] = end
    return found


def end_of_quiet(now: datetime, span: Span) -> datetime | None:
    """When the quiet hours that `now` lies in end; None outside of them."""
    begins, ends = span
    here = now.astimezone(TIME_ZONE)
    minute = here.hour * 60 + here.minute
    if begins == ends:
        return None
    if begins < ends:
        return _at(here.date(), ends) if begins <= minute < ends else None
    if minute >= begins:
        return _at(here.date() + timedelta(days=1), ends)
    return _at(here.date(), ends) if minute < ends else None


def community_span(config: Config) -> Span | None:
    """The quiet hours of whoever has no others, None for none."""
    first, _, last = config.quiet_hours.partition("-")
    begins, ends = read_minute(first), read_minute(last)
    return None if begins is None or ends is None else (begins % 1440, ends % 1440)


def _of_institutions(work: UnitOfWork, persons: list[int]) -> dict[int, Span]:
    """By the institution of each person's oldest chair of today."""
    if not persons:
        return {}
    day = work.now.astimezone(TIME_ZONE).date()
    chairs = (
        select(Appointment.person, func.min(Appointment.key).label("chair"))
        .where(Appointment.person.in_(persons), *_on(day))
        .group_by(Appointment.person)
        .subquery()
    )
    rows = (
        select(chairs.c.person, QuietHours.begins, QuietHours.ends)
        .join(Appointment, Appointment.key == chairs.c.chair)
        .join(QuietHours, QuietHours.institution == Appointment.institution)
    )
    return {row.person: (row.begins, row.ends) for row in work.connection.execute(rows)}


def _on(day: date) -> tuple[Any, ...]:
    return Appointment.from_date <= day, or_(Appointment.to_date.is_(None), Appointment.to_date >= day)


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=TIME_ZONE).astimezone(UTC)
