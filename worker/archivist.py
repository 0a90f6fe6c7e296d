"""Draws the archive copies of ended cases, outside of any transaction, and has them kept.

Any number may run beside each other: of two copies of one case the first is kept.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from engine.commands.archive import KeepArchiveCopy, PostponeArchiveCopy
from engine.engine import Engine
from engine.errors import EngineError
from engine.queries.archive import DrawArchiveCopy, ListDueCopies
from worker.bell import Bell

log = logging.getLogger(__name__)


class Archivist:
    """One thread that draws. `stop` may come before `start`, and twice."""

    def __init__(self, engine: Engine, *, seconds: float = 10.0) -> None:
        self._engine = engine
        self._bell = Bell(seconds)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to draw what is due."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="archivist", daemon=True)
        self._bell.start()
        self._thread.start()

    def stop(self, seconds: float = 15.0) -> bool:
        """Finishes the copy in hand; waits up to `seconds`. True when it has stopped."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        self._bell.stop()
        thread.join(seconds)
        return not thread.is_alive()

    def drain(self) -> int:
        """Draws what is due, in the calling thread; returns how many copies were kept."""
        kept = 0
        for instance in self._engine.query(ListDueCopies()):
            if self._stopping.is_set():
                break
            try:
                drawn = self._engine.query(DrawArchiveCopy(instance=instance))
            except Exception as error:  # noqa: BLE001  one case that cannot be drawn must not stop the others
                log.error("archivist: the copy of case %s broke: %s", instance, type(error).__name__)
                self._engine.execute(PostponeArchiveCopy(instance=instance))
                continue
            self._engine.execute(KeepArchiveCopy(instance=instance, content=drawn.content, seats=drawn.seats))
            kept += 1
        return kept

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.wait()
            try:
                self.drain()
            except (SQLAlchemyError, EngineError) as error:
                log.warning("archivist could not work: %s", type(error).__name__)
