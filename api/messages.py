"""/messages and /signals: what comes from institutions and systems outside."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.blueprint import Blueprint
from api.door import carry_out
from api.replies import nothing
from api.schemas.messages import Accepted, Broadcast, Send
from engine.commands.message import BroadcastSignal, SendMessage
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
