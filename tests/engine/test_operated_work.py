"""Work of other systems, and tokens between two transactions, when an operator acts on their case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.commands.external_task import CompleteExternalTask, UnlockExternalTask
from engine.commands.operation import CancelInstance, MigrateInstance, ResumeInstance, SuspendInstance
from engine.kernel.migration_plan import NotMigratable
from engine.store.tables import ExternalTask, Job
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.other_systems import code_of, fetch, held, lab, left, ordering, run

BEFORE = '<extensionElements><liandong:async before="true"/></extensionElements>'


def paused() -> bytes:
    """A process that stands between two transactions before task `x`."""
    task = f'<manualTask id="x">{BEFORE}</manualTask>'
    return bpmn(process("p", START, task, user_task("read", post="BR_GP"), END, flows="s > x > read > e"))


def test_work_of_a_cancelled_case_is_gone(county: County) -> None:
    county.deploy(ordering())
    case = run(county)
    (task,) = fetch(county)
    county.execute(CancelInstance(instance=case.id, reason="撤回"))
    assert (case.state, left(county)) == ("cancelled", 0)
    assert code_of(county, CompleteExternalTask(**held(task), variables={"value": 1})) == "external-task-gone"


def test_a_continuation_of_a_cancelled_case_is_gone(county: County) -> None:
    county.deploy(paused())
    case = county.run("p")
    county.execute(CancelInstance(instance=case.id, reason="撤回"))
    assert (case.state, county.rows(select(Job.key))) == ("cancelled", [])


def test_work_of_a_suspended_case_waits(county: County) -> None:
    county.deploy(ordering())
    case = run(county)
    (task,) = fetch(county)
    county.execute(SuspendInstance(instance=case.id, reason="复核"))
    assert code_of(county, CompleteExternalTask(**held(task), variables={"value": 1})) == "instance-suspended"
    county.execute(UnlockExternalTask(task=task.id))
    assert fetch(county) == ()
    county.execute(ResumeInstance(instance=case.id, reason="复核"))
    (again,) = fetch(county)
    county.execute(CompleteExternalTask(**held(again), variables={"value": 1}))
    assert case.open == ["read"]


def test_a_continuation_of_a_suspended_case_waits(county: County) -> None:
    county.deploy(paused())
    case = county.run("p")
    county.execute(SuspendInstance(instance=case.id, reason="复核"))
    county.work()
    assert case.open == []
    county.execute(ResumeInstance(instance=case.id, reason="复核"))
    county.work()
    assert case.open == ["read"]


def test_work_follows_its_case_to_another_version(county: County) -> None:
    county.deploy(ordering())
    case = run(county)
    (task,) = fetch(county)
    renamed = lab().replace('id="lab"', 'id="laboratory"')
    elements = (START, renamed, user_task("read", post="BR_GP"), END)
    county.deploy(bpmn(process("p", *elements, flows="s > laboratory > read > e")))
    county.execute(MigrateInstance(instance=case.id, version=2, reason="制度修订", mapping={"lab": "laboratory"}))
    assert county.scalar(select(ExternalTask.element)) == "laboratory"
    county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))
    assert case.open == ["read"]


def test_a_version_that_does_the_work_by_itself_cannot_take_over_what_another_system_has(county: County) -> None:
    county.deploy(ordering())
    case = run(county)
    elements = (START, '<serviceTask id="lab"/>', user_task("read", post="BR_GP"), END)
    county.deploy(bpmn(process("p", *elements, flows="s > lab > read > e")))
    with pytest.raises(NotMigratable):
        county.execute(MigrateInstance(instance=case.id, version=2, reason="制度修订"))
    (task,) = fetch(county)
    county.execute(CompleteExternalTask(**held(task), variables={"value": 1}))
    assert case.open == ["read"]
