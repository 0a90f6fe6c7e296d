"""Many due jobs in one transaction: each is done once and by itself, whatever becomes of the others."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from engine.commands.job import HANDLERS, ClaimedJob, ExecuteJob, ExecuteJobs, JobsExecuted
from engine.commands.operation import CancelInstance, SuspendInstance
from engine.errors import Conflict
from engine.runtime.runtime import NOTED
from engine.store.faults import AFTER_COMMIT, AFTER_DELTA, AFTER_EXECUTE, BEFORE_COMMIT, BEFORE_EXECUTE
from engine.store.locks import hold
from engine.store.tables import History, Job
from engine.testing import CaseView, County, bpmn, hooked, process, user_task
from tests.engine.interleaving import race
from tests.engine.invariants import live_dump
from tests.engine.models import timer
from tests.engine.scenes import LEASE
from tests.engine.victim import Victims
from worker.worker import Worker

HOUR = timedelta(hours=1)


class Broken(Exception):
    """The machine failed."""


class Refused(Exception):
    """A row was not as it had to be."""


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions end by number and not by the speed of the machine."""
    monkeypatch.setattr("engine.commands.job.BATCH_SECONDS", math.inf)


@pytest.fixture
def cases(county: County) -> list[CaseView]:
    """Five cases whose timer is due."""
    county.deploy(timer("Duration", "PT1H"))
    cases = [county.run("p") for _ in range(5)]
    county.clock.advance(HOUR)
    return cases


@pytest.fixture
def commits(county: County, cases: list[CaseView]) -> list[tuple[frozenset[int], bool]]:
    """The hints of every commit from here on."""
    heard: list[tuple[frozenset[int], bool]] = []
    county.engine.listen(lambda persons, due: heard.append((persons, due)))
    return heard


def fired(county: County) -> dict[int, int]:
    found = select(History.instance, func.count()).where(History.kind == "timer-fired").group_by(History.instance)
    return {row.instance: row[1] for row in county.rows(found)}


def fires(case: CaseView, then: Callable[[Any], None]) -> Callable[..., None]:
    """The timers' handler; what it has done to `case` is followed by `then`."""
    fire = HANDLERS["timer"]

    def handler(job: Any, work: Any, runtime: Any) -> None:
        fire(job, work, runtime)
        if job.instance == case.key:
            then(work)

    return handler


def is_lost(county: County, job: ClaimedJob) -> bool:
    with pytest.raises(Conflict) as refused:
        county.execute(ExecuteJob(job=job.id, fence=job.fence))
    return refused.value.code == "lease-lost"


def once_each(county: County, cases: list[CaseView]) -> bool:
    return fired(county) == {case.key: 1 for case in cases} and [(case.open, case.revision) for case in cases] == (
        [(["after"], 2)] * len(cases)
    )


def test_due_jobs_of_many_cases_share_one_transaction(county: County, cases: list[CaseView], commits: list[Any]) -> None:
    assert Worker(county.engine, "w1").drain() == 5

    assert len(commits) == 3, "the claim, the five jobs, the claim that finds nothing"
    assert once_each(county, cases)
    assert county.scalar(select(func.count()).select_from(Job)) == 0


