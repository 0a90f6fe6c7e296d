"""What one completion costs in statements and round trips: numbers that are the same on every machine.

A completion must cost the same however many seats its instance has and however often its loop has gone round, in a
process that has worked on it all the time and in one that has never seen it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from benchmarks.wire import counted
from engine.store import postgresql
from engine.store.tables import Seat
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, START, seats, two_tasks

MOST_ROUND_TRIPS = 8


class Meter:
    """Counts the statements of a county's engine: on SQLite as they run, on PostgreSQL as they pass."""

    def __init__(self, county: County, url: str) -> None:
        self._county, self._url = county, url
        self._statements: list[str] = []

    @contextmanager
    def engine(self) -> Iterator[County]:
        """The county as a process sees it that has only just begun."""
        if self._url.startswith("sqlite"):
            with County(self._url, clock=self._county.clock) as fresh:
                event.listen(fresh.engine.database.engine, "checkout", self._trace)
                yield fresh
            return
        with counted(self._url) as (through, traffic), County(through, clock=self._county.clock) as fresh:
            self._traffic = traffic
            yield fresh

    def _trace(self, connection: Any, record: Any, fairy: Any) -> None:
        connection.set_trace_callback(self._statements.append)

    def of(self, act: Any) -> int:
        """How many statements `act` needs."""
        if self._url.startswith("sqlite"):
            self._statements.clear()
            act()
            return len(self._statements)
        self._traffic.clear()
        act()
        return self._traffic.statements


@pytest.fixture(autouse=True)
def no_rest_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that rested for two seconds is asked whether it is alive, which is no part of a completion's cost."""
    monkeypatch.setattr(postgresql, "FRESH_SECONDS", math.inf)


@pytest.fixture
def meter(county: County) -> Meter:
    return Meter(county, county.url)


def test_a_person_completes_a_task_in_eight_round_trips_at_most(county: County) -> None:
    if county.url.startswith("sqlite"):
        pytest.skip("SQLite has no round trips")
    county.deploy(two_tasks())
    with counted(county.url) as (through, traffic), County(through, clock=county.clock) as fresh:
        first = fresh.person("gan")
        for _ in range(2):
            case = first.start("p")
            task = case.task("first").id
            traffic.clear()
            first.complete(task)
        # The second time every statement is known: the lock, the load, the people of the next task, the writes, the commit.
        assert 0 < traffic.round_trips <= MOST_ROUND_TRIPS


def test_a_seat_costs_the_same_among_70_and_among_4459(county: County, meter: Meter) -> None:
    county.deploy(seats())
    found: dict[int, tuple[int, int]] = {}
    for number in (70, 4_459):
        tasks = [seat.id for seat in county.run("p", n=number).seats()]
        assert len(tasks) == number
        with meter.engine() as fresh:
            doctor = fresh.person("gan")
            cold = meter.of(partial(doctor.complete, tasks[0]))
            warm = [meter.of(partial(doctor.complete, task)) for task in tasks[1:6]]
        assert len(set(warm)) == 1
        found[number] = (cold, warm[0])
    assert found[70] == found[4_459]


def test_a_loop_costs_the_same_in_its_tenth_and_its_thousandth_round(county: County, meter: Meter) -> None:
    elements = (START, user_task("again", post="BR_GP"), '<exclusiveGateway id="g" default="g_again"/>', END)
    county.deploy(bpmn(process("loop", *elements, flows="s > again > g > again, g > e if again.outcome == 'never'")))
    county.run("loop")
    rounds = {}
    with meter.engine() as fresh:
        doctor = fresh.person("gan")
        for number in range(1, 1_001):
            complete = partial(doctor.complete, _open_task(fresh))
            rounds[number] = meter.of(complete)
    assert rounds[10] == rounds[1_000]


def _open_task(county: County) -> UUID:
    return UUID(str(county.scalar(select(Seat.id).where(Seat.state == "open"))))
