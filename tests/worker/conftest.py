"""A settled county on each kind of database, and a worker that works for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from engine.testing import County, bpmn, process
from worker.worker import Worker

SECONDS = 30.0
TIMER = (
    '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
)


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    """The county, with a process that waits an hour."""
    with County(database_url) as opened:
        opened.settle()
        opened.deploy(bpmn(process("p", '<startEvent id="s"/>', TIMER, '<endEvent id="e"/>', flows="s > wait > e")))
        yield opened


@pytest.fixture
def commits(county: County) -> Commits:
    """Waits for facts."""
    return Commits(county)


class Commits:
    """Lets a test wait until a commit has made something true, instead of sleeping."""

    def __init__(self, county: County) -> None:
        self._changed = threading.Condition()
        county.engine.listen(self._committed)

    def until(self, fact: Callable[[], bool]) -> None:
        """Waits for `fact`; fails the test when no commit brings it."""
        with self._changed:
            assert self._changed.wait_for(fact, SECONDS)

    def _committed(self, persons: frozenset[int], jobs_due: bool) -> None:
        with self._changed:
            self._changed.notify_all()


@pytest.fixture
def start_worker(county: County) -> Iterator[Callable[..., Worker]]:
    """Starts workers that end with the test. Their bell is silent unless a pace is given."""
    started: list[Worker] = []

    def start(name: str = "w1", seconds: float = 3600.0, **options: int) -> Worker:
        worker = Worker(county.engine, name, seconds=seconds, **options)
        started.append(worker)
        worker.start()
        return worker

    yield start
    for worker in started:
        assert worker.stop()
