"""The community's working time: years of working days and open hours, every state of them.

Rows are only added. The newest row of a subject holds; its `version` is also the number of the state of all calendars
that began with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json


class CalendarEntry(Base):
    """One change of the calendars."""

    __tablename__ = "calendar_entry"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the first."""
    kind: Mapped[str] = mapped_column(String(10))
    """`year`, or `hours` of a calendar."""
    subject: Mapped[str] = mapped_column(String(60))
    """The year, `CODE` of the community's calendar, or `CODE@INSTITUTION`."""
    content: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The document, see `engine.calendar`; None takes an institution's own hours back."""
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    """None for what came with the schema."""
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        CheckConstraint("kind IN ('year','hours')", name="kind"),
        Index("ix_calendar_entry_subject", "kind", "subject", "version"),
    )
