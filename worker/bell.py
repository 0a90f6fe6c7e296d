"""The bell: APScheduler rings it at a steady pace, and the engine whenever it has made a job that is due at once.

It stores nothing. Which jobs there are, and when they are due, stands in the database alone; a bell that rings twice, too
late or for nothing does no harm.
"""

from __future__ import annotations

import threading

from apscheduler.schedulers.background import BackgroundScheduler


class Bell:
    """Rings every `seconds`, and when it is rung. May be stopped before it was started, and twice."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rung = threading.Event()
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begins to ring, now and then at a steady pace."""
        if self._scheduler is not None:
            return
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.ring, "interval", seconds=self._seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        self.ring()

    def stop(self) -> None:
        """Rings a last time and then no more by itself."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=False)
        self.ring()

    def ring(self) -> None:
        """Rings now."""
        self._rung.set()

    def wait(self) -> None:
        """Waits for a ring since the last wait."""
        self._rung.wait()
        self._rung.clear()
