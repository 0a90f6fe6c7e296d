"""What is answered after an action: the state that it has led to, read after its commit."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from flask import Response

from api.door import ask
from engine.errors import NotFound
from engine.queries.instances import GetInstanceRow
from engine.queries.registry import Query
from engine.queries.task_detail import GetTaskRow
from engine.queries.tasks import GetNextTask
from engine.records import Done

R = TypeVar("R")


def action_reply(task: UUID, done: Done) -> dict[str, Any]:
    """The task, its case and the caller's next task. An action can end the caller's sight of the case: then those are null."""
    if done.instance is None:
        raise AssertionError("an action on a task names its case")
    return {
        "task": _seen(GetTaskRow(task=task)),
        "instance": _seen(GetInstanceRow(instance=done.instance)),
        "next_task": ask(GetNextTask(instance=done.instance, after=task)),
    }


def nothing() -> Response:
    """204."""
    return Response(status=204)


def _seen(query: Query[R]) -> R | None:
    try:
        return ask(query)
    except NotFound:
        return None
