"""Faults F1, F3, F7 and F13 are really in the bare library: what test_faults guards against is there without the kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.kernel.test_faults import FORK
from tests.kernel.world import World, document, flows


def bare(body: str, folder: Path) -> BpmnWorkflow:
    """The same model, run by the library as it comes."""
    path = folder / "m.bpmn"
    path.write_bytes(document(body))
    parser = BpmnParser()
    parser.add_bpmn_file(str(path))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    return workflow


def ready(workflow: BpmnWorkflow, name: str) -> Any:
    return next(task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == name)


def complete(workflow: BpmnWorkflow, name: str, **values: Any) -> None:
    task = ready(workflow, name)
    task.data.update(values)
    task.run()
    workflow.do_engine_steps()


def test_f1_the_bare_join_reverts_what_the_other_branch_wrote(tmp_path: Path) -> None:
    workflow = bare(FORK, tmp_path)
    for name in ("a", "b"):
        ready(workflow, name).data["allergy"] = "none"
    complete(workflow, "a", allergy="penicillin")
    complete(workflow, "b")
    assert ready(workflow, "z").data["allergy"] == "none"


def test_f3_the_bare_loop_is_completed_though_nobody_has_ended_it(tmp_path: Path) -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="m"/><userTask id="a"/>' + flows("s>m", "m>a", "a>m")
    workflow = bare(body, tmp_path)
    for _ in range(1_200):
        if workflow.is_completed():
            return
        complete(workflow, "a")
    raise AssertionError("the bare library runs a loop without end")


def test_f7_the_bare_library_runs_a_task_that_is_not_ready(tmp_path: Path) -> None:
    workflow = bare('<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s>a", "a>b"), tmp_path)
    future = next(task for task in workflow.get_tasks() if task.task_spec.name == "b")
    assert future.state != TaskState.READY
    future.run()
    assert future.state == TaskState.COMPLETED


def test_f13_bare_tasks_stay_in_the_instance_for_ever_and_ours_do_not(tmp_path: Path) -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="m"/><userTask id="a"/>' + flows("s>m", "m>a", "a>m")
    workflow, world = bare(body, tmp_path), World(body)
    world.start()
    kept = []
    for rounds in (10, 100):
        for _ in range(rounds):
            complete(workflow, "a")
            world.complete("a")
        kept.append((len(workflow.tasks), world.source().counts()["tokens"]))
    assert kept[1][0] > 5 * kept[0][0]
    assert [tokens for _, tokens in kept] == [1, 1]
