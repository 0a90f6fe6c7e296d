from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.external_task import (
    CompleteExternalTask,
    ExtendLock,
    FailExternalTask,
    FetchExternalTasks,
    LockedExternalTask,
    ThrowExternalError,
    Topic,
    UnlockExternalTask,
)
from engine.commands.incident import RetryIncident
from engine.errors import Invalid, NotAllowed
from engine.store.tables import ExternalTask, Incident, Job
from engine.testing import County, Someone, bpmn, process, user_task
from tests.engine.invariants import live_dump, violations
from tests.engine.models import END, START
from tests.engine.other_systems import MINUTE, code_of, fetch, held, lab, left, ordering, run


class TestFailures:
    """A failure is tried again, and becomes a person's business at last."""

    def fail(self, county: County, task: LockedExternalTask, worker: str = "w1", **more: Any) -> str:
        return str(county.execute(FailExternalTask(**held(task, worker), message="no answer", **more)).state)

    def test_the_worker_says_how_often_and_when_it_is_tried_again(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (first,) = fetch(county)
        assert self.fail(county, first, retries=1, pause=timedelta(seconds=30), details="stack") == "open"
        assert fetch(county) == ()
        county.clock.advance(timedelta(seconds=30))
        (second,) = fetch(county)
        assert (second.idempotency_key, second.retries) == (first.idempotency_key, 1)
        assert self.fail(county, second, retries=0) == "failed"
        county.clock.advance(timedelta(days=1))
        assert fetch(county) == ()
        (incident,) = county.incidents()
        assert (incident.code, incident.element, incident.message) == ("external-task", "lab", "no answer")

    @pytest.mark.parametrize(
        ("rule", "waits"),
        [
            ('<liandong:retry cycle="R2/PT5M"/>', [300, 300]),
            ('<liandong:retry cycle="PT1M,PT10M,PT1H"/>', [60, 600, 3600]),
            (
                '<c:failedJobRetryTimeCycle xmlns:c="http://camunda.org/schema/1.0/bpmn">R1/PT7M</c:failedJobRetryTimeCycle>',
                [420],
            ),
            ("", [10, 40, 160]),
        ],
    )
    def test_else_the_model_says_it_and_else_the_configuration(self, county: County, rule: str, waits: list[int]) -> None:
        county.deploy(ordering(more=rule))
        run(county)
        for wait in waits:
            (task,) = fetch(county)
            assert self.fail(county, task) == "open"
            county.clock.advance(timedelta(seconds=wait - 1))
            assert fetch(county) == ()
            county.clock.advance(timedelta(seconds=1))
        (task,) = fetch(county)
        assert self.fail(county, task) == "failed"

    def test_an_elements_rule_is_stronger_than_its_process_s(self, county: County) -> None:
        own = lab(more='<liandong:retry cycle="R1/PT1M"/>')
        other = '<serviceTask id="x"><extensionElements><liandong:external topic="x"/></extensionElements></serviceTask>'
        elements = (START, own, other, END)
        county.deploy(bpmn(process("p", *elements, flows="s > lab > x > e", extensions='<liandong:retry cycle="R2/PT2M"/>')))
        run(county)
        for topic, waits in (("lab-order", [1]), ("x", [2, 2])):
            for wait in waits:
                (task,) = fetch(county, "w1", topic)
                assert self.fail(county, task) == "open"
                county.clock.advance(timedelta(minutes=wait))
            (task,) = fetch(county, "w1", topic)
            county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))

    def test_operations_retry_it_with_inputs_as_they_are_and_the_same_key(self, county: County) -> None:
        county.deploy(ordering())
        case = run(county)
        (task,) = fetch(county)
        self.fail(county, task, retries=0)
        (incident,) = county.incidents()
        county.person("it", "operations").do(RetryIncident(incident=incident.id))
        (again,) = fetch(county)
        assert (again.idempotency_key, again.variables, again.retries) == (task.idempotency_key, task.variables, None)
        county.execute(CompleteExternalTask(**held(again), variables={"value": 1}))
        assert (case.open, county.incidents()) == (["read"], [])

    def test_a_result_without_a_declared_output_is_refused_and_changes_nothing(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        before = live_dump(county.engine.database)
        assert code_of(county, CompleteExternalTask(**held(task), variables={"valeu": 1})) == "external-output"
        assert live_dump(county.engine.database) == before
        county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))

    @pytest.mark.parametrize("values", [{"value": "a\0"}, {"own": "x", "value": 1}])
    def test_a_result_that_no_variable_can_hold_is_refused(self, county: County, values: dict[str, Any]) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        with pytest.raises(Invalid):
            county.execute(CompleteExternalTask(**held(task), variables=values))


class TestLostLocks:
    """Work whose workers die over it without a word is not offered for ever."""

    def lose(self, county: County, times: int) -> None:
        for number in range(times):
            assert len(fetch(county, f"w{number}")) == 1
            county.pass_time(MINUTE)

    def test_the_last_lock_that_runs_out_is_an_incident_without_anybody_fetching(self, county: County) -> None:
        county.deploy(ordering())
        case = run(county)
        self.lose(county, 4)
        assert county.incidents() == []
        (last,) = fetch(county, "w9")
        county.execute(ExtendLock(**held(last, "w9"), lock=2 * MINUTE))
        county.pass_time(MINUTE)
        assert county.incidents() == []
        county.pass_time(MINUTE)
        (incident,) = county.incidents()
        assert (incident.code, incident.element) == ("external-task-lost", "lab")
        assert incident.message == "5 locks ran out without an answer; worker 'w9' held the last one"
        assert (fetch(county), violations(county.engine.database)) == ((), [])
        assert code_of(county, CompleteExternalTask(**held(last, "w9"), variables={"value": 1})) == "external-lock-lost"
        county.person("it", "operations").do(RetryIncident(incident=incident.id))
        self.lose(county, 4)
        (again,) = fetch(county)
        assert again.idempotency_key == last.idempotency_key
        county.execute(CompleteExternalTask(**held(again), variables={"value": 1}))
        county.pass_time(MINUTE)
        assert (case.open, county.incidents(), county.rows(select(Job.kind))) == (["read"], [], [])

    def test_a_worker_that_speaks_up_has_not_lost_its_lock(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        self.lose(county, 4)
        for _ in range(3):
            (task,) = fetch(county)
            county.execute(UnlockExternalTask(**held(task)))
            county.pass_time(MINUTE)
            (task,) = fetch(county)
            county.execute(FailExternalTask(**held(task), message="no answer", retries=3, pause=timedelta(0)))
            county.pass_time(MINUTE)
        assert (county.incidents(), county.rows(select(ExternalTask.lost_locks))) == ([], [(4,)])
        self.lose(county, 1)
        assert [found.code for found in county.incidents()] == ["external-task-lost"]


class TestErrors:
    """A BPMN error goes to whoever catches it first."""

    ERRORS = '<error id="e1" errorCode="no-blood"/><error id="e9" errorCode="other"/>'
    BORDER = (
        '<boundaryEvent id="caught" attachedToRef="lab"><errorEventDefinition id="d" errorRef="e1"/></boundaryEvent>'
        '<endEvent id="e2"/>'
    )

    def test_a_boundary_event_catches_it_with_the_declared_outputs(self, county: County) -> None:
        elements = (self.BORDER, user_task("again", post="BR_GP"))
        county.deploy(ordering(*elements, flows="s > lab > read > e, caught > again > e2", extra=self.ERRORS))
        case = run(county)
        (task,) = fetch(county)
        county.execute(ThrowExternalError(**held(task), code="no-blood", variables={"value": "clotted", "secret": 1}))
        assert (case.open, case.variables["value"], "secret" in case.variables) == (["again"], "clotted", False)
        assert left(county) == 0

    def test_a_scope_around_it_catches_it(self, county: County) -> None:
        inner = START.replace('"s"', '"s1"') + lab() + '<endEvent id="e1x"/>'
        flows = '<sequenceFlow id="f1" sourceRef="s1" targetRef="lab"/><sequenceFlow id="f2" sourceRef="lab" targetRef="e1x"/>'
        sub = f'<subProcess id="sub">{inner}{flows}</subProcess>'
        border = self.BORDER.replace('attachedToRef="lab"', 'attachedToRef="sub"')
        elements = (START, sub, border, user_task("again", post="BR_GP"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > sub > e, caught > again > e2"), extra=self.ERRORS))
        case = run(county)
        (task,) = fetch(county)
        county.execute(ThrowExternalError(**held(task), code="no-blood"))
        assert (case.open, left(county)) == (["again"], 0)

    def test_an_error_that_nobody_catches_is_an_incident_and_the_work_waits(self, county: County) -> None:
        county.deploy(ordering(self.BORDER, flows="s > lab > read > e, caught > e2", extra=self.ERRORS))
        case = run(county)
        (task,) = fetch(county)
        county.execute(ThrowExternalError(**held(task), code="another"))
        assert [(found.code, found.element) for found in county.incidents()] == [("uncaught-error", "lab")]
        assert fetch(county) == ()
        county.execute(RetryIncident(incident=county.incidents()[0].id))
        (again,) = fetch(county)
        county.execute(CompleteExternalTask(**held(again), variables={"value": 1}))
        assert case.open == ["read"]


class TestRights:
    """Only who holds the right to a topic learns anything of its work."""

    @pytest.fixture
    def task(self, county: County) -> LockedExternalTask:
        county.deploy(ordering())
        run(county)
        (found,) = fetch(county)
        return found  # type: ignore[no-any-return]

    def fetched(self, someone: Someone) -> Any:
        return someone.do(FetchExternalTasks(worker="w1", topics=(Topic(name="lab-order", lock=MINUTE),)))

    @pytest.mark.parametrize("rights", [(), ("operations", "integrate"), ("external-tasks:x-ray",)])
    def test_who_may_not(self, county: County, task: LockedExternalTask, rights: tuple[str, ...]) -> None:
        it = county.person("it", *rights)
        with pytest.raises(NotAllowed):
            self.fetched(it)
        assert code_of(county, CompleteExternalTask(**held(task), variables={"value": 1}), it.actor) == "external-task-gone"

    @pytest.mark.parametrize("right", ["external-tasks", "external-tasks:lab-order"])
    def test_who_may(self, county: County, task: LockedExternalTask, right: str) -> None:
        it = county.person("it", right)
        assert self.fetched(it) == ()
        it.do(CompleteExternalTask(**held(task), variables={"value": 1}))
        assert county.cases()[0].open == ["read"]

    @pytest.mark.parametrize(
        "more",
        [{"worker": ""}, {"worker": "x" * 101}, {"topics": ()}, {"limit": 0}, {"limit": 101}]
        + [{"topics": (Topic(name="lab-order", lock=lock),)} for lock in (timedelta(0), timedelta(days=2))],
    )
    def test_what_is_wrong_is_refused(self, county: County, more: dict[str, Any]) -> None:
        usual = {"worker": "w1", "topics": (Topic(name="lab-order", lock=MINUTE),)}
        with pytest.raises(Invalid):
            county.execute(FetchExternalTasks(**{**usual, **more}))


def test_incidents_of_work_that_was_retried_are_closed(county: County) -> None:
    county.deploy(ordering())
    run(county)
    (task,) = fetch(county)
    county.execute(FailExternalTask(**held(task), message="x", retries=0))
    county.execute(RetryIncident(incident=county.incidents()[0].id))
    assert county.rows(select(Incident.state)) == [("resolved",)]
