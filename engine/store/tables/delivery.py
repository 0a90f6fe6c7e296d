"""How people are told beside the inbox: their channels, and every message on its way to one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json


class NotificationSetting(Base):
    """What one person has said about being told."""

    __tablename__ = "notification_setting"
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), primary_key=True, autoincrement=False)
    channels: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """`{channel, address}` in the order in which they are tried."""
    language: Mapped[str] = mapped_column(String(2))
    quiet_begins: Mapped[int | None] = mapped_column()
    """Minutes after local midnight; None keeps the institution's quiet hours."""
    quiet_ends: Mapped[int | None] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("(quiet_begins IS NULL) = (quiet_ends IS NULL)", name="quiet"),)


class Delivery(Entity, Base):
    """One message to one person over one channel. Its id is the same however often it is tried."""

    __tablename__ = "delivery"
    notification: Mapped[int] = mapped_column(ForeignKey("notification.key"))
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column()
    """Place of the channel in the person's order, from 0."""
    state: Mapped[str] = mapped_column(String(10))
    """`pending`, `sending` (leased), `sent`, `confirmed`, `failed`, or `dropped` because it was not needed any more."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    """When it is to be sent; of a sent one, until when it should be confirmed."""
    attempts: Mapped[int] = mapped_column()
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease: Mapped[UUID | None] = mapped_column(Uuid())
    """Whoever acts with another lease has lost it and changes nothing."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    receipt: Mapped[str | None] = mapped_column(String(200))
    """What the other side answered."""
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("state IN ('pending','sending','sent','confirmed','failed','dropped')", name="state"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        UniqueConstraint("notification", "channel"),
        Index("ix_delivery_due", "state", "due_at"),
    )
