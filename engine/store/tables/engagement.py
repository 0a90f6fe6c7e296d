"""Who is taken for a dispatch from when to when, and the chair and the agent that go with it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Keyed


class Engagement(Keyed, Base):
    """A person is taken by a case; another case cannot take him for the same days unless one of the two is part-time."""

    __tablename__ = "engagement"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    """Owner of the cases that may change it."""
    reference: Mapped[str] = mapped_column(String(80))
    """What it is taken for, such as a number of an assignment; known to every case that works on it."""
    instance: Mapped[int] = mapped_column(BigInteger)
    """Key of the case that has taken him, later of the one that has seated him; its row may be written after this one."""
    person: Mapped[int] = mapped_column(ForeignKey("person.key"))
    full_time: Mapped[bool] = mapped_column()
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date] = mapped_column(Date)
    """Last day, included."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    appointment: Mapped[int | None] = mapped_column(ForeignKey("appointment.key"), index=True)
    delegation: Mapped[int | None] = mapped_column(ForeignKey("delegation.key"), index=True)
    __table_args__ = (
        CheckConstraint("to_date >= from_date", name="dates"),
        Index("ix_engagement_reference", "institution", "reference"),
        Index("ix_engagement_person", "person", "to_date"),
    )
