"""Letters (来函): what a message that was entered for an institution without a system came with, on paper."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant


class Letter(Base):
    """The scan of one letter. Its content never changes."""

    __tablename__ = "letter"
    message: Mapped[int] = mapped_column(ForeignKey("message.key"), primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid4, unique=True)
    name: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(40))
    """Media type, told by the content."""
    size: Mapped[int] = mapped_column()
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    attached_at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[bytes] = mapped_column(LargeBinary)
