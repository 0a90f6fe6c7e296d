"""Files in the forms of tasks and with opinions: uploading, taking back, reading, and forgetting what was never sent.

An upload is its uploader's until the task is completed with it. A file of a case is read through a task: whoever may
open the task and is shown the field that names the file may read it. What is enclosed with an opinion goes with the decision,
and is read by whoever may see the case and so the opinion. Each reading is in the case's audit trail.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select

from engine.appliers.attachments import AttachmentUploaded, drop_uploads, keep_upload
from engine.authorization import may_act_on_seat, require_visible_instance, require_visible_seat, standing
from engine.commands.registry import Command
from engine.commands.task import lock_open_seat, lock_seat
from engine.commands.texts import require_text
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.forms.files import FILE_TYPES, LARGEST_FILE, MEGABYTE, FileRules, Unreadable, media_type, plain_name
from engine.kernel.model import ApprovalModel
from engine.kernel.roles import READER
from engine.records import AttachmentRecord, Done
from engine.runtime import Act, Case, Runtime, TaskPlace, field_rights, task_form
from engine.runtime.attachments import enclosed_uploads, enclosures, linked_attachments, own_uploads, uploaded
from engine.runtime.rights import role_of
from engine.store.tables import Attachment, AttachmentPart, AuditEntry, CaseAttachment, Draft, ProcessInstance, Seat
from engine.store.tables.attachment import OPINION
from engine.store.unit_of_work import UnitOfWork

READ = "attachment-read"
AGAIN = timedelta(minutes=10)
"""Reading the same file again so soon is the same reading."""
UPLOADS = 30
"""Files that one person may have uploaded in one task and not sent."""
NAME_LENGTH = 400
ENCLOSURES = FileRules(types=frozenset(FILE_TYPES), count=5, size=LARGEST_FILE)
"""What may go with an opinion."""
UNSENT = timedelta(days=1)
"""How long an upload is kept that no draft names."""
PURGED_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class AddAttachment(Command[AttachmentRecord]):
    """Upload a file for a field of a task's form, or to go with the opinion (`OPINION` as the field).

    The caller chooses the id, so that sending it again does no harm.
    """

    task: UUID
    id: UUID
    field: str
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class RemoveAttachment(Command[Done]):
    """Take back an upload that was not sent. One that is gone already is no error."""

    task: UUID
    id: UUID


@dataclass(frozen=True, kw_only=True)
class AttachmentContent:
    """A file to be read."""

    record: AttachmentRecord
    content: bytes


@dataclass(frozen=True, kw_only=True)
class ReadAttachment(Command[AttachmentContent]):
    """Read a file that a task's form shows, or one's own upload. It is a command because the reading is audited."""

    task: UUID
    id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadEnclosure(Command[AttachmentContent]):
    """Read a file that was sent with an opinion on a case. It is a command because the reading is audited."""

    instance: UUID
    id: UUID


@dataclass(frozen=True, kw_only=True)
class PurgeAttachments(Command[Done]):
    """Forget uploads that were never sent: their task has ended, or for a day no draft has named them."""


def add_attachment(command: AddAttachment, work: UnitOfWork, runtime: Runtime) -> AttachmentRecord:
    case, seat, _ = lock_open_seat(work, runtime, command.task, moving=False)
    person = _person(work)
    require_text("name", command.name, NAME_LENGTH)
    rules = ENCLOSURES if command.field == OPINION else _rules_of(runtime, seat, command.field)
    kind = kind_of_content(command.content, rules)
    digest = hashlib.sha256(command.content).hexdigest()
    known = _known(work, command.id)
    if known is not None:
        if known != (seat.key, person, digest):
            raise Conflict("attachment-id", "Expected a new id for an attachment, but '{id}' is another's", id=str(command.id))
        return _own(work, seat, command.id)
    _expect_room(work, case, seat, len(command.content))
    if command.field == OPINION:
        _expect_few(work, seat)
    upload = AttachmentUploaded(
        id=command.id,
        seat=seat.key,
        person=person,
        field=command.field,
        name=plain_name(command.name, kind),
        type=kind,
        sha256=digest,
        content=command.content,
    )
    keep_upload(work, upload)
    return _own(work, seat, command.id)


def remove_attachment(command: RemoveAttachment, work: UnitOfWork, runtime: Runtime) -> Done:
    _, seat, _ = lock_open_seat(work, runtime, command.task, moving=False)
    own = select(Attachment.key).where(*uploaded(seat.key, work.actor.person), Attachment.id == command.id)
    drop_uploads(work, list(work.connection.execute(own).scalars()))
    return Done(task=seat.id)


def read_attachment(command: ReadAttachment, work: UnitOfWork, runtime: Runtime) -> AttachmentContent:
    case, seat = lock_seat(work, runtime, command.task)
    who = standing(work.connection, work.actor.person, work.now)
    require_visible_seat(work.connection, who, work.now, seat.key, seat.id)
    record = _own_or_none(work, seat, command.id)
    if record is None:
        record = _shown(work, runtime, case, seat, command.id)
        _note_reading(work, runtime, case, command.id)
    return AttachmentContent(record=record, content=_content(work, command.id))


def read_enclosure(command: ReadEnclosure, work: UnitOfWork, runtime: Runtime) -> AttachmentContent:
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == command.instance)).scalar_one_or_none()
    who = standing(work.connection, work.actor.person, work.now)
    if key is None:
        raise _no_attachment(command.id)
    require_visible_instance(work.connection, who, work.now, key, command.instance)
    sent = (file for files in enclosures(work.connection, key).values() for file in files if file.id == command.id)
    record = next(sent, None)
    if record is None:
        raise _no_attachment(command.id)
    case = runtime.lock(work, key)
    _note_reading(work, runtime, case, command.id)
    return AttachmentContent(record=record, content=_content(work, command.id))


def purge_attachments(command: PurgeAttachments, work: UnitOfWork, runtime: object) -> Done:
    ended, old = Seat.state.in_(("completed", "closed")), Attachment.uploaded_at <= work.now - UNSENT
    statement = (
        # A draft names its files by their ids.
        select(Attachment.key, Attachment.id, Attachment.field, Seat.state, Draft.data)
        .join(Seat, Seat.key == Attachment.seat)
        .outerjoin(Draft, (Draft.seat == Attachment.seat) & (Draft.person == Attachment.person))
        .where(Attachment.submitted_at.is_(None), or_(ended, old))
        .order_by(Attachment.key)
        .limit(PURGED_AT_ONCE)
    )
    gone: list[int] = []
    seen = 0
    while len(gone) < PURGED_AT_ONCE:
        # Page by page: those that drafts keep must not hide the ones after them.
        found = work.connection.execute(statement.where(Attachment.key > seen)).all()
        gone += [row.key for row in found if row.state not in ("open", "claimed") or not _wanted(row)]
        if len(found) < PURGED_AT_ONCE:
            break
        seen = found[-1].key
    drop_uploads(work, gone)
    return Done()


def _wanted(row: Row[Any]) -> bool:
    """Whether an upload in an open task is still to be sent: a draft names it, or it goes with the opinion."""
    return row.field == OPINION or str(row.id) in str(row.data)


def _person(work: UnitOfWork) -> int:
    if work.actor.person is None:
        raise NotAllowed("no-person", "Expected a person to upload a file, but it is the system")
    return work.actor.person


def _rules_of(runtime: Runtime, seat: Row[Any], name: str) -> FileRules:
    """What a file field of the task's form takes, if the person may write it."""
    definition = runtime.definitions.get(seat.definition)
    approval = definition.model.elements[seat.element].approval or ApprovalModel()
    form = definition.forms.get(approval.form) if approval.form else None
    found = form.file_field(name, field_rights(approval, role_of(seat, seat.assignee))) if form is not None else None
    if found is None or found.files is None:
        raise Invalid("attachment-field", "Expected a file field of the task's form, but found '{name}'", name=name[:100])
    return found.files


