from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

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
from engine.errors import Conflict, Invalid, NotAllowed
from engine.records import Actor
from engine.store.tables import ExternalTask, Incident
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START

MINUTE = timedelta(minutes=1)
MAPPING = '<liandong:in name="test"/><liandong:in name="age" value="${age + 1}"/><liandong:out name="value"/>'


def lab(mapping: str = MAPPING, *, kind: str = "serviceTask", more: str = "", attributes: str = "", body: str = "") -> str:
    """Task `lab`, whose work another system fetches."""
    work = f'<liandong:external topic="lab-order"{attributes}>{mapping}</liandong:external>{more}'
    return f'<{kind} id="lab"><extensionElements>{work}</extensionElements>{body}</{kind}>'


def ordering(*elements: str, flows: str = "s > lab > read > e", extra: str = "", **options: Any) -> bytes:
    """A process that has a laboratory do something, and then a person read it."""
    return bpmn(process("p", START, lab(**options), user_task("read", post="BR_GP"), END, *elements, flows=flows), extra=extra)


def run(county: County, **more: Any) -> CaseView:
    return county.run("p", **{"test": "HbA1c", "age": 60, "name": "nobody's business", **more})


def fetch(county: County, worker: str = "w1", *topics: str, lock: timedelta = MINUTE, limit: int = 10) -> Any:
    wanted = tuple(Topic(name=topic, lock=lock) for topic in topics or ("lab-order",))
    return county.execute(FetchExternalTasks(worker=worker, topics=wanted, limit=limit))


def held(task: LockedExternalTask, worker: str = "w1") -> dict[str, Any]:
    return {"task": task.id, "worker": worker, "lock_token": task.lock_token}


def code_of(county: County, command: Any, actor: Actor | None = None) -> str:
    with pytest.raises((Conflict, Invalid, NotAllowed)) as refusal:
        county.execute(command) if actor is None else county.execute(command, actor)
    return str(refusal.value.code)


def left(county: County) -> int:
    return int(county.scalar(select(func.count()).select_from(ExternalTask)))


