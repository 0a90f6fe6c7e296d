"""The live state of process instances: one row per instance, scope, token, variable, subscription and compensation record.

The columns follow the kernel's rows; finished tokens and scopes have none. `process_instance` is the lock: its revision
grows by one with every step.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, JsonValue, Keyed, reference


class ProcessInstance(Entity, Base):
    """One run of a process definition, owned by one institution."""

    __tablename__ = "process_instance"
    definition: Mapped[int] = mapped_column(ForeignKey("process_definition.key"))
    revision: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(20))
    root_scope: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    correlation: Mapped[dict[str, Any]] = mapped_column(Json)
    institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"), index=True)
    collaboration: Mapped[int] = mapped_column(BigInteger, index=True)
    """Key of the first instance of the case that this one belongs to."""
    caller: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[str | None] = mapped_column(String(40), index=True)
    business_key: Mapped[str | None] = mapped_column(String(200), index=True)
    subject: Mapped[str | None] = mapped_column(Text)
    subject_masked: Mapped[str | None] = mapped_column(Text)
    initials: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Of the pinyin of its subject."""
    urgency: Mapped[str | None] = mapped_column(String(1))
    started_by: Mapped[int | None] = mapped_column(BigInteger, index=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it really began, for a case that was entered afterwards (补录)."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when nothing of it may move; None while it is not suspended."""
    audit_hash: Mapped[str] = mapped_column(String(64))
    """Hash of the newest audit entry, the head of this instance's chain."""
    __table_args__ = (
        CheckConstraint("state IN ('active','completed','terminated','cancelled')", name="state"),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended"),
        Index("ix_process_instance_started", "definition", "started_at"),
        Index(
            "ix_process_instance_ended",
            "definition",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
    )


class SearchValue(Base):
    """A value by which operators find a case, also after its end. See `engine.store.sortable` for how it is kept."""

    __tablename__ = "search_value"
    instance: Mapped[int] = reference("process_instance.key", primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    # Byte by byte, as SQLite compares every text.
    value: Mapped[str] = mapped_column(String(200).with_variant(String(200, collation="C"), "postgresql"))
    __table_args__ = (Index(None, "name", "value"),)


class Scope(Keyed, Base):
    """See `engine.kernel.rows.ScopeRow`."""

    __tablename__ = "scope"
    instance: Mapped[int] = reference("process_instance.key", index=True)
    kind: Mapped[str] = mapped_column(String(20))
    process: Mapped[str] = mapped_column(String(400))
    parent: Mapped[int | None] = mapped_column(BigInteger)
    host: Mapped[int | None] = mapped_column(BigInteger, index=True)
    live: Mapped[int] = mapped_column()
    at: Mapped[dict[str, int]] = mapped_column(Json)
    flags: Mapped[dict[str, Any]] = mapped_column(Json)
    __table_args__ = (CheckConstraint("live >= 0", name="live"),)


class Token(Entity, Base):
    """See `engine.kernel.rows.TokenRow`."""

    __tablename__ = "token"
    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid4)
    instance: Mapped[int] = reference("process_instance.key", index=True)
    scope: Mapped[int] = mapped_column(BigInteger)
    element: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int] = mapped_column(BigInteger)
    parent: Mapped[int | None] = mapped_column(BigInteger, index=True)
    data_scope: Mapped[int | None] = mapped_column(BigInteger)
    internal: Mapped[dict[str, Any]] = mapped_column(Json)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state IN ('waiting','ready','started','error')", name="state"),
        Index("ix_token_scope_element", "scope", "element"),
    )


class Variable(Base):
    """One variable of one scope, with who wrote it last."""

    __tablename__ = "variable"
    scope: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    instance: Mapped[int] = reference("process_instance.key")
    value: Mapped[Any] = mapped_column(JsonValue)
    revision: Mapped[int] = mapped_column()
    element: Mapped[str | None] = mapped_column(String(200))


class Subscription(Keyed, Base):
    """See `engine.kernel.rows.SubscriptionRow`."""

    __tablename__ = "subscription"
    instance: Mapped[int] = reference("process_instance.key", index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    scope: Mapped[int] = mapped_column(BigInteger, index=True)
    token: Mapped[int | None] = mapped_column(BigInteger, index=True)
    element: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int] = mapped_column(BigInteger)
    interrupting: Mapped[bool] = mapped_column()
    correlation: Mapped[dict[str, Any]] = mapped_column(Json)
    correlation_value: Mapped[str | None] = mapped_column(String(400))
    """First of the correlation pairs as `name=json`, so that a message finds its few candidates by an index.

    None where the model asks for properties of the payload, which only the kernel can read.
    """
    due: Mapped[datetime | None] = mapped_column(Instant)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    __table_args__ = (Index("ix_subscription_event", "kind", "name", "correlation_value"),)


class Compensation(Keyed, Base):
    """See `engine.kernel.rows.CompensationRow`."""

    __tablename__ = "compensation"
    instance: Mapped[int] = reference("process_instance.key", index=True)
    scope: Mapped[int] = mapped_column(BigInteger, index=True)
    activity: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
