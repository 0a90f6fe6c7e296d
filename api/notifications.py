"""/notifications: lines to the caller."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from api.blueprint import Blueprint
from api.config import ApiConfig
from api.door import ask, carry_out
from api.replies import nothing
from api.schemas.base import Nothing, PageQuery
from api.schemas.notifications import (
    ChannelState,
    DeliveryPage,
    DeliveryQuery,
    NoticePage,
    NotificationSettings,
    QuietHours,
    Read,
)
from engine.commands.channel_test import TryChannel
from engine.commands.notification import MarkNotificationsRead
from engine.commands.notification_settings import ChannelWanted, PutNotificationSettings, PutQuietHours
from engine.queries import deliveries
from engine.queries.notifications import ListNotifications, Notifications
from engine.queries.paging import Page

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


@blueprint.get("/notifications/settings")
@blueprint.response(200, NotificationSettings)
def get_settings() -> deliveries.NotificationSettings:
    """Read how the caller is told beside the inbox"""
    return ask(deliveries.GetNotificationSettings())


@blueprint.put("/notifications/settings")
@blueprint.arguments(NotificationSettings)
@blueprint.response(204)
def put_settings(body: dict[str, Any]) -> Response:
    """Say how the caller wants to be told beside the inbox"""
    channels = tuple(ChannelWanted(**channel) for channel in body["channels"])
    command = PutNotificationSettings(channels=channels, language=body["language"], quiet_hours=body["quiet_hours"])
    carry_out(command)
    return nothing()


@blueprint.put("/institutions/<string:code>/quiet-hours")
@blueprint.arguments(QuietHours)
@blueprint.response(204)
def put_quiet_hours(body: dict[str, Any], code: str) -> Response:
    """Set when an institution's people are not to be disturbed"""
    carry_out(PutQuietHours(institution=code, hours=body["hours"]))
    return nothing()


@blueprint.get("/operations/deliveries")
@blueprint.arguments(DeliveryQuery, location="query")
@blueprint.response(200, DeliveryPage)
def list_deliveries(query: dict[str, Any]) -> Page[deliveries.DeliveryRow]:
    """List messages over other channels than the inbox, newest first"""
    return ask(deliveries.ListDeliveries(**query))


@blueprint.get("/operations/channels")
@blueprint.response(200, ChannelState(many=True))
def list_channels() -> list[deliveries.ChannelRow]:
    """Tell which channels this node has settings for and what they have done"""
    found = ask(deliveries.ListChannels(configured=_configured()))
    return list(found)


@blueprint.post("/operations/channels/<string:channel>/test")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def try_channel(body: dict[str, Any], channel: str) -> Response:
    """Send the caller a test message over a channel"""
    carry_out(TryChannel(channel=channel, configured=_configured()))
    return nothing()


def _configured() -> tuple[str, ...]:
    config: ApiConfig = current_app.config["LIANDONG"]
    return config.channels