class TestFetching:
    """Work is offered by topic, to one worker at a time."""

    def test_work_is_fetched_done_and_its_outputs_are_kept(self, county: County) -> None:
        county.deploy(ordering())
        case = run(county)
        (task,) = fetch(county)
        assert (task.topic, task.element, task.process_key, task.instance) == ("lab-order", "lab", "p", case.id)
        done = county.execute(CompleteExternalTask(**held(task), variables={"value": "6.1", "surplus": 1}))
        assert (done.instance, case.open) == (case.id, ["read"])
        assert (case.variables["value"], "surplus" in case.variables) == ("6.1", False)
        assert left(county) == 0

    def test_only_declared_inputs_are_handed_out(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        assert task.variables == {"test": "HbA1c", "age": 61}

    def test_work_that_is_held_is_not_given_to_another(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        assert len(fetch(county, "w1")) == 1
        assert fetch(county, "w2") == ()
        county.clock.advance(MINUTE)
        assert len(fetch(county, "w2")) == 1

    def test_other_topics_are_left_alone(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        assert fetch(county, "w1", "x-ray") == ()
        assert len(fetch(county, "w1", "x-ray", "lab-order")) == 1

    def test_the_urgent_come_first_then_the_oldest_and_no_more_than_asked_for(self, county: County) -> None:
        county.deploy(ordering(attributes=' priority="${urgency}"'))
        cases = [run(county, urgency=urgency) for urgency in (0, 5, 5, 1)]
        taken = fetch(county, limit=3)
        assert [task.instance for task in taken] == [cases[1].id, cases[2].id, cases[3].id]
        assert [task.instance for task in fetch(county)] == [cases[0].id]

    def test_the_topic_may_be_computed(self, county: County) -> None:
        task = (
            '<serviceTask id="lab"><extensionElements><liandong:external topic="lab-${own}"/></extensionElements></serviceTask>'
        )
        county.deploy(bpmn(process("p", START, task, END, flows="s > lab > e")))
        county.run("p", at="CH02")
        assert [found.topic for found in fetch(county, "w1", "lab-CH02")] == ["lab-CH02"]

    @pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask", "task"])
    def test_every_kind_of_task_that_works_by_itself_can_be_fetched(self, county: County, kind: str) -> None:
        county.deploy(ordering(kind=kind))
        case = run(county)
        (task,) = fetch(county)
        county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))
        assert case.open == ["read"]

    @pytest.mark.parametrize("prefix", ["http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn"])
    def test_the_files_of_camunda_and_operaton_run(self, county: County, prefix: str) -> None:
        inner = (
            '<v:inputOutput><v:inputParameter name="what">${test}</v:inputParameter>'
            '<v:outputParameter name="value">${found}</v:outputParameter></v:inputOutput>'
        )
        task = (
            f'<serviceTask id="lab" xmlns:v="{prefix}" v:type="external" v:topic="lab-order" v:taskPriority="7">'
            f"<extensionElements>{inner}</extensionElements></serviceTask>"
        )
        county.deploy(bpmn(process("p", START, task, user_task("read", post="BR_GP"), END, flows="s > lab > read > e")))
        case = run(county)
        (found,) = fetch(county)
        assert (found.variables, found.priority) == ({"what": "HbA1c"}, 7)
        county.execute(CompleteExternalTask(**held(found), variables={"found": "6.1"}))
        assert case.variables["value"] == "6.1"

    def test_the_files_of_flowable_run(self, county: County) -> None:
        task = (
            '<serviceTask id="lab" xmlns:f="http://flowable.org/bpmn" f:type="external-worker" f:topic="lab-order">'
            '<extensionElements><f:externalWorkerInParameter source="test" target="what"/>'
            '<f:externalWorkerOutParameter source="found" target="value"/></extensionElements></serviceTask>'
        )
        county.deploy(bpmn(process("p", START, task, user_task("read", post="BR_GP"), END, flows="s > lab > read > e")))
        case = run(county)
        (found,) = fetch(county)
        assert found.variables == {"what": "HbA1c"}
        county.execute(CompleteExternalTask(**held(found), variables={"found": "6.1"}))
        assert case.variables["value"] == "6.1"

    def test_work_waits_through_a_restart(self, county: County) -> None:
        county.deploy(ordering())
        case = run(county)
        county.restart()
        (task,) = fetch(county)
        county.restart()
        county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))
        assert case.open == ["read"]

    def test_every_seat_of_a_multi_instance_is_work_of_its_own(self, county: County) -> None:
        loop = (
            "<multiInstanceLoopCharacteristics><loopDataInputRef>tests</loopDataInputRef><inputDataItem id='test'/>"
            "<loopDataOutputRef>values</loopDataOutputRef><outputDataItem id='value'/></multiInstanceLoopCharacteristics>"
        )
        county.deploy(ordering(mapping='<liandong:in name="test"/><liandong:out name="value"/>', body=loop))
        case = run(county, tests=["a", "b", "c"])
        tasks = fetch(county)
        assert [task.variables for task in tasks] == [{"test": "a"}, {"test": "b"}, {"test": "c"}]
        assert len({task.idempotency_key for task in tasks}) == 3
        for task in reversed(tasks):
            county.execute(CompleteExternalTask(**held(task), variables={"value": task.variables["test"].upper()}))
        assert (case.variables["values"], case.open) == (["A", "B", "C"], ["read"])

    def test_an_input_that_cannot_be_computed_is_an_incident_that_can_be_retried(self, county: County) -> None:
        county.deploy(ordering(mapping='<liandong:in name="age" value="${age + 1}"/><liandong:out name="value"/>'))
        case = run(county, age="sixty")
        assert (fetch(county), [incident.code for incident in county.incidents()]) == ((), ["expression"])
        (incident,) = county.incidents()
        county.execute(RetryIncident(incident=incident.id))
        assert [found.code for found in county.incidents()] == ["expression"]
        assert case.state == "active"


