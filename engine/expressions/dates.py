"""Dates and times. They are ISO texts in data and stay so: `2025-03-04`, `2025-03-04T08:30:00+08:00`.

An instant without an offset is China's time (+08:00, no summer time), and the calendar day of an instant is China's
day: the language has no other zone, because a county has none. Instants are exact to the millisecond, further digits are
cut. Functions that count open hours or working days belong to the calendars, not to the language.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

from engine.expressions.faults import Fault
from engine.expressions.values import JSON, as_text

CHINA = timezone(timedelta(hours=8))

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_PATTERN = re.compile(r"yyyy|YYYY|MM|M|dd|DD|d|D|HH|H|mm|m|ss|s")


def _bad_date() -> Fault:
    return Fault("bad-date", "a text is not a date such as 2025-03-04 or 2025-03-04T08:30:00+08:00")


def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _bad_date()
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise _bad_date() from None


def _instant(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise _bad_date()
    day, hour, minute, second, fraction, offset = found.groups()
    millis = int((fraction or "0")[:3].ljust(3, "0"))
    try:
        start = datetime.combine(_day(day), datetime.min.time(), _zone(offset))
        return start.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=millis * 1000)
    except ValueError:
        raise _bad_date() from None


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return CHINA
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 14 or minutes > 59:
        raise _bad_date()
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset[0] == "-" else shift)


def _moment(value: JSON) -> date | datetime:
    text = as_text(value)
    return _day(text) if len(text) == 10 else _instant(text)


def _as_instant(value: JSON) -> datetime:
    moment = _moment(value)
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=CHINA)


def _as_day(value: JSON) -> date:
    moment = _moment(value)
    return _local(moment).date() if isinstance(moment, datetime) else moment


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(CHINA)
    except OverflowError:
        raise _bad_date() from None


def _written(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return moment.isoformat()


def to_date(value: JSON) -> JSON:
    """The calendar day of a date or an instant."""
    return _as_day(value).isoformat()


def to_datetime(value: JSON) -> JSON:
    """The instant with seconds and offset; a date is the day's first moment."""
    return _written(_as_instant(value))


def duration(value: JSON) -> JSON:
    """The duration itself, after a check that it is one, such as P3D or PT2H30M."""
    text = as_text(value)
    _parts(text)
    return text


def _parts(text: str) -> tuple[int, list[int]]:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Fault("bad-duration", "a text is not a duration such as P3D or PT2H30M")
    return (-1 if found.group(1) else 1), [int(part or 0) for part in found.groups()[1:]]


def add(value: JSON, length: JSON) -> JSON:
    """A date or instant moved by a duration. Years and months come first and keep to the month's last day.

    A date stays a date unless the duration has hours, minutes or seconds; an instant keeps its offset.
    """
    sign, (years, months, weeks, days, hours, minutes, seconds) = _parts(as_text(length))
    moment = _moment(value)
    if (hours or minutes or seconds) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=CHINA)
    shift = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        return _written(_add_months(moment, sign * (years * 12 + months)) + sign * shift)
    except (OverflowError, ValueError):
        raise Fault("bad-date", "the date is outside the years 1 to 9999") from None


def _add_months(moment: date | datetime, months: int) -> date | datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def before(left: JSON, right: JSON) -> JSON:
    """Whether the first is earlier than the second; a date counts as its first moment."""
    return _as_instant(left) < _as_instant(right)


def after(left: JSON, right: JSON) -> JSON:
    """Whether the first is later than the second; a date counts as its first moment."""
    return _as_instant(left) > _as_instant(right)


def days_between(start: JSON, end: JSON) -> JSON:
    """Calendar days from the first to the second, negative when the second is earlier."""
    return (_as_day(end) - _as_day(start)).days


def year(value: JSON) -> JSON:
    """The calendar year of a date or instant."""
    return _as_day(value).year


def full_years(birth: JSON, at: JSON) -> int:
    """Full years from a birth date to another date."""
    born, now = _as_day(birth), _as_day(at)
    years = now.year - born.year - ((now.month, now.day) < (born.month, born.day))
    if years < 0:
        raise Fault("bad-date", "the birth date is later than the date to count to")
    return years


def age(birth: JSON, at: JSON) -> JSON:
    """Full years of age at a date or instant."""
    return full_years(birth, at)


def format_date(value: JSON, pattern: JSON = "yyyy-MM-dd") -> JSON:
    """A date or instant in China's time by a pattern of yyyy MM M dd d HH H mm m ss s; all other characters stay."""
    if len(as_text(pattern)) > 100:
        raise Fault("wrong-arguments", "format_date() takes a pattern of at most 100 characters")
    moment = _local(_as_instant(value))
    numbers = {"y": moment.year, "M": moment.month, "d": moment.day, "H": moment.hour, "m": moment.minute, "s": moment.second}

    def write(match: re.Match[str]) -> str:
        sign = match.group()
        letter = {"Y": "y", "D": "d"}.get(sign[0], sign[0])
        return str(numbers[letter]).zfill(len(sign))

    return _PATTERN.sub(write, as_text(pattern))
