"""/external-tasks: work that other systems fetch by topic, do, and hand back."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app

from api.blueprint import Blueprint
from api.door import ask, caller, carry_out, carry_out_unkeyed, engine
from api.events import HUB_KEY, Hub
from api.replies import nothing
from api.schemas.external_tasks import (
    BpmnError,
    ExtendLock,
    ExternalFailure,
    ExternalResult,
    ExternalTask,
    ExternalTaskPage,
    ExternalTaskQuery,
    FetchAndLock,
    Fetched,
    UnlockExternalTask,
)
from engine.commands import external_task as commands
from engine.queries.external_tasks import ExternalTaskRow, GetExternalTask, IsWorkOffered, ListExternalTasks
from engine.queries.paging import Page

LOOK_AGAIN = 1.0
"""Seconds after which a waiting request looks by itself: another node's commit rings no bell here."""
BREATH = 0.05
"""Seconds between two looks, however much is committed."""
blueprint = Blueprint("external-tasks", "Work that other systems fetch by topic")


@blueprint.post("/external-tasks/fetch-and-lock")
@blueprint.arguments(FetchAndLock)
@blueprint.response(200, Fetched)
def fetch_and_lock(body: dict[str, Any]) -> dict[str, Any]:
    """Lock work of some topics, the most urgent first; waits for it up to 30 seconds"""
    topics = tuple(commands.Topic(name=t["name"], lock=_span(t["lock_seconds"])) for t in body["topics"])
    command = commands.FetchExternalTasks(worker=body["worker_id"], topics=topics, limit=body["max_tasks"])
    found = carry_out_unkeyed(command)
    if not found and body["wait_seconds"]:
        found = _wait(command, body["wait_seconds"])
    return {"items": found}


@blueprint.post("/external-tasks/<uuid:task>/complete")
@blueprint.arguments(ExternalResult)
@blueprint.response(204)
def complete(body: dict[str, Any], task: UUID) -> Response:
    """Hand back the result of work that one holds"""
    carry_out(commands.CompleteExternalTask(**_held(body, task), variables=body["variables"]))
    return nothing()


@blueprint.post("/external-tasks/<uuid:task>/failure")
@blueprint.arguments(ExternalFailure)
@blueprint.response(204)
def fail(body: dict[str, Any], task: UUID) -> Response:
    """Report that work failed; it is offered again, or becomes an incident"""
    pause = None if body["retry_after_seconds"] is None else _span(body["retry_after_seconds"])
    told = {name: body[name] for name in ("message", "details", "retries")}
    carry_out(commands.FailExternalTask(**_held(body, task), **told, pause=pause))
    return nothing()


@blueprint.post("/external-tasks/<uuid:task>/bpmn-error")
@blueprint.arguments(BpmnError)
@blueprint.response(204)
def throw_error(body: dict[str, Any], task: UUID) -> Response:
    """Report a BPMN error for the process to catch"""
    carry_out(commands.ThrowExternalError(**_held(body, task), code=body["code"], variables=body["variables"]))
    return nothing()


@blueprint.post("/external-tasks/<uuid:task>/extend-lock")
@blueprint.arguments(ExtendLock)
@blueprint.response(204)
def extend_lock(body: dict[str, Any], task: UUID) -> Response:
    """Hold work for longer, counted from now"""
    carry_out(commands.ExtendLock(**_held(body, task), lock=_span(body["lock_seconds"])))
    return nothing()


@blueprint.post("/external-tasks/<uuid:task>/unlock")
@blueprint.arguments(UnlockExternalTask, required=False)
@blueprint.response(204)
def unlock(body: dict[str, Any], task: UUID) -> Response:
    """Give work back; an operator may take it from a worker"""
    held = {"worker": body.get("worker_id"), "lock_token": body.get("lock_token")}
    carry_out(commands.UnlockExternalTask(task=task, **held))
    return nothing()


@blueprint.get("/external-tasks")
@blueprint.arguments(ExternalTaskQuery, location="query")
@blueprint.response(200, ExternalTaskPage)
def list_external_tasks(query: dict[str, Any]) -> Page[ExternalTaskRow]:
    """List work that is not done yet, without what it is about"""
    return ask(ListExternalTasks(**query))


@blueprint.get("/external-tasks/<uuid:task>")
@blueprint.response(200, ExternalTask)
def get_external_task(task: UUID) -> ExternalTaskRow:
    """One piece of work, without what it is about"""
    return ask(GetExternalTask(task=task))


def _wait(command: commands.FetchExternalTasks, seconds: int) -> tuple[commands.LockedExternalTask, ...]:
    """Looks again whenever something was committed here, and now and then. Holds no database connection while it waits.

    A waiting request holds a server thread as an event stream does, so it takes one of their places; without a free one
    it answers at once.
    """
    hub: Hub = current_app.extensions[HUB_KEY]
    stream = hub.open(caller().person or 0, anything=True)
    if stream is None:
        return ()
    offered = IsWorkOffered(topics=tuple(topic.name for topic in command.topics))
    end = time.monotonic() + seconds
    try:
        while not stream.closed and (left := end - time.monotonic()) > 0:
            stream.wait(min(left, LOOK_AGAIN))
            if engine().query(offered, caller()) and (found := carry_out_unkeyed(command)):
                return found
            time.sleep(BREATH)
    finally:
        stream.close()
        hub.leave(stream)
    return ()


def _held(body: dict[str, Any], task: UUID) -> dict[str, Any]:
    return {"task": task, "worker": body["worker_id"], "lock_token": body["lock_token"]}


def _span(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)
