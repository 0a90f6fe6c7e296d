"""Attachments: files that belong to a task's form or to an opinion, kept in the database with the case that they are part of.

A file lies in the database, not beside it: it commits with the step that it belongs to, is in every backup, is there on
every node, and goes when its rows go. It is written in parts, so that reading and writing hold no second copy of it.

An attachment is an upload until its task is completed; only its uploader sees it then. Completing links it to the case,
and a message that carries its id links it to the receiving case. Only a link makes it readable, through a task of that
case whose form shows it to the reader; what is enclosed with an opinion is read by whoever may see the case.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant

OPINION = "$opinion"
"""In the place of a field's name, for a file that is enclosed with an opinion. No field of a form can be called so."""


class Attachment(Entity, Base):
    """One file as it was uploaded. Its content never changes."""

    __tablename__ = "attachment"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"), index=True)
    """Task that it was uploaded in."""
    person: Mapped[int] = mapped_column(ForeignKey("person.key"))
    field: Mapped[str] = mapped_column(String(200))
    """Name of the form's field that it was uploaded for, or `OPINION`."""
    name: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(40))
    """Media type, told by the content."""
    size: Mapped[int] = mapped_column()
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its task was completed with it; None for an upload."""
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        Index("ix_attachment_submitted_at", "submitted_at", "uploaded_at"),
    )


class AttachmentPart(Base):
    """A part of an attachment's content, numbered from 0."""

    __tablename__ = "attachment_part"
    attachment: Mapped[int] = mapped_column(ForeignKey("attachment.key"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CaseAttachment(Base):
    """That an attachment is part of a case: of the one it was submitted in, or of one that a message took it to."""

    __tablename__ = "case_attachment"
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"), primary_key=True)
    attachment: Mapped[int] = mapped_column(ForeignKey("attachment.key"), primary_key=True)
    linked_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (Index("ix_case_attachment_attachment", "attachment"),)
