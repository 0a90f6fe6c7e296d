from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.commands.job import HANDLERS
from engine.commands.message import BroadcastSignal
from engine.store.tables import Job
from engine.testing import County, bpmn, process
from tests.worker.conftest import SECONDS, Commits
from worker.worker import Worker

StartWorker = Callable[..., Worker]
HOUR = timedelta(hours=1)


def jobs(county: County) -> list[Any]:
    return county.rows(select(Job.state, Job.attempts, Job.retries, Job.worker, Job.error).order_by(Job.key))


def test_a_timer_due_before_the_worker_came_is_fired(county: County, commits: Commits, start_worker: StartWorker) -> None:
    case = county.run("p")
    county.clock.advance(HOUR)

    start_worker()

    commits.until(lambda: case.state == "completed")
    assert jobs(county) == []


def test_the_bell_finds_what_falls_due_later(county: County, commits: Commits, start_worker: StartWorker) -> None:
    start_worker(seconds=0.05)
    case = county.run("p")
    county.clock.advance(HOUR)

    commits.until(lambda: case.state == "completed")


def test_a_job_due_at_once_wakes_the_worker_without_the_bell(county: County, commits: Commits, start_worker: StartWorker) -> None:
    catch = '<intermediateCatchEvent id="c"><signalEventDefinition signalRef="go"/></intermediateCatchEvent>'
    county.deploy(
        bpmn(
            process("q", '<startEvent id="s"/>', catch, '<endEvent id="e"/>', flows="s > c > e"),
            extra='<signal id="go" name="go"/>',
        ),
        name="signals",
    )
    case = county.run("q")
    start_worker()

    county.execute(BroadcastSignal(name="go"))

    commits.until(lambda: case.state == "completed")


def test_a_job_that_breaks_is_tried_again_later_and_tells_no_details(
    county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "110101199001011234"

    def breaks(*arguments: object) -> None:
        raise ValueError(secret)

    county.run("p")
    county.clock.advance(HOUR)
    monkeypatch.setitem(HANDLERS, "timer", breaks)
    worker = Worker(county.engine, "w1")

    assert worker.drain() == 1

    assert "ValueError" in caplog.text
    assert secret not in caplog.text
    [job] = jobs(county)
    assert (job.state, job.attempts, job.retries, job.error) == ("pending", 1, 2, "ValueError")
    assert worker.drain() == 0
    for _ in range(3):
        county.clock.advance(HOUR)
        worker.drain()
    assert [(job.state, job.error) for job in jobs(county)] == [("failed", "ValueError")]
    assert [incident.code for incident in county.incidents()] == ["job-timer"]


def test_one_broken_job_does_not_hold_up_the_others(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [county.run("p") for _ in range(3)]
    county.clock.advance(HOUR)
    fire = HANDLERS["timer"]

    def breaks_once(job: Any, *arguments: Any) -> None:
        if job.instance == cases[0].key:
            raise RuntimeError
        fire(job, *arguments)

    monkeypatch.setitem(HANDLERS, "timer", breaks_once)
    Worker(county.engine, "w1").drain()

    assert [case.state for case in cases] == ["active", "completed", "completed"]


def test_a_stopping_worker_finishes_the_job_in_hand_and_gives_the_others_back(
    county: County, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [county.run("p") for _ in range(3)]
    county.clock.advance(HOUR)
    fire, begun, go_on = HANDLERS["timer"], threading.Event(), threading.Event()

    def slow(*arguments: Any) -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        fire(*arguments)

    monkeypatch.setitem(HANDLERS, "timer", slow)
    worker = start_worker()
    assert begun.wait(SECONDS)
    assert worker.stop(seconds=0.01) is False
    go_on.set()
    assert worker.stop(SECONDS) is True

    assert sorted(case.state for case in cases) == ["active", "active", "completed"]
    assert [(job.state, job.attempts, job.worker) for job in jobs(county)] == [("pending", 0, None)] * 2


def test_start_and_stop_may_come_in_any_order(county: County, commits: Commits) -> None:
    worker = Worker(county.engine, "w1", seconds=3600)
    assert worker.stop()
    assert worker.stop()
    worker.start()
    worker.start()
    assert worker.stop()
    assert worker.stop()

    case = county.run("p")
    county.clock.advance(HOUR)
    worker.start()
    commits.until(lambda: case.state == "completed")
    assert worker.stop()


def test_many_workers_do_each_job_once(
    county: County, commits: Commits, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired: list[int] = []
    fire = HANDLERS["timer"]

    def counted(job: Any, *arguments: Any) -> None:
        fire(job, *arguments)
        fired.append(job.key)

    monkeypatch.setitem(HANDLERS, "timer", counted)
    cases = [county.run("p") for _ in range(12)]
    county.clock.advance(HOUR)
    for number in range(3):
        start_worker(f"w{number}", batch=2)

    commits.until(lambda: county.scalar(select(func.count()).select_from(Job)) == 0)
    assert len(fired) == len(set(fired)) == 12
    assert {case.state for case in cases} == {"completed"}


def test_a_worker_that_slept_past_its_lease_changes_nothing(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    case = county.run("p")
    county.clock.advance(HOUR)
    sleeper, other = Worker(county.engine, "sleeper"), Worker(county.engine, "other")
    execute = county.engine.execute

    def taken_over(command: Any, *arguments: Any, **options: Any) -> Any:
        if type(command).__name__ == "ExecuteJob" and case.state == "active":
            monkeypatch.setattr(county.engine, "execute", execute)
            county.clock.advance(HOUR)
            assert other.drain() == 1
        return execute(command, *arguments, **options)

    monkeypatch.setattr(county.engine, "execute", taken_over)
    sleeper.drain()

    assert (case.state, case.revision, jobs(county)) == ("completed", 2, [])


def test_a_worker_begins_no_job_in_the_second_half_of_its_lease(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [county.run("p") for _ in range(4)]
    county.clock.advance(HOUR)
    seconds = [0.0, 10.0, 29.9, 30.1, *[30.2] * 4]
    """Before the claim and before each of three jobs; the last one comes too late and is taken again with the fourth."""
    monkeypatch.setattr("worker.worker.time", SimpleNamespace(monotonic=lambda: seconds.pop(0)))
    worker = Worker(county.engine, "w1", batch=3)

    assert worker.drain() == 4

    assert seconds == []
    assert [case.state for case in cases] == ["completed"] * 4
