"""What a person who leaves or moves hands on (交接): one batch, and an item for each thing that names him."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json


class Handover(Entity, Base):
    """Everything of one person that is handed on from a day on."""

    __tablename__ = "handover"
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """`leaving` (离职) or `moving` (轮岗)."""
    from_date: Mapped[date] = mapped_column(Date)
    """First day on which the successors have it."""
    reason: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[int | None] = mapped_column(BigInteger)
    revoke_reason: Mapped[str | None] = mapped_column(String(500))
    __table_args__ = (
        CheckConstraint("kind IN ('leaving','moving')", name="kind"),
        Index("ix_handover_made_at", "made_at"),
    )


class HandoverItem(Entity, Base):
    """One thing of a handover, to whom it goes, and what became of it."""

    __tablename__ = "handover_item"
    handover: Mapped[int] = mapped_column(ForeignKey("handover.key"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """One of `engine.runtime.holdings.KINDS`."""
    subject: Mapped[int] = mapped_column(BigInteger)
    """Key of the row that it is about: a seat, an appointment, a process definition."""
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    place: Mapped[str | None] = mapped_column(String(300))
    """Number of the case, institution and department, or file and element."""
    successor: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    state: Mapped[str] = mapped_column(String(10))
    """`pending`; `done`; `failed`; `left` alone; `listed` (only to be looked at); `revoking`; `revoked`; `kept` (it was acted
    on since, and stays)."""
    code: Mapped[str | None] = mapped_column(String(60))
    message: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the refusal names."""
    undo: Mapped[dict[str, Any]] = mapped_column(Json)
    """What has to be known to give it back."""
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state IN ('pending','done','failed','left','listed','revoking','revoked','kept')", name="state"),
    )
