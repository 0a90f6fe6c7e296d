"""Designs: the editable working copies of process folders, from the first change to their publication."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Keyed

_OPEN = text("state IN ('editing', 'inReview')")


class Design(Entity, Base):
    """The working copy of one process folder. A folder has at most one that is neither published nor discarded."""

    __tablename__ = "design"
    folder: Mapped[str] = mapped_column(String(200))
    title: Mapped[str | None] = mapped_column(String(200))
    """What a folder without a deployment is called."""
    base: Mapped[int | None] = mapped_column(ForeignKey("deployment.key"))
    """The deployment whose files it began with; None for a new folder."""
    state: Mapped[str] = mapped_column(String(10))
    """`editing`, `inReview`, `published` or `discarded`."""
    revision: Mapped[int] = mapped_column()
    """Goes up by one with each change to a file."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until then nobody else may change a file; a lease, so that a browser that is gone locks nobody out."""
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    submit_note: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    return_note: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    deployment: Mapped[int | None] = mapped_column(ForeignKey("deployment.key"))
    """What it was published as."""
    __table_args__ = (
        CheckConstraint("state IN ('editing', 'inReview', 'published', 'discarded')", name="state"),
        Index("uq_design_open", "folder", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


class DesignFile(Keyed, Base):
    """One file of a design as it was saved last."""

    __tablename__ = "design_file"
    design: Mapped[int] = mapped_column(ForeignKey("design.key"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column()
    """The design's revision when it was saved."""
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.key"))
    """None while it is as it was deployed."""
    __table_args__ = (UniqueConstraint("design", "name"),)


class DesignSave(Keyed, Base):
    """One save of a file of a design: who wrote what, and what to go back to after a mishap."""

    __tablename__ = "design_save"
    design: Mapped[int] = mapped_column(ForeignKey("design.key"))
    name: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column()
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None where the file was removed."""
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.key"))
    __table_args__ = (UniqueConstraint("design", "name", "revision"),)


class DesignPerson(Base):
    """What one person has to do with a design: when he looked at it last, and when he last wrote something."""

    __tablename__ = "design_person"
    design: Mapped[int] = mapped_column(ForeignKey("design.key"), primary_key=True, autoincrement=False)
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    wrote_at: Mapped[datetime | None] = mapped_column(Instant)
    """None for who has only looked: he is no author, so he may publish it."""