def kind_of_content(content: bytes, rules: FileRules) -> str:
    """The media type of a file, where the rules take it. Raises Invalid."""
    if not content:
        raise Invalid("attachment-empty", "Expected a file, but it is empty")
    if len(content) > rules.size:
        raise Invalid("attachment-too-large", "Expected at most {limit} bytes, but the file is larger", limit=rules.size)
    try:
        kind = media_type(content)
    except Unreadable as refusal:
        raise Invalid(refusal.code, "Expected a whole JPEG, PNG or PDF file, but it is none") from None
    if kind not in rules.types:
        raise Invalid("attachment-type", "Expected one of the types of the field, but found '{kind}'", kind=kind)
    return kind


def _known(work: UnitOfWork, name: UUID) -> tuple[int, int, str] | None:
    """Task, uploader and hash of an attachment that has this id already."""
    columns = Attachment.seat, Attachment.person, Attachment.sha256
    row = work.connection.execute(select(*columns).where(Attachment.id == name)).one_or_none()
    return None if row is None else (row.seat, row.person, row.sha256)


def _expect_room(work: UnitOfWork, case: Case, seat: Row[Any], size: int) -> None:
    """Raises Conflict when the person has too many uploads here, or the case would grow beyond its limit."""
    mine = select(func.count()).select_from(Attachment).where(*uploaded(seat.key, work.actor.person))
    if work.connection.execute(mine).scalar_one() >= UPLOADS:
        raise Conflict("attachment-count", "Expected at most {count} uploads in a task, but there are more", count=UPLOADS)
    linked = (
        select(func.coalesce(func.sum(Attachment.size), 0))
        .join(CaseAttachment, CaseAttachment.attachment == Attachment.key)
        .where(CaseAttachment.instance == case.key)
    )
    waiting = (
        select(func.coalesce(func.sum(Attachment.size), 0))
        .join(Seat, Seat.key == Attachment.seat)
        .where(Seat.instance == case.key, Attachment.submitted_at.is_(None))
    )
    there = sum(int(work.connection.execute(query).scalar_one()) for query in (linked, waiting))
    limit = work.config.case_attachments * MEGABYTE
    if there + size > limit:
        raise Conflict(
            "attachment-case-full", "Expected at most {limit} bytes in a case, but it holds {there}", limit=limit, there=there
        )


