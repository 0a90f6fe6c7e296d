"""Lines to a person, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, PageQuery, page_of


class Notice(CamelSchema):
    """One line."""

    id = fields.UUID()
    at = Instant()
    kind = fields.String()
    text = fields.String()
    text_en = fields.String()
    task_id = fields.UUID(attribute="task", allow_none=True)
    instance_id = fields.UUID(attribute="instance", allow_none=True)
    read_at = Instant(allow_none=True)


class NoticePage(CamelSchema):
    """A page of lines."""

    items = fields.List(fields.Nested(Notice))
    next_cursor = fields.String(allow_none=True)
    unread = fields.Integer()


class Read(CamelSchema):
    """Lines that were read."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=200))


class ChannelSetting(CamelSchema):
    """One channel of a person: `mail` with an address; a robot with the name by which it mentions the person, if any."""

    channel = fields.String(required=True, validate=validate.OneOf(("mail", "wecom", "dingtalk", "feishu", "webhook")))
    address = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class NotificationSettings(CamelSchema):
    """How a person is told beside the inbox; the channels are tried in this order."""

    channels = fields.List(fields.Nested(ChannelSetting), required=True, validate=validate.Length(max=5))
    language = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))
    quiet_hours = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=11))


class QuietHours(CamelSchema):
    """Such as 21:00-07:00, `none`, or null for the community's."""

    hours = fields.String(required=True, allow_none=True, validate=validate.Length(max=11))


STATES = ("pending", "sending", "sent", "confirmed", "failed", "dropped")


class DeliveryQuery(PageQuery):
    """Which messages."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class DeliveryRow(CamelSchema):
    """One message over another channel than the inbox."""

    id = fields.UUID()
    person = fields.String()
    channel = fields.String()
    kind = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    made_at = Instant()
    sent_at = Instant(allow_none=True)
    confirmed_at = Instant(allow_none=True)
    receipt = fields.String(allow_none=True)
    error = fields.String(allow_none=True)


class ChannelState(CamelSchema):
    """What a channel has done in the last thirty days."""

    channel = fields.String()
    configured = fields.Boolean()
    mine = fields.Boolean()
    waiting = fields.Integer()
    sent = fields.Integer()
    confirmed = fields.Integer()
    failed = fields.Integer()
    last_sent_at = Instant(allow_none=True)
    last_error = fields.String(allow_none=True)


DeliveryPage = page_of(DeliveryRow, "DeliveryPage")
