"""Copies of ended cases as they are kept: one PDF a case, made once, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json


class ArchiveCopy(Base):
    """The copy of one ended case, or the wish for one. The database refuses to change a copy that was made."""

    __tablename__ = "archive_copy"
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"), primary_key=True, autoincrement=False)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    """When it is tried next."""
    failures: Mapped[int] = mapped_column()
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column()
    """Bytes."""
    seats: Mapped[list[int] | None] = mapped_column(Json)
    """Keys of the tasks whose forms it prints: who may open all of them may read it. None when it prints what a step hides."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    __table_args__ = (
        CheckConstraint("(made_at IS NULL) = (content IS NULL) AND (made_at IS NULL) = (sha256 IS NULL)", name="made"),
        Index("ix_archive_copy_newest", "requested_at", "instance"),
        Index(
            "ix_archive_copy_due",
            "due_at",
            sqlite_where=text("made_at IS NULL"),
            postgresql_where=text("made_at IS NULL"),
        ),
    )
