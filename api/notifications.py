"""/notifications: lines to the caller."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.replies import nothing
from api.schemas.base import PageQuery
from api.schemas.notifications import NoticePage, Read
from engine.commands.notification import MarkNotificationsRead
from engine.queries.notifications import ListNotifications, Notifications

blueprint = Blueprint("notifications", "Lines to a person")


@blueprint.get("/notifications")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, NoticePage)
def list_notifications(query: dict[str, Any]) -> Notifications:
    """List the caller's lines, newest first"""
    return ask(ListNotifications(cursor=query["cursor"], limit=query["limit"]))


@blueprint.post("/notifications/read")
@blueprint.arguments(Read)
@blueprint.response(204)
def mark_read(body: dict[str, Any]) -> Response:
    """Note that lines were read"""
    carry_out(MarkNotificationsRead(ids=tuple(body["ids"])))
    return nothing()
