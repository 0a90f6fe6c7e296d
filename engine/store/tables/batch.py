"""Operations over many cases: one batch, and an item for each case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, Keyed


class Batch(Entity, Base):
    """One operation over many cases, each carried out by a job in a transaction of its own."""

    __tablename__ = "batch"
    kind: Mapped[str] = mapped_column(String(10))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500))
    total: Mapped[int] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("kind IN ('suspend','resume','cancel','migrate','revert')", name="kind"),
        Index("ix_batch_made_at", "made_at"),
    )


class BatchItem(Keyed, Base):
    """One case of a batch, and what became of it."""

    __tablename__ = "batch_item"
    batch: Mapped[int] = mapped_column(ForeignKey("batch.key"))
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(60))
    message: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state IN ('pending','done','failed','stopped')", name="state"),
        Index("ix_batch_item_state", "batch", "state", "key"),
    )
