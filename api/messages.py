"""/messages: what comes from institutions and systems outside."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import carry_out
from api.schemas.messages import Accepted, Send
from engine.commands.message import SendMessage
from engine.records import Done

blueprint = Blueprint("messages", "Messages from outside")


@blueprint.post("/messages")
@blueprint.arguments(Send)
@blueprint.response(202, Accepted)
def send_message(body: dict[str, Any]) -> Done:
    """Hand a message to the engine; the same messageId again is answered with the first result"""
    return carry_out(SendMessage(**body))
