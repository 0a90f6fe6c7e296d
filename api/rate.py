"""How many requests one session, or one address that signs in, may send in a minute.

Every node counts for itself and adds what it has counted to the store's sum after each tenth of the limit, and learns
there what the others have let through: all nodes together let through the limit and at most a tenth of it a node more.
What is refused is neither counted nor stored. Counts are kept for the current minute only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
PARTS = 10
"""How often in a full minute a node looks at the others' counts."""


@dataclass
class _Count:
    """What a node knows of a subject in this minute."""

    own: int = 0
    """Requests that the store has not been told of."""
    told: int = 0
    """The store's sum when it was asked last."""


class RequestRate:
    """The counts of one node."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute: datetime | None = None
        self._counts: dict[str, _Count] = {}
        self._seen: set[str] = set()

    def is_first(self, subject: str, now: datetime) -> bool:
        """Whether this is seen for the first time in this minute, at this node."""
        with self._lock:
            self._begin(now)
            if subject in self._seen:
                return False
            self._seen.add(subject)
            return True

    def wait(self, subject: str, limit: int, now: datetime, share: Callable[[str, datetime, int], int]) -> int | None:
        """Seconds that the subject has to wait; None when its request may pass, which is counted. A limit of 0 is none.

        `share` adds a number to the store's sum of a subject in a minute, and answers with the sum.
        """
        if limit == 0:
            return None
        with self._lock:
            minute = self._begin(now)
            count = self._counts.setdefault(subject, _Count())
            if count.told + count.own >= limit:
                return int((minute + MINUTE - now).total_seconds()) + 1
            count.own += 1
            if count.own * PARTS < limit:
                return None
            counted, count.own = count.own, 0
            count.told += counted
        told = share(subject, minute, counted)
        with self._lock:
            count.told = max(count.told, told)
        return None

    def _begin(self, now: datetime) -> datetime:
        """The beginning of the minute; what belongs to another one is forgotten."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._counts, self._seen = minute, {}, set()
        return minute
