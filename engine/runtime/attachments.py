"""Which attachments there are to read: those linked to a case, with its opinions, and one's uploads in an open task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select

from engine.records import AttachmentRecord
from engine.store.base import Executes
from engine.store.prepared import Prepared
from engine.store.tables import Attachment, CaseAttachment
from engine.store.tables.attachment import OPINION

_COLUMNS = (Attachment.id, Attachment.name, Attachment.type, Attachment.size, Attachment.uploaded_at)
_OWN = (Attachment.seat == bindparam("seat"), Attachment.person == bindparam("person"), Attachment.submitted_at.is_(None))
OWN_UPLOADS = Prepared(select(*_COLUMNS).where(*_OWN, Attachment.field != OPINION).order_by(Attachment.key))
ENCLOSED_UPLOADS = Prepared(
    select(*_COLUMNS, Attachment.sha256).where(*_OWN, Attachment.field == OPINION).order_by(Attachment.key)
)
ENCLOSURES = Prepared(
    select(*_COLUMNS, Attachment.sha256, Attachment.seat)
    .join(CaseAttachment, CaseAttachment.attachment == Attachment.key)
    .where(CaseAttachment.instance == bindparam("instance"), Attachment.field == OPINION, Attachment.submitted_at.is_not(None))
    .order_by(Attachment.key)
)


@dataclass(frozen=True, kw_only=True)
class EnclosedFile(AttachmentRecord):
    """A file that was sent with an opinion."""

    sha256: str


def linked_attachments(connection: Executes, instance: int, ids: Collection[str]) -> tuple[AttachmentRecord, ...]:
    """Those of `ids` that are part of the case, in the order of their upload."""
    if not ids:
        return ()
    linked = CaseAttachment.attachment == Attachment.key
    named = (CaseAttachment.instance == instance, Attachment.id.in_([UUID(one) for one in ids]))
    return _records(connection, select(*_COLUMNS).join(CaseAttachment, linked).where(*named))


def own_uploads(connection: Executes, seat: int, person: int | None) -> tuple[AttachmentRecord, ...]:
    """What the person has uploaded for the task's form and not sent."""
    rows = OWN_UPLOADS.all(connection, seat=seat, person=person)
    return tuple(AttachmentRecord(**row._asdict()) for row in rows)


def enclosed_uploads(connection: Executes, seat: int, person: int | None) -> tuple[EnclosedFile, ...]:
    """What the person has uploaded to go with his opinion on the task, and not sent."""
    rows = ENCLOSED_UPLOADS.all(connection, seat=seat, person=person)
    return tuple(EnclosedFile(**row._asdict()) for row in rows)


def enclosures(connection: Executes, instance: int) -> Mapping[int, tuple[EnclosedFile, ...]]:
    """The files that were sent with the opinions of a case, by key of the task."""
    return enclosed_files(ENCLOSURES.all(connection, instance=instance))


def enclosed_files(rows: Iterable[Any]) -> Mapping[int, tuple[EnclosedFile, ...]]:
    """The files that `ENCLOSURES` found, by key of the task."""
    found: dict[int, tuple[EnclosedFile, ...]] = {}
    for row in rows:
        file = {name: value for name, value in row._asdict().items() if name != "seat"}
        found[row.seat] = (*found.get(row.seat, ()), EnclosedFile(**file))
    return found


def uploaded(seat: int, person: int | None) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a person's uploads in a task."""
    return Attachment.seat == seat, Attachment.person == person, Attachment.submitted_at.is_(None)


def _records(connection: Executes, query: Select[UUID, str, str, int, datetime]) -> tuple[AttachmentRecord, ...]:
    rows = connection.execute(query.order_by(Attachment.key))
    return tuple(AttachmentRecord(**row._mapping) for row in rows)
