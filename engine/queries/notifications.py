"""Lines to one person, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.store.tables import Notification, ProcessInstance, Seat


@dataclass(frozen=True, kw_only=True)
class ListNotifications(Query["Notifications"]):
    """The reader's own lines."""

    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line. Its texts hold no patient data."""

    id: UUID
    at: datetime
    kind: str
    text: str
    text_en: str
    task: UUID | None
    instance: UUID | None
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Notifications(Page[Notice]):
    """A page of lines, and how many of all are unread."""

    unread: int


_NEWEST = Order((Notification.at, Notification.key), descending=True)


def list_notifications(query: ListNotifications, reader: Reader) -> Notifications:
    """One page. Raises Invalid for a wrong cursor or limit."""
    person = reader.actor.person
    statement = (
        select(
            Notification.id,
            Notification.at,
            Notification.kind,
            Notification.text,
            Notification.text_en,
            Notification.read_at,
            Seat.id.label("task"),
            ProcessInstance.id.label("instance"),
        )
        .outerjoin(Seat, Seat.key == Notification.seat)
        .outerjoin(ProcessInstance, ProcessInstance.key == Notification.instance)
        .where(Notification.person == person)
    )
    rows, following = _NEWEST.page(reader.connection, statement, query.cursor, query.limit)
    unread = select(func.count(Notification.key)).where(Notification.person == person, Notification.read_at.is_(None))
    return Notifications(
        items=tuple(
            Notice(
                id=row.id,
                at=row.at,
                kind=row.kind,
                text=row.text,
                text_en=row.text_en,
                task=row.task,
                instance=row.instance,
                read_at=row.read_at,
            )
            for row in rows
        ),
        next_cursor=following,
        unread=int(reader.connection.execute(unread).scalar_one()),
    )
