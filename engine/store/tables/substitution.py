"""Who acts for whom for a while: 代理."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json


class Delegation(Entity, Base):
    """An agent does the work of a principal from an instant to before another."""

    __tablename__ = "delegation"
    principal: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    agent: Mapped[int] = mapped_column(ForeignKey("person.key"))
    institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"))
    """Only the work of the principal's chairs at this institution; None is all of them."""
    processes: Mapped[list[str] | None] = mapped_column(Json)
    """Only the work of these processes, by their keys in the model; None is all of them."""
    from_at: Mapped[datetime] = mapped_column(Instant)
    to_at: Mapped[datetime] = mapped_column(Instant)
    """First instant after it; ending it earlier brings this forward."""
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("principal <> agent", name="persons"),
        CheckConstraint("to_at >= from_at", name="times"),
        Index("ix_delegation_agent", "agent", "to_at"),
    )
