"""Who was late, for 绩效, and when people are not to be disturbed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Keyed


class Lateness(Keyed, Base):
    """One level of a ladder that a task has reached, and who answered for the task at that moment.

    A pool that nobody has claimed counts for its posts, without a person.
    """

    __tablename__ = "lateness"
    seat: Mapped[int] = mapped_column(BigInteger, index=True)
    instance: Mapped[int] = mapped_column(BigInteger)
    definition: Mapped[int] = mapped_column(ForeignKey("process_definition.key"))
    clock: Mapped[str] = mapped_column(String(10))
    level: Mapped[int] = mapped_column()
    """1 overdue, 2 and 3 escalated."""
    at: Mapped[datetime] = mapped_column(Instant)
    person: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    post: Mapped[str | None] = mapped_column(String(20))
    institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a change of the calendars showed that it was not late after all."""
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        Index("ix_lateness_at", "at"),
    )


class QuietHours(Base):
    """When the people of an institution are not to be disturbed, in minutes after local midnight; may run over midnight."""

    __tablename__ = "quiet_hours"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"), primary_key=True, autoincrement=False)
    begins: Mapped[int] = mapped_column()
    ends: Mapped[int] = mapped_column()
    """The same as `begins`: never quiet."""
    __table_args__ = (CheckConstraint("begins BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name="minutes"),)
