"""What cases have reserved of resources that lie outside them: money of a budget, beds of a ward, slots, numbers used once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from engine.store.base import Base, Entity, Instant, reference

PLACES = 4
"""Decimal places of an amount."""
_UNIT = 10**PLACES


class Amount(TypeDecorator[Decimal]):
    """An exact decimal with four places, kept as a whole number of ten-thousandths, which both databases add exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * _UNIT)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)) / _UNIT


class Reservation(Entity, Base):
    """One amount of one resource that a case holds. What has been used of it stays taken, whatever becomes of the rest."""

    __tablename__ = "reservation"
    resource: Mapped[str] = mapped_column(String(200), index=True)
    name: Mapped[str] = mapped_column(String(200))
    """What the case calls it; a case holds each name once of a resource."""
    instance: Mapped[int] = reference("process_instance.key")
    amount: Mapped[Decimal] = mapped_column(Amount)
    used: Mapped[Decimal] = mapped_column(Amount)
    state: Mapped[str] = mapped_column(String(10))
    """`held`; `released` by its case or with its end; `expired`."""
    held_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    """From then on it is free again."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state IN ('held','released','expired')", name="state"),
        CheckConstraint("(state = 'held') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("0 <= used AND used <= amount", name="used"),
        Index(
            "uq_reservation_held",
            "instance",
            "resource",
            "name",
            unique=True,
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )
