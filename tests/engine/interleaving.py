"""Threads that meet where a test wants them to: at named points of a command, never by the length of a pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import text

from engine.store.faults import BEFORE_TRANSACTION
from engine.testing import County, hooked

PATIENCE = 20.0
"""Seconds after which a thread counts as stuck; nothing waits that long when all is well."""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Racer:
    """A thread that keeps what its act answered, or refused with."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act
        self._thread = threading.Thread(target=self._run)
        self.answer: Any = None
        self.error: Exception | None = None

    def start(self) -> Racer:
        self._thread.start()
        return self

    def done(self, seconds: float = PATIENCE) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        """Whether the calling thread is this one's."""
        return threading.current_thread() is self._thread

    @property
    def code(self) -> str:
        """`ok`, or the code it was refused with."""
        return "ok" if self.error is None else str(getattr(self.error, "code", repr(self.error)))

    def _run(self) -> None:
        try:
            self.answer = self._act()
        except Exception as error:  # noqa: BLE001
            self.error = error


def race(*acts: Callable[[], Any]) -> list[Racer]:
    """Lets all acts begin together and waits for their ends."""
    begin = threading.Barrier(len(acts))

    def begun(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            begin.wait()
            return act()

        return run

    racers = [Racer(begun(act)).start() for act in acts]
    assert all(racer.done() for racer in racers)
    return racers


def overtake(county: County, first: Callable[[], Any], second: Callable[[], Any], *, point: str) -> tuple[Racer, Racer]:
    """Holds `first` at a fault point inside its transaction until `second` has run into it or past it; then lets both end."""
    reached, go_on, begun = threading.Event(), threading.Event(), threading.Event()
    leader, follower = Racer(first), Racer(second)

    def hold(name: str) -> None:
        if name == point and leader.running:
            reached.set()
            go_on.wait(PATIENCE)
        if name == BEFORE_TRANSACTION and follower.running:
            begun.set()

    with hooked(hold):
        leader.start()
        assert reached.wait(PATIENCE)
        follower.start()
        _wait_until_met(county, follower, begun)
        go_on.set()
        assert leader.done()
        assert follower.done()
    return leader, follower


def _wait_until_met(county: County, follower: Racer, begun: threading.Event) -> None:
    """Until the follower waits for a lock that the leader has, or has ended. SQLite's writers wait at their very beginning."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if follower.done(0.01):
            return
        if county.engine.database.dialect == "sqlite":
            if begun.is_set():
                return
        elif county.scalar(text(WAITING)):
            return
    raise AssertionError("Expected the second transaction to wait or to end, but it did neither")


def codes(racers: Iterable[Racer]) -> list[str]:
    """`ok` or the code of its refusal for each, sorted."""
    return sorted(racer.code for racer in racers)
