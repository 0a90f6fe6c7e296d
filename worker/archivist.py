"""Draws the archive copies of ended cases, outside of any transaction, and has them kept.

Any number may run beside each other: of two copies of one case the first is kept.
"""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from engine.commands.archive import KeepArchiveCopy, PostponeArchiveCopy
from engine.engine import Engine
from engine.errors import EngineError
from engine.queries.archive import DrawArchiveCopy, ListDueCopies
from worker.bell_thread import BellThread

log = logging.getLogger(__name__)


class Archivist(BellThread):
    """One thread that draws."""

    def __init__(self, engine: Engine, *, seconds: float = 10.0) -> None:
        super().__init__("archivist", seconds)
        self._engine = engine

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

    def work(self) -> None:
        """Draws what is due."""
        self.drain()

    def missed(self, error: SQLAlchemyError | EngineError) -> None:
        """Says so in the log."""
        log.warning("archivist could not work: %s", type(error).__name__)
