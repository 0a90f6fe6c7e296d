"""What of SpiffWorkflow runs: its task state machine for every step, its tree walks and its data copies never."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from engine.errors import Conflict
from engine.kernel import spiffworkflow
from engine.kernel.spiffworkflow import check_spiffworkflow
from tests.kernel.blocks import PLAIN, ROUGH
from tests.kernel.scenarios import cases, run
from tests.kernel.test_blocks import play
from tests.kernel.world import World, flows

FORBIDDEN_FILES = ("SpiffWorkflow/serializer/", "bpmn/serializer/", "util/deep_merge.py", "bpmn/script_engine/", "bpmn/parser/")
FORBIDDEN = {
    "TaskIterator.__next__",
    "BpmnTaskIterator.__next__",
    "TaskIterator.__init__",
    "Workflow.get_tasks",
    "Workflow.get_tasks_iterator",
    "Workflow.update_waiting_tasks",
    "Workflow.is_completed",
    "Workflow.cancel",
    "BpmnWorkflow.do_engine_steps",
    "BpmnWorkflow.refresh_timers",
    "BpmnWorkflow.catch",
    "BpmnWorkflow.create_subprocess",
    "BpmnWorkflow.get_task_from_id",
    "EventManager.catch",
    "EventManager.add_task",
    "TaskSpec._predict",
    "TaskSpec._predict_hook",
    "Task._inherit_data",
    "Task.reset_branch",
    "Task._assign_new_thread_id",
    "Task.collect_log_extras",
    "MultiInstanceTask.merge_child",
    "MultiInstanceTask.create_children",
    "SubWorkflowTask.start_workflow",
    "BpmnSubWorkflow._calculate_depth",
}


class Watch:
    """Counts the functions of SpiffWorkflow that are entered."""

    def __init__(self) -> None:
        self.entered: Counter[tuple[str, str]] = Counter()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and "SpiffWorkflow" in frame.f_code.co_filename:
            file = frame.f_code.co_filename.replace("\\", "/").rpartition("site-packages/")[2]
            self.entered[(file, frame.f_code.co_qualname)] += 1

    def during(self, action: Callable[[], object]) -> None:
        """Watches one call."""
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            action()
        finally:
            sys.setprofile(before)

    def forbidden(self) -> list[str]:
        """What was entered and must not be."""
        return sorted(
            f"{file}: {name}"
            for file, name in self.entered
            if name in FORBIDDEN
            or any(part in file for part in FORBIDDEN_FILES)
            or ("event_definitions" in file and name.rpartition(".")[2] in ("throw", "catch", "has_fired"))
        )


def test_tree_walks_data_copies_and_event_throwing_are_never_entered() -> None:
    watch = Watch()
    for path in cases()[::4]:
        watch.during(lambda path=path: run(path, reload=True))  # type: ignore[misc]
    for seed in range(8):
        watch.during(lambda seed=seed: play(seed, 3, PLAIN if seed % 2 else ROUGH))  # type: ignore[misc]
    assert watch.forbidden() == []


def test_every_step_is_a_run_of_spiffworkflows_task() -> None:
    watch = Watch()
    body = '<startEvent id="s"/><task id="a"/><scriptTask id="b"><script>x = 1</script></scriptTask><userTask id="c"/>'
    world = World(body + flows("s>a", "a>b", "b>c"))
    watch.during(lambda: (world.start(), world.complete("c")))
    runs = watch.entered[("SpiffWorkflow/task.py", "Task.run")]
    assert runs == sum(result.steps for result in world.results) == 4
    for function in ("TaskSpec._update", "TaskSpec._on_ready", "TaskSpec._run", "TaskSpec._on_complete"):
        assert watch.entered[("SpiffWorkflow/specs/base.py", function)] == 4


def test_the_installed_spiffworkflow_is_the_one_we_override() -> None:
    check_spiffworkflow()


def test_another_signature_stops_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(self: object, something: object) -> None:
        """Not what is expected."""

    monkeypatch.setattr(spiffworkflow, "SIGNATURES", ((renamed, "self, value"),))
    with pytest.raises(Conflict) as refused:
        check_spiffworkflow()
    assert refused.value.facts["found"] == "self, something"


def test_another_version_stops_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spiffworkflow, "VERSION", "3.2.1")
    with pytest.raises(Conflict):
        check_spiffworkflow()
