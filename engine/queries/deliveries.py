"""What a person has said about being told, and what became of the messages: receipts, failures, what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.calendar import write_minute
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.store.tables import Delivery, Notification, NotificationSetting, Person

CHANNELS = ("mail", "wecom", "dingtalk", "feishu", "webhook")
COUNTED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class GetNotificationSettings(Query["NotificationSettings"]):
    """The reader's own settings."""


@dataclass(frozen=True, kw_only=True)
class ListDeliveries(Query[Page["DeliveryRow"]]):
    """Messages over other channels, newest first; `state` None takes all. Needs `operations`."""

    state: str | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListChannels(Query[tuple["ChannelRow", ...]]):
    """What the channels have done in the last thirty days; `configured` are those that this node has settings for.

    Needs `operations`.
    """

    configured: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """One channel."""

    channel: str
    configured: bool
    mine: bool
    """Whether the reader has chosen it for himself."""
    waiting: int
    sent: int
    """Confirmed ones among them."""
    confirmed: int
    failed: int
    last_sent_at: datetime | None
    last_error: str | None
    """Of the newest delivery that has one."""


@dataclass(frozen=True, kw_only=True)
class ChannelChosen:
    """One channel of a person."""

    channel: str
    address: str | None


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    """What one person has said."""

    channels: tuple[ChannelChosen, ...]
    language: str
    quiet_hours: str | None
    """`none`, or such as 21:00-07:00; None keeps the institution's."""


@dataclass(frozen=True, kw_only=True)
class DeliveryRow:
    """One message. It names no case and no address."""

    id: UUID
    person: str
    channel: str
    kind: str
    state: str
    attempts: int
    made_at: datetime
    sent_at: datetime | None
    confirmed_at: datetime | None
    receipt: str | None
    error: str | None


_NEWEST = Order((Delivery.made_at, Delivery.key), descending=True)


def get_notification_settings(query: GetNotificationSettings, reader: Reader) -> NotificationSettings:
    table = NotificationSetting
    columns = (table.channels, table.language, table.quiet_begins, table.quiet_ends)
    row = reader.connection.execute(select(*columns).where(table.person == reader.actor.person)).one_or_none()
    if row is None:
        return NotificationSettings(channels=(), language="zh", quiet_hours=None)
    quiet = None
    if row.quiet_begins is not None:
        same = row.quiet_begins == row.quiet_ends
        quiet = "none" if same else f"{write_minute(row.quiet_begins)}-{write_minute(row.quiet_ends)}"
    chosen = tuple(ChannelChosen(channel=item["channel"], address=item.get("address")) for item in row.channels)
    return NotificationSettings(channels=chosen, language=row.language, quiet_hours=quiet)


def list_channels(query: ListChannels, reader: Reader) -> tuple[ChannelRow, ...]:
    """Every channel that there can be. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, "operations")
    table = Delivery
    since = reader.now - COUNTED
    counted = select(table.channel, table.state, func.count(), func.max(table.sent_at)).where(table.made_at > since)
    found = reader.connection.execute(counted.group_by(table.channel, table.state)).all()
    numbers = {(channel, state): number for channel, state, number, _ in found}
    newest = {channel: max((at for name, _, _, at in found if name == channel and at), default=None) for channel in CHANNELS}
    mine = {chosen.channel for chosen in get_notification_settings(GetNotificationSettings(), reader).channels}
    return tuple(
        ChannelRow(
            channel=channel,
            configured=channel in query.configured,
            mine=channel in mine,
            waiting=sum(numbers.get((channel, state), 0) for state in ("pending", "sending")),
            sent=sum(numbers.get((channel, state), 0) for state in ("sent", "confirmed")),
            confirmed=numbers.get((channel, "confirmed"), 0),
            failed=numbers.get((channel, "failed"), 0),
            last_sent_at=newest[channel],
            last_error=_last_error(reader, channel, since),
        )
        for channel in CHANNELS
    )


def _last_error(reader: Reader, channel: str, since: datetime) -> str | None:
    table = Delivery
    failed = select(table.error).where(table.channel == channel, table.error.is_not(None), table.made_at > since)
    found: str | None = reader.connection.execute(failed.order_by(table.made_at.desc()).limit(1)).scalar_one_or_none()
    return found


def list_deliveries(query: ListDeliveries, reader: Reader) -> Page[DeliveryRow]:
    """Raises NotAllowed, and Invalid for a wrong cursor or limit."""
    require_right(reader.actor, "operations")
    names = ("id", "channel", "state", "attempts", "made_at", "sent_at", "confirmed_at", "receipt", "error")
    statement = (
        select(*(getattr(Delivery, name) for name in names), Person.name.label("person"), Notification.kind)
        .join(Person, Person.key == Delivery.person)
        .join(Notification, Notification.key == Delivery.notification)
    )
    if query.state is not None:
        statement = statement.where(Delivery.state == query.state)
    rows, following = _NEWEST.page(reader.connection, statement, query.cursor, query.limit)
    items = tuple(DeliveryRow(person=row.person, kind=row.kind, **{name: getattr(row, name) for name in names}) for row in rows)
    return Page(items=items, next_cursor=following)
