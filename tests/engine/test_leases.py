"""Leases run on the database's clock: what the clocks of the nodes say about each other does not matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.clock import SystemClock, VirtualClock
from engine.commands.job import ClaimJobs, ExecuteJob, ReleaseJobs
from engine.config import Config
from engine.engine import Engine
from engine.errors import Conflict
from engine.store.tables import Job
from engine.testing import County
from tests.engine.models import timer

SKEW = timedelta(minutes=10)


def node(county: County, clock: VirtualClock, lease: timedelta = timedelta(seconds=60)) -> Engine:
    """A node on the county's database with a clock of its own; its leases are the database's."""
    return Engine(Config(database_url=county.url, job_lease=lease), clock=clock, database=county.engine.database)


@pytest.fixture
def due(county: County) -> County:
    """A case whose timer has been due for an hour."""
    county.deploy(timer("Duration", "PT1H"))
    county.run("p")
    county.clock.advance(timedelta(hours=2))
    return county


@pytest.mark.parametrize("skew", [SKEW, -SKEW, timedelta(days=1)], ids=str)
def test_a_node_whose_clock_is_wrong_takes_no_job_that_another_holds(due: County, skew: timedelta) -> None:
    holder = node(due, due.clock)
    (held,) = holder.execute(ClaimJobs(worker="w1"))
    wrong = VirtualClock(due.clock.now() + skew)

    assert node(due, wrong).execute(ClaimJobs(worker="w2")) == ()

    due.clock.advance(skew)
    holder.execute(ExecuteJob(job=held.id, fence=held.fence))
    assert due.cases()[0].open == ["after"]


def test_a_lease_is_over_by_the_databases_clock_though_the_nodes_stands_still(due: County) -> None:
    holder = node(due, due.clock, lease=timedelta(seconds=-1))
    (held,) = holder.execute(ClaimJobs(worker="w1"))

    with pytest.raises(Conflict) as refusal:
        holder.execute(ExecuteJob(job=held.id, fence=held.fence))

    assert refusal.value.code == "lease-lost"
    assert [job.id for job in node(due, due.clock).execute(ClaimJobs(worker="w2"))] == [held.id]


def test_a_lease_lasts_as_long_as_it_says(due: County) -> None:
    node(due, due.clock, lease=timedelta(seconds=90)).execute(ClaimJobs(worker="w1"))

    left = due.scalar(select(Job.lease_until)) - SystemClock().now()

    assert timedelta(seconds=60) < left <= timedelta(seconds=91)


def test_work_of_two_nodes_with_clocks_apart_is_done_once_each(open_county: Callable[..., County]) -> None:
    county = open_county()
    county.deploy(timer("Duration", "PT1H"))
    cases = [county.run("p") for _ in range(6)]
    county.clock.advance(timedelta(hours=2))
    nodes = [node(county, VirtualClock(county.clock.now() + skew)) for skew in (SKEW, -SKEW)]
    for number in range(20):
        for job in nodes[number % 2].execute(ClaimJobs(worker=f"w{number % 2}", limit=1)):
            nodes[number % 2].execute(ExecuteJob(job=job.id, fence=job.fence))
        nodes[(number + 1) % 2].execute(ReleaseJobs(worker=f"w{(number + 1) % 2}"))
    assert [(case.open, case.revision) for case in cases] == [(["after"], 2)] * 6