def test_the_third_of_five_fails_alone_and_its_hints_with_it(
    county: County, cases: list[CaseView], commits: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(work: Any) -> None:
        work.wake(404_404)
        work.jobs_due = True
        raise ValueError

    monkeypatch.setitem(HANDLERS, "timer", fires(cases[2], fail))

    assert Worker(county.engine, "w1").drain() == 5

    others = [case for case in cases if case is not cases[2]]
    assert once_each(county, others)
    assert (cases[2].open, cases[2].revision) == ([], 1)
    job = county.row(select(Job.state, Job.attempts, Job.retries, Job.error, Job.instance, Job.worker))
    assert job == ("pending", 1, 2, "ValueError", cases[2].key, None)
    assert not any(404_404 in persons or due for persons, due in commits)
    monkeypatch.undo()
    county.clock.advance(HOUR)
    assert Worker(county.engine, "w1").drain() == 1
    assert once_each(county, cases)


def test_what_the_store_refuses_of_one_at_the_end_undoes_all_and_then_that_one_alone(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What jobs write goes to the database together where nothing is read in between: it cannot tell whose row it refused."""
    late = (
        '<boundaryEvent id="late" attachedToRef="review" cancelActivity="false"><timerEventDefinition>'
        '<timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="told"/>'
    )
    elements = ('<startEvent id="s"/>', user_task("review", post="BR_GP"), late)
    county.deploy(bpmn(process("quiet", *elements, flows="s > review, late > told")))
    cases = [county.run("quiet") for _ in range(5)]
    county.clock.advance(HOUR)
    commits: list[Any] = []
    county.engine.listen(lambda persons, due: commits.append(due))

    def write_what_is_refused(work: Any) -> None:
        nothing = {"revision": 99, "audit_hash": "", "suspended_at": None, "key": cases[2].key, "previous": 98}
        work.write(NOTED, nothing, refusal=Refused)

    monkeypatch.setitem(HANDLERS, "timer", fires(cases[2], write_what_is_refused))

    assert Worker(county.engine, "w1").drain() == 5

    assert fired(county) == {case.key: 1 for case in cases if case is not cases[2]}
    assert [case.revision for case in cases] == [2, 2, 1, 2, 2]
    assert county.row(select(Job.state, Job.attempts, Job.error, Job.instance)) == ("pending", 1, "Refused", cases[2].key)
    assert len(commits) == 1 + 4 + 1 + 1, "the claim, four jobs, the failure, the claim that finds nothing"


def test_cases_that_were_suspended_or_ended_meanwhile_are_left_as_they_are(county: County, cases: list[CaseView]) -> None:
    it = county.person("it", "operations")
    taken = county.take_jobs("w1")
    it.do(SuspendInstance(instance=cases[0].id, reason="核对"))
    it.do(CancelInstance(instance=cases[1].id, reason="误发起"))

    answer = county.execute(ExecuteJobs(jobs=taken))

    # A case that has ended took its job with it; what is not to be had here is asked for alone.
    assert [job.instance for job in answer.alone] == [cases[1].key]
    assert (answer.failed, answer.left) == ((), ())
    assert is_lost(county, answer.alone[0])
    assert once_each(county, cases[2:])
    assert cases[1].state == "cancelled"
    assert county.rows(select(Job.instance, Job.state, Job.attempts)) == [(cases[0].key, "suspended", 0)]


@pytest.mark.parametrize("point", [BEFORE_EXECUTE, AFTER_DELTA, AFTER_EXECUTE])
def test_a_kill_at_the_third_job_keeps_none_and_each_is_done_once_afterwards(
    county: County, victims: Victims, cases: list[CaseView], commits: list[Any], point: str
) -> None:
    assert victims.order(county, "drain", point, passes=2) == -signal.SIGKILL
    assert fired(county) == {}
    assert county.rows(select(Job.state, Job.attempts)) == [("running", 1)] * 5

    county.clock.advance(LEASE)
    assert Worker(county.engine, "w2").drain() == 5

    assert once_each(county, cases)
    # A second try is not shared: the job that has killed its worker would take the others with it again.
    assert len(commits) == 1 + 5 + 1


@pytest.mark.parametrize(("point", "kept"), [(BEFORE_COMMIT, False), (AFTER_COMMIT, True)])
def test_when_all_of_it_fails_the_jobs_are_done_one_by_one(
    county: County, cases: list[CaseView], commits: list[Any], point: str, kept: bool
) -> None:
    passes = [point]

    def breaks(reached: str) -> None:
        if reached != point:
            return
        if passes:
            # The commit of the claim.
            passes.pop()
        elif not broken:
            broken.append(reached)
            raise Broken

    broken: list[str] = []
    with hooked(breaks):
        assert Worker(county.engine, "w1").drain() == 5

    assert broken == [point]
    assert once_each(county, cases)
    assert county.scalar(select(func.count()).select_from(Job)) == 0
    assert len(commits) == (2 if kept else 2 + 5)


def test_a_lease_that_is_over_changes_nothing(county: County, cases: list[CaseView]) -> None:
    taken = county.take_jobs("asleep")
    county.clock.advance(LEASE)
    assert Worker(county.engine, "awake").drain() == 5
    before = live_dump(county.engine.database)

    answer = county.execute(ExecuteJobs(jobs=taken))

    assert answer == JobsExecuted(alone=taken)
    assert all(is_lost(county, job) for job in taken)
    assert live_dump(county.engine.database) == before


def test_jobs_of_one_case_keep_their_order(county: County) -> None:
    catch = (
        '<intermediateCatchEvent id="{id}"><timerEventDefinition><timeDuration>{term}</timeDuration></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    late, early = catch.format(id="late", term="PT2H"), catch.format(id="early", term="PT1H")
    elements = ('<startEvent id="s"/>', '<parallelGateway id="g"/>', late, early, user_task("after", post="BR_GP"))
    county.deploy(bpmn(process("twice", *elements, flows="s > g, g > late > after, g > early > after")))
    case = county.run("twice")
    county.clock.advance(2 * HOUR)
    taken = county.take_jobs()

    # The second waits until what the first has changed can be read.
    assert county.execute(ExecuteJobs(jobs=taken)) == JobsExecuted(left=taken[1:])
    assert county.execute(ExecuteJobs(jobs=taken[1:])) == JobsExecuted()

    order = select(History.element).where(History.kind == "timer-fired").order_by(History.key)
    assert [row.element for row in county.rows(order)] == ["early", "late"]
    assert (case.open, case.revision) == (["after", "after"], 3)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_case_in_use_is_passed_over_and_nobody_waits(county: County, cases: list[CaseView]) -> None:
    taken = county.take_jobs()
    with county.engine.database.writing() as connection:
        in_use = "SELECT key FROM process_instance WHERE key = :key FOR UPDATE"
        connection.execute(text(in_use), {"key": cases[1].key})
        answer = county.execute(ExecuteJobs(jobs=taken))

    assert [job.instance for job in answer.alone] == [cases[1].key]
    assert (answer.failed, answer.left) == ((), ())
    assert once_each(county, [case for case in cases if case is not cases[1]])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_job_that_would_wait_for_something_else_gives_way(
    county: County, cases: list[CaseView], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no transaction waits for one that waits for it."""
    taken = county.take_jobs()
    monkeypatch.setitem(HANDLERS, "timer", fires(cases[1], lambda work: hold(work.connection, "message Answered")))
    with county.engine.database.writing() as connection:
        hold(connection, "message Answered")
        answer = county.execute(ExecuteJobs(jobs=taken))

    assert [job.instance for job in answer.alone] == [cases[1].key]
    assert once_each(county, [case for case in cases if case is not cases[1]])
    assert cases[1].revision == 1


def test_two_workers_at_once_do_each_job_once(county: County, cases: list[CaseView]) -> None:
    more = [*cases, *(county.run("p") for _ in range(7))]
    county.clock.advance(HOUR)
    with county.another() as other:
        racers = race(*(Worker(each.engine, f"w{number}", batch=3).drain for number, each in enumerate((county, other))))
    assert [racer.code for racer in racers] == ["ok", "ok"]
    assert sum(racer.answer for racer in racers) == 12
    assert once_each(county, more)