def _expect_few(work: UnitOfWork, seat: Row[Any]) -> None:
    """Raises Conflict when as many files go with the opinion already as may."""
    if len(enclosed_uploads(work.connection, seat.key, work.actor.person)) >= ENCLOSURES.count:
        count = ENCLOSURES.count
        raise Conflict("enclosure-count", "Expected at most {count} files with an opinion, but there are more", count=count)


def _own(work: UnitOfWork, seat: Row[Any], name: UUID) -> AttachmentRecord:
    found = _own_or_none(work, seat, name)
    if found is None:
        raise Conflict("attachment-sent", "Expected upload '{id}' to wait, but it has been sent", id=str(name))
    return found


def _own_or_none(work: UnitOfWork, seat: Row[Any], name: UUID) -> AttachmentRecord | None:
    """The person's own upload in a task that he may still complete."""
    if work.actor.person is None or seat.state in ("completed", "closed"):
        return None
    person = work.actor.person
    every = (*own_uploads(work.connection, seat.key, person), *enclosed_uploads(work.connection, seat.key, person))
    found = next((record for record in every if record.id == name), None)
    if found is not None:
        may_act_on_seat(work, seat)
    return found


def _shown(work: UnitOfWork, runtime: Runtime, case: Case, seat: Row[Any], name: UUID) -> AttachmentRecord:
    """The attachment, if the task's form shows it to the reader. Raises NotFound."""
    place = TaskPlace(
        home=seat.definition,
        definition=case.definition,
        element=seat.element,
        instance=case.key,
        scope=seat.scope,
        ended_at=seat.ended_at,
    )
    role = role_of(seat, seat.assignee) if seat.assignee == work.actor.person else READER
    form = task_form(work.connection, runtime.definitions, work.now, place, writable=False, role=role)
    if form is not None and str(name) in form.model.attachments(form.readable()):
        for record in linked_attachments(work.connection, case.key, [str(name)]):
            return record
    raise _no_attachment(name)


def _no_attachment(name: UUID) -> NotFound:
    return NotFound(
        "attachment-not-found", "Expected to find attachment '{id}', but there is none that you may read", id=str(name)
    )


def _note_reading(work: UnitOfWork, runtime: Runtime, case: Case, name: UUID) -> None:
    lately = select(AuditEntry.key).where(
        AuditEntry.instance == case.key,
        AuditEntry.person == work.actor.person,
        AuditEntry.action == READ,
        AuditEntry.object == str(name),
        AuditEntry.at > work.now - AGAIN,
    )
    if work.connection.execute(lately.limit(1)).first() is None:
        runtime.note(work, case, Act(action=READ, object=str(name)), lambda journal: None)


def _content(work: UnitOfWork, name: UUID) -> bytes:
    """The content as it was uploaded. Raises Conflict when it is not what its hash says."""
    statement = (
        select(AttachmentPart.content, Attachment.sha256)
        .join(Attachment, Attachment.key == AttachmentPart.attachment)
        .where(Attachment.id == name)
        .order_by(AttachmentPart.number)
    )
    rows = work.connection.execute(statement).all()
    content = b"".join(row.content for row in rows)
    if not rows or hashlib.sha256(content).hexdigest() != rows[0].sha256:
        raise Conflict(
            "attachment-changed", "Expected attachment '{id}' as it was uploaded, but it has been changed", id=str(name)
        )
    return content
