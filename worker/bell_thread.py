"""A thread that works whenever the bell rings, until it is stopped: what a worker, a dispatcher and an archivist share."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from sqlalchemy.exc import SQLAlchemyError

from engine.errors import EngineError
from worker.bell import Bell


class BellThread(ABC):
    """One thread. `stop` may come before `start`, and twice; what has stopped can start again."""

    def __init__(self, name: str, seconds: float) -> None:
        """`name` is the thread's own; `seconds` is the bell's pace."""
        self._called = name
        self._bell = Bell(seconds)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to work in a thread of its own. One that works already goes on."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=self._called, daemon=True)
        self._bell.start()
        self._thread.start()

    def stop(self, seconds: float = 15.0) -> bool:
        """Finishes what is in hand; waits up to `seconds`. True when it has stopped."""
        self._stopping.set()
        self._bell.stop()
        thread = self._thread
        if thread is None:
            return True
        thread.join(seconds)
        if thread.is_alive():
            return False
        self._thread = None
        return True

    @abstractmethod
    def work(self) -> None:
        """Does what is due, once. An error of the store or the engine that it raises waits for the next ring."""

    @abstractmethod
    def missed(self, error: SQLAlchemyError | EngineError) -> None:
        """Takes note of what `work` raised."""

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.wait()
            try:
                self.work()
            except (SQLAlchemyError, EngineError) as error:
                self.missed(error)
