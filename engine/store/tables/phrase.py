"""Phrases (常用语) for opinions, kept by persons for themselves and by institutions for their people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json, Keyed


class PhraseList(Keyed, Base):
    """The phrases of one person or of one institution, in their order."""

    __tablename__ = "phrase_list"
    person: Mapped[int | None] = mapped_column(ForeignKey("person.key"), unique=True)
    institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"), unique=True)
    phrases: Mapped[list[str]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("(person IS NULL) <> (institution IS NULL)", name="owner"),)
