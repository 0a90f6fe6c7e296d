"""The only place that reads the time. Everything else is given `now`, an aware UTC datetime."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def stopwatch() -> Callable[[], float]:
    """A function that tells the seconds since this call; clock changes do not touch it."""
    begun = monotonic()
    return lambda: monotonic() - begun


class VirtualClock:
    """A clock that stands still until it is moved: for tests, the scenario runner and the dry run."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Moves forward by `by` and returns the new time."""
        self._now += by
        return self._now

    def set(self, to: datetime) -> None:
        """Jumps to `to`, an aware datetime."""
        self._now = to.astimezone(UTC)
