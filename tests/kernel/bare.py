"""Runs a model on SpiffWorkflow as it comes, to show what the kernel must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskIterator, TaskState

from tests.kernel.world import document


class Enough(Exception):
    """More has run than a model of this size may need."""


def bare(body: str | bytes, folder: Path, *, limit: int = 10_000) -> BpmnWorkflow:
    """An instance of process `p`, moved as far as it goes by itself. Raises Enough after `limit` tasks."""
    workflow = instance(body, folder)
    go_on(workflow, limit)
    return workflow


def instance(body: str | bytes, folder: Path) -> BpmnWorkflow:
    """An instance of process `p` that has not moved."""
    path = folder / "m.bpmn"
    path.write_bytes(document(body) if isinstance(body, str) else body)
    parser = BpmnParser()
    parser.add_bpmn_file(str(path))
    return BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))


def go_on(workflow: BpmnWorkflow, limit: int = 10_000) -> None:
    """Runs what runs by itself. Raises Enough after `limit` tasks."""
    left = limit

    def count(task: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Enough

    workflow.do_engine_steps(will_complete_task=count)


def ready(workflow: BpmnWorkflow, name: str) -> Any:
    """The first open task of an element."""
    return next(task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == name)


def names(workflow: BpmnWorkflow, state: int = TaskState.READY) -> list[str]:
    """Elements of the open tasks, sorted."""
    return sorted(task.task_spec.name for task in workflow.get_tasks(state=state))


def complete(workflow: BpmnWorkflow, name: str, **values: Any) -> None:
    """Somebody completes the first open task of an element."""
    task = ready(workflow, name)
    task.data.update(values)
    task.run()
    go_on(workflow)


def send(workflow: BpmnWorkflow, **payload: Any) -> None:
    """A message from outside for the catch that waits first, with the keys that the library itself computes."""
    task = workflow.get_tasks(state=TaskState.WAITING)[-1]
    definition = task.task_spec.event_definition
    correlations = definition.get_correlations(task, payload)
    workflow.catch(BpmnEvent(definition, payload=payload, correlations=correlations))
    go_on(workflow)


def saved(workflow: BpmnWorkflow) -> str:
    """The instance as the library stores it."""
    return str(BpmnWorkflowSerializer().serialize_json(workflow))


def loaded(text: str) -> BpmnWorkflow:
    """The instance that the library reads from what it stored."""
    return BpmnWorkflowSerializer().deserialize_json(text)


@contextmanager
def walks() -> Iterator[list[int]]:
    """One number in the list for every task that the library looks at within the block."""
    looked: list[int] = []
    following = TaskIterator._next

    def counting(iterator: TaskIterator) -> Any:
        looked.append(1)
        return following(iterator)

    TaskIterator._next = counting
    try:
        yield looked
    finally:
        TaskIterator._next = following
