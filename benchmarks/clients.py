"""Clients that work side by side: each is a thread that takes one instance after the other and times its operations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

COMPLETIONS = 3
"""Of one instance of W1."""
VARIABLES: dict[str, Any] = {
    "urgent": False,
    "approved": True,
    **{f"field{number:02}": f"value of a field, some forty characters {number:02}" for number in range(18)},
}
"""Twenty, about 1 KB; `peers.Main` and the models name the same."""


@dataclass
class Times:
    """Seconds of single operations, of all clients."""

    start: list[float] = field(default_factory=list)
    find: list[float] = field(default_factory=list)
    """Of the query for the next task, which is no operation of its own."""
    complete: list[float] = field(default_factory=list)

    def add(self, other: Times) -> None:
        """Takes over another client's."""
        self.start += other.start
        self.find += other.find
        self.complete += other.complete


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """Adds the seconds that the block takes."""
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


Case = Callable[[Times], None]
"""One instance from start to end."""


def work(cases: Sequence[Case], instances: int) -> Times:
    """Has one client for each of `cases` do it again and again, `instances` times in all. Raises a client's first failure."""
    times, lock, left = Times(), threading.Lock(), iter(range(instances))
    failures: list[BaseException] = []

    def client(case: Case) -> None:
        own = Times()
        with _noting(failures):
            while True:
                with lock:
                    if next(left, None) is None or failures:
                        break
                case(own)
        with lock:
            times.add(own)

    threads = [threading.Thread(target=client, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


@contextmanager
def _noting(failures: list[BaseException]) -> Iterator[None]:
    """Keeps an exception of a thread for the main thread."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised again by the main thread
        failures.append(error)
