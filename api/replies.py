"""What is answered after an action: the state that it has led to, read after its commit.

A program that does not need it says `Prefer: return=minimal` (RFC 7240): then nothing is read, and 204 or no more than the
id of a new case is answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app, request

from api.blueprint import PREFIX
from api.door import ask
from engine.commands.afterwards import Afterwards
from engine.errors import NotFound
from engine.queries.instances import GetInstanceRow
from engine.queries.registry import Query
from engine.queries.task_detail import GetTaskRow
from engine.queries.tasks import GetNextTask
from engine.records import Done

R = TypeVar("R")
SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
Reply = dict[str, Any] | Response
StartReply = tuple[Reply, int, dict[str, str]]


def action_reply(task: UUID, done: Done) -> Reply:
    """The task, its case and the caller's next task. An action can end the caller's sight of the case: then those are null."""
    if _wants_little():
        return _little(nothing())
    if done.instance is None:
        raise AssertionError("an action on a task names its case")
    return {
        "task": _seen(GetTaskRow(task=task)),
        "instance": _seen(GetInstanceRow(instance=done.instance)),
        "next_task": ask(GetNextTask(instance=done.instance, after=task)),
    }


def start_reply(done: Done) -> StartReply:
    """A case that was started, and the caller's first task there; the case's address as Location."""
    if done.instance is None:
        raise AssertionError("a start names its case")
    headers = {"Location": f"{PREFIX}/instances/{done.instance}"}
    if _wants_little():
        body = current_app.json.dumps({"instance": {"id": str(done.instance)}})
        return _little(Response(body, mimetype="application/json")), 201, headers
    reply = {
        "instance": ask(GetInstanceRow(instance=done.instance)),
        "next_task": ask(GetNextTask(instance=done.instance, only_there=True)),
    }
    return reply, 201, headers


def download(content: bytes, kind: str, name: str) -> Response:
    """A file that the browser is to store or to show as a picture: it may not run, guess or embed it."""
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = SEALED
    return response


def streamed(pieces: Iterable[str], kind: str, name: str) -> Response:
    """The same, sent piece by piece while it is made."""
    response = Response((piece.encode() for piece in pieces), mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = SEALED
    return response


def entered(body: dict[str, Any]) -> Afterwards | None:
    """What a request says of an entry made afterwards."""
    given = body["afterwards"]
    return None if given is None else Afterwards(occurred_at=given["occurred_at"].astimezone(UTC), reason=given["reason"])


def nothing() -> Response:
    """204."""
    return Response(status=204)


def _seen(query: Query[R]) -> R | None:
    try:
        return ask(query)
    except NotFound:
        return None


def _wants_little() -> bool:
    preferences = request.headers.get("Prefer", "").lower().replace(" ", "").replace('"', "")
    return "return=minimal" in preferences.replace(";", ",").split(",")


def _little(response: Response) -> Response:
    response.headers["Preference-Applied"] = "return=minimal"
    return response
