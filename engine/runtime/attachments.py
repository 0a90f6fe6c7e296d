"""Which attachments there are to read: those linked to a case, and a person's uploads in a task that is still open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select

from engine.records import AttachmentRecord
from engine.store.base import Executes
from engine.store.prepared import Prepared
from engine.store.tables import Attachment, CaseAttachment

_COLUMNS = (Attachment.id, Attachment.name, Attachment.type, Attachment.size, Attachment.uploaded_at)
OWN_UPLOADS = Prepared(
    select(*_COLUMNS)
    .where(Attachment.seat == bindparam("seat"), Attachment.person == bindparam("person"), Attachment.submitted_at.is_(None))
    .order_by(Attachment.key)
)


def linked_attachments(connection: Executes, instance: int, ids: Collection[str]) -> tuple[AttachmentRecord, ...]:
    """Those of `ids` that are part of the case, in the order of their upload."""
    if not ids:
        return ()
    linked = CaseAttachment.attachment == Attachment.key
    named = (CaseAttachment.instance == instance, Attachment.id.in_([UUID(one) for one in ids]))
    return _records(connection, select(*_COLUMNS).join(CaseAttachment, linked).where(*named))


def own_uploads(connection: Executes, seat: int, person: int | None) -> tuple[AttachmentRecord, ...]:
    """What the person has uploaded in the task and not sent."""
    rows = OWN_UPLOADS.all(connection, seat=seat, person=person)
    return tuple(AttachmentRecord(**row._asdict()) for row in rows)


def uploaded(seat: int, person: int | None) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a person's uploads in a task."""
    return Attachment.seat == seat, Attachment.person == person, Attachment.submitted_at.is_(None)


def _records(connection: Executes, query: Select[UUID, str, str, int, datetime]) -> tuple[AttachmentRecord, ...]:
    rows = connection.execute(query.order_by(Attachment.key))
    return tuple(AttachmentRecord(**row._mapping) for row in rows)
