from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine.commands.incident import RetryIncident
from engine.commands.instance import MoveInstance
from engine.commands.job import ClaimJobs, ExecuteJob, FailJob, ReleaseJobs
from engine.errors import Conflict, NotAllowed, NotFound
from engine.kernel.triggers import SetVariables
from engine.store.faults import BEFORE_COMMIT
from engine.store.tables import History, Job, Subscription
from engine.testing import County, bpmn, hooked, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START, one_task, timer

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def fired(county: County) -> int:
    return int(county.scalar(select(func.count()).select_from(History).where(History.kind == "timer-fired")))


class TestTimers:
    """A timer fires once, when its time has come."""

    def test_a_timer_fires_once_when_it_is_due(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR - timedelta(seconds=1))
        assert county.work() == 0
        assert case.open == []
        county.clock.advance(timedelta(seconds=1))
        assert county.work() == 1
        assert case.open == ["after"]
        county.clock.advance(timedelta(days=3))
        assert (county.work(), fired(county)) == (0, 1)

    def test_a_tick_that_comes_early_does_nothing(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        county.run("p")
        before = live_dump(county.engine.database)
        for _ in range(3):
            assert county.take_jobs() == ()
        assert live_dump(county.engine.database) == before

    def test_a_late_timer_fires_once(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(timedelta(days=2))
        county.work()
        assert (case.open, fired(county)) == (["after"], 1)

    def test_a_clock_that_jumps_back_fires_nothing_again(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        county.work()
        county.clock.advance(-2 * HOUR)
        assert county.work() == 0
        county.clock.advance(5 * HOUR)
        assert county.work() == 0
        assert (case.open, fired(county)) == (["after"], 1)

    def test_a_clock_that_jumps_back_between_lease_and_act_loses_nothing(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        (job,) = county.take_jobs()
        county.clock.advance(-10 * MINUTE)
        assert county.execute(ExecuteJob(job=job.id, fence=job.fence)).state == "pending"
        assert case.open == []
        county.clock.advance(11 * MINUTE)
        assert county.work() == 1
        assert (case.open, fired(county)) == (["after"], 1)

    def test_a_timer_fires_after_a_restart(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.restart()
        county.pass_time("PT1H")
        assert case.open == ["after"]

    def test_a_timer_that_is_no_longer_needed_leaves_nothing_behind(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H", event="boundary"))
        case = county.run("p")
        county.person("gan").complete(case.task("work"))
        assert county.rows(select(Job.key)) == []
        county.pass_time("PT2H")
        assert (case.state, fired(county)) == ("completed", 0)

    def test_an_interrupting_timer_takes_the_task_away(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H", event="boundary"))
        case = county.run("p")
        gan = county.person("gan")
        gan.claim(case.task("work"))
        county.pass_time("PT1H")
        assert (case.open, gan.box()) == (["after"], [])
        assert [seat.state for seat in case.seats("work")] == ["closed"]
        assert gan.box("done") == []

    def test_missed_firings_of_a_cycle_are_made_up_for_by_one(self, county: County) -> None:
        county.deploy(timer("Cycle", "R10/PT10M", event="boundary", interrupting=False))
        case = county.run("p")
        county.clock.advance(timedelta(minutes=34))
        county.work()
        assert fired(county) == 1
        assert case.open == ["after", "work"]
        (row,) = county.rows(select(Subscription.due, Subscription.data))
        assert row.due == county.clock.now() + timedelta(minutes=6)
        assert row.data["left"] == 7
        county.pass_time("P1D")
        assert fired(county) == 8

    def test_every_firing_of_a_cycle_is_one_when_none_is_missed(self, county: County) -> None:
        county.deploy(timer("Cycle", "R3/PT10M", event="boundary", interrupting=False))
        case = county.run("p")
        county.pass_time("PT2H")
        assert (fired(county), case.open) == (3, ["after", "after", "after", "work"])
        assert county.rows(select(Job.key)) == []

    def test_a_cycle_goes_on_through_a_restart_and_a_clock_that_jumps_back(self, county: County) -> None:
        county.deploy(timer("Cycle", "R/PT10M", event="boundary", interrupting=False))
        county.run("p")
        county.pass_time("PT25M")
        county.restart()
        county.clock.advance(-15 * MINUTE)
        assert county.work() == 0
        county.clock.advance(timedelta(minutes=20))
        assert (county.work(), fired(county)) == (1, 3)

    def test_a_point_in_time(self, county: County) -> None:
        county.deploy(timer("Date", "2026-03-02T18:00:00+08:00"))
        case = county.run("p")
        county.pass_time("PT7H59M")
        assert case.open == []
        county.pass_time("PT1M")
        assert case.open == ["after"]

    def test_a_duration_counted_in_open_hours(self, county: County) -> None:
        catch = (
            '<intermediateCatchEvent id="t"><extensionElements><liandong:timer calendar="ADMIN"/></extensionElements>'
            '<timerEventDefinition id="d"><timeDuration>P2D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
        )
        county.deploy(bpmn(process("p", START, catch, user_task("after", post="BR_GP"), END, flows="s > t > after > e")))
        case = county.run("p")
        # Two working days from Monday morning end with Wednesday's office hours.
        county.pass_time(timedelta(days=2, hours=7))
        assert case.open == []
        county.pass_time(timedelta(hours=1))
        assert case.open == ["after"]


class TestLeases:
    """A job belongs to whoever holds the newest lease of it."""

    @pytest.fixture
    def due(self, county: County) -> Any:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        return case

    def test_a_job_that_is_held_is_not_given_to_another(self, county: County, due: Any) -> None:
        assert len(county.take_jobs("a")) == 1
        assert county.take_jobs("b") == ()

    def test_the_longest_due_come_first_and_no_more_than_asked_for(self, county: County, due: Any) -> None:
        for _ in range(3):
            county.run("p")
            county.clock.advance(MINUTE)
        county.clock.advance(HOUR)
        first = county.take_jobs(limit=3)
        assert [job.key for job in first] == sorted(job.key for job in first)
        assert len(county.take_jobs(limit=3)) == 1

    def test_a_worker_that_lost_its_lease_changes_nothing(self, county: County, due: Any) -> None:
        (old,) = county.take_jobs("asleep")
        county.clock.advance(timedelta(seconds=61))
        (new,) = county.take_jobs("awake")
        assert (new.id, new.fence) == (old.id, old.fence + 1)
        before = live_dump(county.engine.database)
        for command in (ExecuteJob(job=old.id, fence=old.fence), FailJob(job=old.id, fence=old.fence, error="x")):
            with pytest.raises(Conflict) as refusal:
                county.execute(command)
            assert refusal.value.code == "lease-lost"
        assert live_dump(county.engine.database) == before
        county.execute(ExecuteJob(job=new.id, fence=new.fence))
        assert (due.open, fired(county)) == (["after"], 1)
        with pytest.raises(Conflict):
            county.execute(ExecuteJob(job=old.id, fence=old.fence))

    def test_a_worker_stops_acting_when_its_lease_is_over_though_nobody_took_it(self, county: County, due: Any) -> None:
        (job,) = county.take_jobs()
        county.clock.advance(timedelta(seconds=60))
        with pytest.raises(Conflict) as refusal:
            county.execute(ExecuteJob(job=job.id, fence=job.fence))
        assert refusal.value.code == "lease-lost"
        assert due.open == []

    def test_a_job_done_twice_is_done_once(self, county: County, due: Any) -> None:
        (job,) = county.take_jobs()
        county.execute(ExecuteJob(job=job.id, fence=job.fence))
        with pytest.raises(Conflict):
            county.execute(ExecuteJob(job=job.id, fence=job.fence))
        assert fired(county) == 1

    def test_a_worker_that_stops_gives_its_jobs_back_uncounted(self, county: County, due: Any) -> None:
        (job,) = county.take_jobs("a")
        assert county.execute(ReleaseJobs(worker="b")) == 0
        assert county.execute(ReleaseJobs(worker="a")) == 1
        assert county.row(select(Job.state, Job.attempts, Job.worker)) == ("pending", 0, None)
        with pytest.raises(Conflict):
            county.execute(ExecuteJob(job=job.id, fence=job.fence))
        county.work()
        assert due.open == ["after"]

    def test_jobs_are_for_those_with_the_right(self, county: County, due: Any) -> None:
        gan = county.person("gan")
        (job,) = county.take_jobs()
        for command in (
            ClaimJobs(worker="gan"),
            ExecuteJob(job=job.id, fence=job.fence),
            FailJob(job=job.id, fence=job.fence, error=""),
            ReleaseJobs(worker="worker-1"),
        ):
            with pytest.raises(NotAllowed):
                gan.do(command)


def failing_case(county: County) -> Any:
    """A case whose message job fails as long as variable `list` has no third item."""
    catch = (
        '<intermediateCatchEvent id="t"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    script = '<scriptTask id="x" scriptFormat="liandong"><script>y = list[2]</script></scriptTask>'
    county.deploy(bpmn(process("p", START, catch, script, END, flows="s > t > x > e")))
    case = county.run("p", list=[1])
    county.clock.advance(HOUR)
    return case


class Broken(Exception):
    """The machine failed."""


class TestFailures:
    """A failure is tried again later, and becomes a person's business at last."""

    def test_a_failed_job_is_tried_again_later_and_later_until_it_is_an_incident(
        self, open_county: Callable[..., County]
    ) -> None:
        county = open_county(job_retries=2)
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        waits = []
        for number in range(3):
            (job,) = county.take_jobs()
            answer = county.execute(FailJob(job=job.id, fence=job.fence, error=f"failure {number}"))
            row = county.row(select(Job.state, Job.due_at, Job.retries, Job.error))
            assert row.error == f"failure {number}"
            if answer.state == "pending":
                waits.append((row.due_at - county.clock.now()).total_seconds())
                assert county.take_jobs() == ()
                county.clock.set(row.due_at)
        assert waits == [10, 40]
        assert answer.state == row.state == "failed"
        (incident,) = county.incidents()
        assert (incident.code, incident.message, incident.instance) == ("job-timer", "failure 2", case.key)
        county.clock.advance(timedelta(days=1))
        assert county.take_jobs() == ()

    def test_an_incident_of_a_job_can_be_retried(self, open_county: Callable[..., County]) -> None:
        county = open_county(job_retries=0)
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        (job,) = county.take_jobs()
        county.execute(FailJob(job=job.id, fence=job.fence, error="x"))
        (incident,) = county.incidents()
        with pytest.raises(NotAllowed):
            county.person("gan").do(RetryIncident(incident=incident.id))
        county.person("it", "operations").do(RetryIncident(incident=incident.id))
        assert county.incidents() == []
        county.work()
        assert case.open == ["after"]
        with pytest.raises(Conflict) as refusal:
            county.execute(RetryIncident(incident=incident.id))
        assert refusal.value.code == "incident-resolved"

    def test_a_job_that_kills_its_worker_is_given_up(self, open_county: Callable[..., County]) -> None:
        county = open_county(job_retries=2)
        county.deploy(timer("Duration", "PT1H"), one_task(key="q"))
        county.run("p")
        county.clock.advance(HOUR)
        tries = 0
        while county.take_jobs(f"victim-{tries}"):
            # The attempt stands in the store before the job runs; then the worker dies.
            tries += 1
            assert county.scalar(select(Job.attempts)) == tries
            county.clock.advance(timedelta(seconds=61))
            assert tries < 10
        assert tries == 3
        (incident,) = county.incidents()
        assert incident.code == "job-timer"
        assert county.scalar(select(Job.state)) == "failed"
        county.execute(RetryIncident(incident=incident.id))
        assert county.work() == 1

    def test_a_job_that_breaks_half_way_has_done_nothing(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        case = county.run("p")
        county.clock.advance(HOUR)
        (job,) = county.take_jobs()
        before = live_dump(county.engine.database)

        def breaks(point: str) -> None:
            if point == BEFORE_COMMIT:
                raise Broken

        with hooked(breaks), pytest.raises(Broken):
            county.execute(ExecuteJob(job=job.id, fence=job.fence))
        assert live_dump(county.engine.database) == before
        county.execute(ExecuteJob(job=job.id, fence=job.fence))
        assert case.open == ["after"]

    def test_one_failing_job_does_not_stop_the_others(self, county: County) -> None:
        county.deploy(timer("Duration", "PT1H"))
        broken, sound = county.run("p"), county.run("p")
        with county.engine.database.writing() as connection:
            connection.execute(update(Job).where(Job.instance == broken.key).values(kind="timer", instance=404_404))
        county.clock.advance(HOUR)
        county.work()
        assert sound.open == ["after"]
        with county.engine.database.writing() as connection:
            connection.execute(update(Job).values(instance=broken.key, due_at=county.clock.now()))
        county.work()
        assert broken.open == ["after"]

    def test_a_model_failure_is_an_incident_that_is_retried_when_its_cause_is_gone(self, county: County) -> None:
        case = failing_case(county)
        assert county.work() == 1
        (incident,) = county.incidents()
        assert incident.element == "x"
        assert case.state == "active"
        it = county.person("it", "operations")
        it.do(RetryIncident(incident=incident.id))
        (again,) = county.incidents()
        assert again.id != incident.id
        county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"list": [1, 2, 3]})))
        it.do(RetryIncident(incident=again.id))
        assert (case.state, case.variables["y"], county.incidents()) == ("completed", 3, [])

    def test_an_incident_of_a_case_that_has_ended_meanwhile_can_be_closed(self, county: County) -> None:
        script = '<scriptTask id="x" scriptFormat="liandong"><script>y = missing</script></scriptTask>'
        stop = '<endEvent id="stop"><terminateEventDefinition id="d"/></endEvent>'
        elements = (START, '<parallelGateway id="g"/>', script, user_task("give_up", post="BR_GP"), stop, END)
        county.deploy(bpmn(process("p", *elements, flows="s > g > x > e, g > give_up > stop")))
        case = county.run("p")
        (incident,) = county.incidents()
        county.person("gan").complete(case.task("give_up"))
        assert case.state == "terminated"
        county.execute(RetryIncident(incident=incident.id))
        assert county.incidents() == []

    def test_an_incident_of_a_branch_that_was_cancelled_meanwhile_can_be_closed(self, county: County) -> None:
        script = '<startEvent id="is"/><scriptTask id="x" scriptFormat="liandong"><script>y = missing</script></scriptTask>'
        border = (
            '<boundaryEvent id="t" attachedToRef="sub"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
            "</timerEventDefinition></boundaryEvent>"
        )
        inner = f'<subProcess id="sub">{script}<sequenceFlow id="i" sourceRef="is" targetRef="x"/></subProcess>'
        county.deploy(bpmn(process("p", START, inner, border, user_task("after", post="BR_GP"), flows="s > sub, t > after")))
        case = county.run("p")
        (incident,) = county.incidents()
        county.pass_time("PT1H")
        assert case.open == ["after"]
        county.execute(RetryIncident(incident=incident.id))
        assert (county.incidents(), case.open) == ([], ["after"])

    def test_an_incident_that_is_not_there(self, county: County) -> None:
        with pytest.raises(NotFound):
            county.execute(RetryIncident(incident=county.person("gan").id))
