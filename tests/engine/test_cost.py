"""What one completion costs in statements and round trips: numbers that are the same on every machine.

A completion must cost the same however many seats its instance has and however often its loop has gone round, in a
process that has worked on it all the time and in one that has never seen it.
"""

from __future__ import annotations

import gc
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from benchmarks.wire import counted
from engine.queries.task_detail import GetTask
from engine.store import postgresql
from engine.store.tables import Base, Compensation, Job, ProcessInstance, Scope, Seat, Subscription, Token, Variable
from engine.testing import County, bpmn, process, user_task
from tests.campaign import LONG, campaign
from tests.engine.models import END, START, seats, two_tasks

MOST_ROUND_TRIPS, MOST_STATEMENTS = 4, 28


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


def test_a_person_opens_a_task_and_completes_it_in_four_round_trips_at_most(county: County) -> None:
    if county.url.startswith("sqlite"):
        pytest.skip("SQLite has no round trips")
    county.deploy(two_tasks())
    with counted(county.url) as (through, traffic), County(through, clock=county.clock) as fresh:
        first = fresh.person("gan")
        for _ in range(2):
            case = first.start("p")
            task = case.task("first").id
            traffic.clear()
            fresh.engine.query(GetTask(task=task), first.actor)
            opened = traffic.round_trips
            traffic.clear()
            first.complete(task)
        # Who he is, the task, whether he may see it, and all that is kept of it.
        assert 0 < opened <= MOST_ROUND_TRIPS
        # The second time every statement is known: the lock, the load, the people of the next task, the writes with the commit.
        assert 0 < traffic.round_trips <= MOST_ROUND_TRIPS
        assert traffic.statements <= MOST_STATEMENTS


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


LOOP = bpmn(
    process(
        "loop",
        START,
        user_task("again", post="BR_GP"),
        '<exclusiveGateway id="g" default="g_again"/>',
        END,
        flows="s > again > g > again, g > e if again.outcome == 'never'",
    )
)
ROUNDS, CASES = campaign(1_000, 10_000), campaign(600, 1_200)
LIVE = (ProcessInstance, Scope, Token, Variable, Subscription, Compensation, Job)
"""Tables of what stands now; what was is in the others."""


def test_a_loop_costs_the_same_in_its_tenth_and_its_last_round(county: County, meter: Meter) -> None:
    county.deploy(LOOP)
    case = county.run("loop")
    statements, touched, stands = {}, {}, {}
    with meter.engine() as fresh:
        doctor = fresh.person("gan")
        for number in range(1, ROUNDS + 1):
            complete = partial(doctor.complete, _open_task(fresh))
            before = _numbers(county) if number in (10, ROUNDS) else {}
            statements[number] = meter.of(complete)
            if before:
                touched[number] = {table: count - before[table] for table, count in _numbers(county).items()}
                stands[number] = _standing(county)
    assert statements[10] == statements[ROUNDS]
    assert touched[10] == touched[ROUNDS]
    assert stands[10] == stands[ROUNDS]
    assert (case.state, case.open) == ("active", ["again"])


def _numbers(county: County) -> dict[str, int]:
    """How many rows every table has."""
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in Base.metadata.sorted_tables]
    return dict(zip((table.name for table in Base.metadata.sorted_tables), county.row(select(*counts)), strict=True))


def _standing(county: County) -> dict[str, list[int]]:
    """The sizes of the rows of what stands now: characters of each, with every number, name and hash as one."""
    return {
        table.__tablename__: [
            len(re.sub(r"[0-9a-f-]{8,}|\d+", "0", repr(tuple(row)))) for row in county.rows(select(*table.__table__.columns))
        ]
        for table in LIVE
    }


@pytest.mark.parametrize("database", ["postgresql", "sqlite"] if LONG else ["postgresql"], indirect=True)
def test_a_node_keeps_nothing_of_cases_that_have_ended(county: County) -> None:
    county.deploy(two_tasks())
    doctor, specialist = county.person("gan"), county.person("shen")

    def run_to_the_end(cases: int) -> None:
        for _ in range(cases):
            case = doctor.start("p")
            doctor.complete(case.task("first"))
            specialist.complete(case.task("second"))
            assert case.state == "completed"

    # What is cached of definitions, statements and plans is there after some cases, and then stays as it is. Python's own
    # free lists come and go by a few hundred blocks, so the lowest of three readings counts.
    run_to_the_end(100)
    readings = []
    for _ in range(6):
        run_to_the_end(CASES // 6)
        readings.append(_kept())
    # The two lie half the cases apart: whoever keeps one thing of every case keeps more than this.
    assert min(readings[3:]) - min(readings[:3]) < CASES * 2 // 5, readings


def _kept() -> int:
    """How many blocks of memory Python holds."""
    gc.collect()
    return sys.getallocatedblocks()


def _open_task(county: County) -> UUID:
    return UUID(str(county.scalar(select(Seat.id).where(Seat.state == "open"))))
