from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.commands.external_task import (
    CompleteExternalTask,
    ExtendLock,
    FailExternalTask,
    LockedExternalTask,
    ThrowExternalError,
    UnlockExternalTask,
)
from engine.commands.incident import RetryIncident
from engine.store.tables import AuditEntry
from engine.testing import County, bpmn, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START
from tests.engine.other_systems import MINUTE, code_of, fetch, held, left, ordering, run


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
        handled = county.rows(select(AuditEntry.action, AuditEntry.object, AuditEntry.data).order_by(AuditEntry.key))
        work, named = [row for row in handled if "external" in row.action], [str(task.id)]
        assert [row.action for row in work] == ["fetch-external-tasks", "unlock-external-task", "fetch-external-tasks"]
        assert [row.data["worker"] for row in work] == ["w1", "w1", "w2"]
        assert (work[0].data["tasks"], work[1].object, work[2].data["tasks"]) == (named, str(task.id), named)

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
