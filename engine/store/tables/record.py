"""What has happened, append-only: history, audit, who may see a case, and what people were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, Keyed, reference


class History(Keyed, Base):
    """One fact of an instance's life. `kind` says what `data` holds; see `engine.appliers.history`."""

    __tablename__ = "history"
    instance: Mapped[int] = reference("process_instance.key")
    revision: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(30))
    element: Mapped[str | None] = mapped_column(String(200))
    token: Mapped[int | None] = mapped_column(BigInteger)
    person: Mapped[int | None] = mapped_column(BigInteger)
    capacity: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    __table_args__ = (Index("ix_history_instance", "instance", "key"),)


class AuditEntry(Keyed, Base):
    """Who did what: one entry a revision of an instance, chained by hash, and entries without an instance for the rest."""

    __tablename__ = "audit_entry"
    instance: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    person: Mapped[int | None] = mapped_column(BigInteger, index=True)
    capacity: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(String(60))
    request_id: Mapped[str | None] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("uq_audit_entry_revision", "instance", "revision", unique=True),)


class AuditAnchor(Keyed, Base):
    """Seals every audit entry written between the anchor before it and `until`, so that a removed last entry is missed too.

    Anchors form one chain; whoever keeps the newest hash elsewhere can prove all that came before it.
    """

    __tablename__ = "audit_anchor"
    number: Mapped[int] = mapped_column(unique=True)
    """1 for the first."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    entries: Mapped[int] = mapped_column()
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Participant(Base):
    """An institution that may see a case, until when. The owner's row has no end."""

    __tablename__ = "participant"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"), primary_key=True)
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"), primary_key=True)
    until: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (Index("ix_participant_instance", "instance", "institution", "until"),)


class Follow(Base):
    """A person who wants to know what happens to a case (关注)."""

    __tablename__ = "follow"
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"), primary_key=True)
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(Instant)


class Notification(Entity, Base):
    """A line to one person. Texts hold no patient data."""

    __tablename__ = "notification"
    person: Mapped[int] = reference("person.key")
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    seat: Mapped[int | None] = mapped_column(BigInteger)
    instance: Mapped[int | None] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    urgent: Mapped[bool] = mapped_column(server_default=false())
    """Whether it waits for nobody's quiet hours."""
    dispatched_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its deliveries over other channels were made; None while it still is in the outbox."""
    __table_args__ = (
        Index("ix_notification_person", "person", "read_at", "at"),
        Index(
            "ix_notification_outbox",
            "at",
            sqlite_where=sql("dispatched_at IS NULL"),
            postgresql_where=sql("dispatched_at IS NULL"),
        ),
    )
