"""Watches which functions of SpiffWorkflow are entered."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

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
