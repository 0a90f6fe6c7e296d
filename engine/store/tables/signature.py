"""Handwritten signatures: drawn by hand, given with the password, bound to the decision that they sign."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant


class Signature(Entity, Base):
    """One signature at one task. The database refuses to change it once it is bound."""

    __tablename__ = "signature"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"))
    person: Mapped[int] = mapped_column(ForeignKey("person.key"))
    """Who has drawn it; an agent, where one acts."""
    given_at: Mapped[datetime] = mapped_column(Instant)
    """When the password was given again."""
    image: Mapped[bytes] = mapped_column(LargeBinary)
    """PNG."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the image."""
    bound_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the decision was made; None until then."""
    seal: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over task, person, outcome, opinion, form hash and image; the audit trail holds it too."""
    __table_args__ = (
        CheckConstraint("(bound_at IS NULL) = (seal IS NULL)", name="bound"),
        Index("ix_signature_seat", "seat", "person"),
    )
