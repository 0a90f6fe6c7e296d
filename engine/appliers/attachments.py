"""Attachments come with an upload, become part of a case when its task is completed, and go along with its messages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from engine.store.state import chunks
from engine.store.tables import Attachment, AttachmentPart, CaseAttachment
from engine.store.unit_of_work import UnitOfWork

PART_BYTES = 256 * 1024

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class AttachmentUploaded:
    """A file was put into a field of an open task's form."""

    id: UUID
    seat: int
    person: int
    field: str
    name: str
    type: str
    sha256: str
    content: bytes


def keep_upload(work: UnitOfWork, effect: AttachmentUploaded) -> None:
    """Writes the upload and its content."""
    row = {
        "key": work.new_key(),
        "id": effect.id,
        "seat": effect.seat,
        "person": effect.person,
        "field": effect.field,
        "name": effect.name,
        "type": effect.type,
        "size": len(effect.content),
        "sha256": effect.sha256,
        "uploaded_at": work.now,
        "submitted_at": None,
    }
    work.connection.execute(insert(Attachment).values(row))
    for number, start in enumerate(range(0, len(effect.content), PART_BYTES)):
        part = effect.content[start : start + PART_BYTES]
        work.connection.execute(insert(AttachmentPart).values(attachment=row["key"], number=number, content=part))


def submit_uploads(work: UnitOfWork, instance: int, seat: int, ids: Collection[str]) -> None:
    """Makes these uploads of a task part of its case; what of `ids` is no upload of the task is passed over."""
    if not ids:
        return
    named = Attachment.id.in_([UUID(one) for one in ids])
    uploads = select(Attachment.key).where(Attachment.seat == seat, Attachment.submitted_at.is_(None), named)
    keys = list(work.connection.execute(uploads).scalars())
    if keys:
        work.connection.execute(update(Attachment).where(Attachment.key.in_(keys)).values(submitted_at=work.now))
        _link(work, instance, keys)


def reopen_uploads(work: UnitOfWork, instance: int, seat: int, again: int) -> None:
    """Makes what was submitted with a task unsent uploads of the task that takes its place."""
    uploads = select(Attachment.key).where(Attachment.seat == seat, Attachment.submitted_at.is_not(None))
    keys = list(work.connection.execute(uploads).scalars())
    links = (CaseAttachment.instance == instance, CaseAttachment.attachment.in_(keys))
    work.connection.execute(delete(CaseAttachment).where(*links))
    work.connection.execute(update(Attachment).where(Attachment.key.in_(keys)).values(seat=again, submitted_at=None))


def share_attachments(work: UnitOfWork, sender: int, receiver: int, payload: Mapping[str, Any]) -> None:
    """Links the sender's attachments that a message names to the receiving case, so that its forms may show them."""
    ids = [UUID(one) for one in dict.fromkeys(_ids(payload))]
    if not ids:
        return
    there = select(CaseAttachment.attachment).where(CaseAttachment.instance == receiver)
    sent = (
        select(CaseAttachment.attachment)
        .join(Attachment, Attachment.key == CaseAttachment.attachment)
        .where(CaseAttachment.instance == sender, Attachment.id.in_(ids), CaseAttachment.attachment.not_in(there))
    )
    _link(work, receiver, list(work.connection.execute(sent).scalars()))


def drop_uploads(work: UnitOfWork, keys: Sequence[int]) -> None:
    """Removes uploads that never became part of a case."""
    for chunk in chunks(keys):
        work.connection.execute(delete(AttachmentPart).where(AttachmentPart.attachment.in_(chunk)))
        work.connection.execute(delete(Attachment).where(Attachment.key.in_(chunk), Attachment.submitted_at.is_(None)))


def _link(work: UnitOfWork, instance: int, attachments: Sequence[int]) -> None:
    rows = [{"instance": instance, "attachment": key, "linked_at": work.now} for key in attachments]
    if rows:
        work.connection.execute(insert(CaseAttachment), rows)


def _ids(value: Any) -> Iterator[str]:
    """Texts of the form of an id in lists anywhere below `value`: file fields hold lists of ids."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if isinstance(inner, str):
                if _ID.fullmatch(inner):
                    yield inner
            else:
                yield from _ids(inner)
