"""What a person has said about being told, and what became of the messages: receipts, failures, what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.calendar import write_minute
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.store.tables import Delivery, Notification, NotificationSetting, Person


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
