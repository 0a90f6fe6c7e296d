"""When a timer fires: ISO 8601 durations, points in time and cycles, with SpiffWorkflow's calendar arithmetic.

A point in time without an offset means the community's civil time (UTC+8). A cycle keeps to its grid; firings that were
missed collapse into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

CIVIL_TIME = timezone(timedelta(hours=8))

_DURATION = re.compile(
    r"P(?:\d{1,5}W|(?=\d|T\d)(?:\d{1,4}Y)?(?:\d{1,5}M)?(?:\d{1,6}D)?(?:T(?=\d)(?:\d{1,7}H)?(?:\d{1,8}M)?(?:\d{1,9}(?:\.\d+)?S)?)?)"
)
_REPEAT = re.compile(r"R(\d{0,9})\Z")

Due = Callable[[str, "str | None", datetime], datetime]
"""Adds an ISO duration on a calendar to a point in time."""


class TimerFault(ValueError):
    """A text that is no time."""


@dataclass(frozen=True, kw_only=True)
class Firing:
    """When a timer fires first, and how it goes on."""

    due: datetime
    left: int | None
    """Firings that remain, this one included; None has no end."""
    every: str | None
    """Duration between firings; None fires once."""
    fixed: bool = False
    """Whether the time was given as a date: it does not move when its instance was suspended."""
    term: str | None = None
    """Duration that `due` lies after the moment of arming; None for a date, and for what follows a firing."""


def timer_fault(kind: str, text: str) -> str | None:
    """What is wrong with a literal timer, None if nothing."""
    try:
        first_firing(kind, text, datetime(2026, 1, 1, tzinfo=UTC), None, _plain)
    except TimerFault as fault:
        return str(fault)
    return None


def first_firing(kind: str, text: str, now: datetime, calendar: str | None, due: Due) -> Firing:
    """The first firing of a timer that is armed at `now`. Raises TimerFault."""
    text = text.strip().upper()
    if text.startswith("R"):
        return _cycle(text, now, calendar, due)
    if kind == "cycle":
        raise TimerFault("a cycle starts with R")
    if text.startswith("P"):
        return Firing(due=_after(text, now, calendar, due), left=1, every=None, term=text)
    if kind == "duration":
        raise TimerFault("a duration starts with P")
    return Firing(due=point(text), left=1, every=None, fixed=True)


def next_firing(previous: datetime, every: str, left: int | None, now: datetime, calendar: str | None, due: Due) -> Firing | None:
    """The firing after `previous`, never before `now`: what was missed in between is counted and left out. None at the end."""
    due_at = _after(every, previous, calendar, due)
    missed = 0
    if due_at <= now:
        missed, due_at = _first_after(previous, every, now, calendar, due)
    if left is None:
        return Firing(due=due_at, left=None, every=every)
    left -= missed + 1
    return Firing(due=due_at, left=left, every=every) if left > 0 else None


def plain_due(term: str, start: datetime) -> datetime:
    """`start` plus an ISO duration that counts every hour. Raises TimerFault."""
    if not _DURATION.fullmatch(term):
        raise TimerFault(f"'{term}' is no ISO 8601 duration")
    try:
        parsed = TimerEventDefinition.parse_iso_duration(term)
        length: timedelta = TimerEventDefinition.get_timedelta_from_start(parsed, start)
        return start + length
    except (OverflowError, ValueError) as error:
        raise TimerFault(f"'{term}' reaches beyond the calendar") from error


def point(text: str) -> datetime:
    """A point in time as aware UTC. Raises TimerFault."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise TimerFault(f"'{text}' is neither a duration nor a point in time") from error
    return (found if found.tzinfo is not None else found.replace(tzinfo=CIVIL_TIME)).astimezone(UTC)


def _cycle(text: str, now: datetime, calendar: str | None, due: Due) -> Firing:
    parts = text.split("/")
    repeat = _REPEAT.match(parts[0])
    if repeat is None or len(parts) not in (2, 3):
        raise TimerFault(f"'{text}' is no repeating interval such as R3/PT1H")
    left = int(repeat.group(1)) if repeat.group(1) else None
    if left == 0:
        raise TimerFault(f"'{text}' repeats no time")
    fixed = len(parts) == 3
    if not fixed:
        first, every = _after(parts[1], now, calendar, due), parts[1]
    elif parts[2].startswith("P"):
        first, every = point(parts[1]), parts[2]
    else:
        raise TimerFault(f"'{text}' has an end, which is not supported; give a start and a duration")
    if plain_due(every, now) <= now:
        raise TimerFault(f"'{text}' repeats without a pause")
    return Firing(due=first, left=left, every=every, fixed=fixed, term=None if fixed else every)


def _after(term: str, start: datetime, calendar: str | None, due: Due) -> datetime:
    if not _DURATION.fullmatch(term):
        raise TimerFault(f"'{term}' is no ISO 8601 duration")
    return plain_due(term, start) if calendar is None else due(term, calendar, start)


def _first_after(previous: datetime, every: str, now: datetime, calendar: str | None, due: Due) -> tuple[int, datetime]:
    """How many firings after `previous` were missed, and the first one after `now`."""
    missed = 0
    period = plain_due(every, previous) - previous
    if calendar is None and (now - previous) // period > 1_000:
        # Jump over whole periods instead of walking them one by one.
        missed = (now - previous) // period - 1
        previous += missed * period
    while True:
        previous = _after(every, previous, calendar, due)
        if previous > now:
            return missed, previous
        missed += 1


def _plain(term: str, calendar: str | None, start: datetime) -> datetime:
    return plain_due(term, start)
