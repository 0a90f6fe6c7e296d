"""Checks at start that SpiffWorkflow is the one we were built on.

The kernel overrides members that SpiffWorkflow does not promise to keep. A release that renames one of them, or calls it
with other arguments, would not fail: it would run processes wrongly. So a node refuses to start on it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

from engine.errors import Conflict

VERSION = "3.2.0"
SIGNATURES: tuple[tuple[Callable[..., Any], str], ...] = (
    (Task.__init__, "self, workflow, task_spec, parent, state, id"),
    (Task._add_child, "self, task_spec, state"),
    (Task._child_added_notify, "self, child"),
    (Task._drop_children, "self, force"),
    (Task._inherit_data, "self"),
    (Task._ready, "self"),
    (Task._set_state, "self, value"),
    (Task.cancel, "self"),
    (Task.complete, "self"),
    (Task.error, "self"),
    (Task.run, "self"),
    (TaskSpec._on_cancel, "self, my_task"),
    (TaskSpec._on_complete, "self, my_task"),
    (TaskSpec._on_complete_hook, "self, my_task"),
    (TaskSpec._on_error_hook, "self, my_task"),
    (TaskSpec._on_ready, "self, my_task"),
    (TaskSpec._on_ready_hook, "self, my_task"),
    (TaskSpec._predict, "self, my_task, seen, looked_ahead, mask"),
    (TaskSpec._run, "self, my_task"),
    (TaskSpec._run_hook, "self, my_task"),
    (TaskSpec._update, "self, my_task"),
    (TaskSpec._update_hook, "self, my_task"),
    (TaskSpec.test, "self"),
    (Workflow.__init__, "self, workflow_spec, deserializing"),
    (Workflow._task_completed_notify, "self, task"),
    (WorkflowSpec.__init__, "self, name, filename, addstart"),
    (BpmnProcessSpec.__init__, "self, name, description, filename, svg"),
    (BpmnWorkflow.__init__, "self, spec, subprocess_specs, script_engine, kwargs"),
    (BpmnSubWorkflow.__init__, "self, spec, parent_task_id, top_workflow, kwargs"),
    (BpmnSubWorkflow._calculate_depth, "self"),
    (ExclusiveChoice._run_hook, "self, my_task"),
    (MultiChoice._get_matching_outputs, "self, my_task"),
    (_BpmnCondition._matches, "self, task"),
)


def check_spiffworkflow() -> None:
    """Raises Conflict when the installed SpiffWorkflow is not the one the kernel overrides."""
    installed = version("SpiffWorkflow")
    if installed != VERSION:
        raise Conflict(
            "spiffworkflow",
            "Expected to run on SpiffWorkflow {wanted}, but {found} is installed",
            wanted=VERSION,
            found=installed,
        )
    for member, wanted in SIGNATURES:
        found = ", ".join(inspect.signature(member).parameters)
        if found != wanted:
            raise Conflict(
                "spiffworkflow",
                "Expected SpiffWorkflow's '{member}' to take ({wanted}), but it takes ({found})",
                member=member.__qualname__,
                wanted=wanted,
                found=found,
            )