class TestFencing:
    """Who has lost the lock changes nothing."""

    @pytest.fixture
    def late(self, county: County) -> LockedExternalTask:
        """Work that `w1` held until a moment ago."""
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        county.clock.advance(MINUTE)
        return task

    def refused(self, county: County, task: LockedExternalTask) -> set[str]:
        before = live_dump(county.engine.database)
        commands = (
            CompleteExternalTask(**held(task), variables={"value": "old"}),
            FailExternalTask(**held(task), message="late"),
            ThrowExternalError(**held(task), code="x"),
            ExtendLock(**held(task), lock=MINUTE),
            UnlockExternalTask(**held(task)),
        )
        found = {code_of(county, command) for command in commands}
        assert live_dump(county.engine.database) == before
        return found

    def test_a_worker_whose_lock_is_over(self, county: County, late: LockedExternalTask) -> None:
        assert self.refused(county, late) == {"external-lock-lost"}

    def test_a_worker_whose_work_another_one_has(self, county: County, late: LockedExternalTask) -> None:
        (task,) = fetch(county, "w2")
        assert (task.id, task.idempotency_key) == (late.id, late.idempotency_key)
        assert self.refused(county, late) == {"external-lock-lost"}
        county.execute(CompleteExternalTask(**held(task, "w2"), variables={"value": "new"}))
        assert county.cases()[0].variables["value"] == "new"

    def test_a_worker_of_the_same_name_that_was_started_anew(self, county: County, late: LockedExternalTask) -> None:
        fetch(county, "w1")
        assert self.refused(county, late) == {"external-lock-lost"}

    def test_a_worker_whose_work_is_done(self, county: County, late: LockedExternalTask) -> None:
        (task,) = fetch(county, "w2")
        county.execute(CompleteExternalTask(**held(task, "w2"), variables={"value": 1}))
        assert self.refused(county, late) == {"external-task-gone"}

    def test_another_worker_that_knows_the_token(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        assert code_of(county, CompleteExternalTask(**held(task, "w2"))) == "external-lock-lost"

    def test_a_lock_can_be_extended_and_given_back(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        county.clock.advance(timedelta(seconds=50))
        county.execute(ExtendLock(**held(task), lock=MINUTE))
        county.clock.advance(timedelta(seconds=50))
        assert fetch(county, "w2") == ()
        county.execute(UnlockExternalTask(**held(task)))
        (again,) = fetch(county, "w2")
        assert again.id == task.id

    def test_operations_may_take_work_from_a_worker(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        it, gan = county.person("it", "operations"), county.person("gan", "external-tasks")
        assert code_of(county, UnlockExternalTask(task=task.id), gan.actor) == "right-missing"
        it.do(UnlockExternalTask(task=task.id))
        assert len(fetch(county, "w2")) == 1

    def test_work_that_is_done_twice_is_done_once(self, county: County) -> None:
        county.deploy(ordering())
        run(county)
        (task,) = fetch(county)
        command = CompleteExternalTask(**held(task), variables={"value": 1})
        first = county.execute(command, key="k1")
        assert county.execute(command, key="k1") == first
        assert code_of(county, command) == "external-task-gone"


class TestVanishing:
    """Work goes with the token that waits for it."""

    BORDER = (
        '<boundaryEvent id="late" attachedToRef="lab"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition></boundaryEvent><endEvent id="e2"/>'
    )

    def test_work_that_the_process_takes_away(self, county: County) -> None:
        county.deploy(ordering(self.BORDER, flows="s > lab > read > e, late > e2"))
        case = run(county)
        (task,) = fetch(county, lock=timedelta(hours=2))
        county.pass_time("PT1H")
        assert (case.state, left(county)) == ("completed", 0)
        assert code_of(county, CompleteExternalTask(**held(task))) == "external-task-gone"

    def test_stopped_work_that_the_process_takes_away(self, county: County) -> None:
        county.deploy(ordering(self.BORDER, flows="s > lab > read > e, late > e2"))
        case = run(county)
        (task,) = fetch(county)
        county.execute(FailExternalTask(**held(task), message="broken", retries=0))
        county.pass_time("PT1H")
        assert (case.state, left(county)) == ("completed", 0)


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
