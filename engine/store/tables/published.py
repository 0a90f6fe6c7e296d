"""Lists that cases have published for all others, in versions: a drug catalogue, a checklist, a price list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, reference


class PublishedList(Entity, Base):
    """One version of a list of one community. A version never changes; a later one takes its place from a day on."""

    __tablename__ = "published_list"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    """The lead of the community."""
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column()
    """Counted from 1 without gaps."""
    effective_on: Mapped[date] = mapped_column(Date)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    instance: Mapped[int] = reference("process_instance.key")
    """The case that published it."""
    published_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("institution", "name", "version"),
        CheckConstraint("version >= 1", name="version"),
    )
