"""/messages and /signals: what comes from institutions and systems outside, or is entered for those without a system."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from api.attachments import BINARY, MAX_FILE
from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed
from api.replies import download, nothing
from api.schemas.messages import (
    Accepted,
    AwaitedMessages,
    Begun,
    Broadcast,
    Enter,
    EnterStart,
    LetterQuery,
    Send,
    StartMessages,
)
from engine.commands import proxy_start
from engine.commands.message import BroadcastSignal, SendMessage
from engine.commands.proxy_entry import AttachLetter, EnterMessage, ReadLetter
from engine.queries.awaited import Awaited, ListAwaitedMessages, ListStartMessages
from engine.queries.awaited import StartMessages as StartMessagesRecord
from engine.records import Done

blueprint = Blueprint("messages", "Messages from outside")


@blueprint.post("/messages")
@blueprint.arguments(Send)
@blueprint.response(202, Accepted)
def send_message(body: dict[str, Any]) -> Done:
    """Hand a message to the engine; the same messageId again is answered with the first result"""
    return carry_out(SendMessage(**body))


@blueprint.post("/signals")
@blueprint.arguments(Broadcast)
@blueprint.response(204)
def broadcast_signal(body: dict[str, Any]) -> Response:
    """Broadcast a signal to everything that waits for it, and to the processes it starts"""
    carry_out(BroadcastSignal(**body))
    return nothing()


@blueprint.get("/instances/<uuid:instance>/awaited-messages")
@blueprint.response(200, AwaitedMessages)
def list_awaited_messages(instance: UUID) -> Awaited:
    """Tell what a case waits for that the caller may enter for an institution without a system, and the letters that came"""
    return ask(ListAwaitedMessages(instance=instance))


@blueprint.post("/instances/<uuid:instance>/messages")
@blueprint.arguments(Enter)
@blueprint.response(202, Accepted)
def enter_message(body: dict[str, Any], instance: UUID) -> Done:
    """Enter the message of an institution without a system into the case that waits for it"""
    return carry_out(EnterMessage(instance=instance, **{**body, "awaited": int(body["awaited"])}))


@blueprint.get("/start-messages")
@blueprint.response(200, StartMessages)
def list_start_messages() -> StartMessagesRecord:
    """Tell what starts a case that the caller may enter for an institution without a system"""
    return ask(ListStartMessages())


@blueprint.post("/start-messages")
@blueprint.arguments(EnterStart)
@blueprint.response(202, Begun)
def enter_start(body: dict[str, Any]) -> Done:
    """Enter the message of an institution without a system that starts a case"""
    return carry_out(proxy_start.EnterStart(**{**body, "start": int(body["start"])}))


@blueprint.put("/instances/<uuid:instance>/messages/<uuid:message>/letter")
@blueprint.arguments(LetterQuery, location="query")
@blueprint.response(204)
@blueprint.doc(requestBody={"required": True, "content": BINARY})
def attach_letter(query: dict[str, Any], instance: UUID, message: UUID) -> Response:
    """Put the scan of its letter to a message that the caller has entered"""
    request.max_content_length = MAX_FILE
    content = request.get_data(cache=False)
    carry_out_unkeyed(AttachLetter(instance=instance, message=message, name=query["name"], content=content))
    return nothing()


@blueprint.get("/instances/<uuid:instance>/letters/<uuid:letter>")
@blueprint.doc(responses={"200": {"description": "The letter", "content": BINARY}})
def read_letter(instance: UUID, letter: UUID) -> Response:
    """Read a letter of a case; the reading is audited"""
    found = carry_out_unkeyed(ReadLetter(instance=instance, letter=letter))
    return download(found.content, found.record.type, found.record.name)
