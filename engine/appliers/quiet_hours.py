"""When people are not to be disturbed: their own quiet hours, else their institution's, else the community's.

Local time of the county; quiet hours may run over midnight. Urgent things do not ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Date, bindparam, func, or_, select

from engine.calendar import TIME_ZONE, read_minute
from engine.config import Config
from engine.store.prepared import Among, Prepared
from engine.store.tables import Appointment, NotificationSetting, QuietHours
from engine.store.unit_of_work import UnitOfWork

_DAY = bindparam("day", type_=Date())
OWN_HOURS = Prepared(
    select(NotificationSetting.person, NotificationSetting.quiet_begins, NotificationSetting.quiet_ends).where(
        Among(NotificationSetting.person, "persons"), NotificationSetting.quiet_begins.is_not(None)
    )
)


def _hours_of_place() -> Prepared:
    """The quiet hours of the institutions at which people's oldest chairs of a day stand."""
    chairs = (
        select(Appointment.person, func.min(Appointment.key).label("chair"))
        .where(Among(Appointment.person, "persons"), Appointment.from_date <= _DAY)
        .where(or_(Appointment.to_date.is_(None), Appointment.to_date >= _DAY))
        .group_by(Appointment.person)
        .subquery()
    )
    return Prepared(
        select(chairs.c.person, QuietHours.begins, QuietHours.ends)
        .join(Appointment, Appointment.key == chairs.c.chair)
        .join(QuietHours, QuietHours.institution == Appointment.institution)
    )


HOURS_OF_PLACE = _hours_of_place()

Span = tuple[int, int]
"""From and to, in minutes after local midnight."""


def quiet_until(work: UnitOfWork, persons: Iterable[int]) -> dict[int, datetime]:
    """The persons who are not to be disturbed at this moment, with the end of their quiet hours."""
    wanted = sorted(set(persons))
    if not wanted:
        return {}
    own: dict[int, Span] = {}
    day = work.now.astimezone(TIME_ZONE).date()
    chosen, placed = work.ask(OWN_HOURS.question(persons=wanted), HOURS_OF_PLACE.question(persons=wanted, day=day))
    for row in chosen:
        own[row.person] = (row.quiet_begins, row.quiet_ends)
    places = {row.person: (row.begins, row.ends) for row in placed}
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


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=TIME_ZONE).astimezone(UTC)
