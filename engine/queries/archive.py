"""Archive copies: which are due, how one is drawn, and, for who keeps the archive, which are kept and whether one is intact."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.authorization.archive import RIGHT
from engine.errors import NotFound
from engine.printing import render
from engine.queries.case_document import case_document, case_paper, moment
from engine.queries.instance_rows import select_instances
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.paper_words import NOTES, WORDS
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded, ProcessName, process_name
from engine.store.tables import ArchiveCopy, AuditEntry, Institution, ProcessDefinition, ProcessInstance


@dataclass(frozen=True, kw_only=True)
class ListDueCopies(Query[tuple[UUID, ...]]):
    """Ended cases whose archive copies are to be drawn, those that wait longest first."""

    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class DrawArchiveCopy(Query["DrawnCopy"]):
    """The whole of an ended case as it is to be kept."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class DrawnCopy:
    """A copy that is not kept yet."""

    content: bytes
    seats: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class ListArchive(Query[Page["ArchivedCase"]]):
    """The copies of ended cases, those that ended last first. Needs the right `archive`."""

    number: str | None = None
    """Only cases whose number holds this text."""
    institution: str | None = None
    """Code of the institution whose cases they are."""
    process: str | None = None
    """Key of the process in the model, in any version."""
    ended_from: datetime | None = None
    ended_to: datetime | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ArchivedCase:
    """One ended case and its copy. What the case was about stands in the copy, whose reading is audited."""

    instance: UUID
    number: str | None
    process: ProcessName
    institution: Coded | None
    state: str
    """How it ended: `completed`, `terminated` or `cancelled`."""
    ended_at: datetime
    made_at: datetime | None
    """None while the copy waits to be made."""
    sha256: str | None
    size: int | None
    """Bytes."""
    failures: int
    """How often it could not be made."""


@dataclass(frozen=True, kw_only=True)
class VerifyArchiveCopy(Query["CopyVerification"]):
    """Recompute the hash of a copy and hold it against the one that is kept and the one in the audit trail."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class CopyVerification:
    """What was found of one copy."""

    intact: bool
    found: str
    """SHA-256 of the copy as it lies in the store."""
    kept: str
    """The one that was kept beside it."""
    noted: str | None
    """The one that the case's audit trail knows; None when it knows none."""


_NEWEST = Order((ArchiveCopy.requested_at, ArchiveCopy.instance), descending=True)


def list_due_copies(query: ListDueCopies, reader: Reader) -> tuple[UUID, ...]:
    require_right(reader.actor, "operations")
    due = (
        select(ProcessInstance.id)
        .join(ArchiveCopy, ArchiveCopy.instance == ProcessInstance.key)
        .where(ArchiveCopy.made_at.is_(None), ArchiveCopy.due_at <= reader.now)
        .order_by(ArchiveCopy.due_at)
        .limit(query.limit)
    )
    return tuple(reader.connection.execute(due).scalars())


def draw_archive_copy(query: DrawArchiveCopy, reader: Reader) -> DrawnCopy:
    """The copy with every form of the case, under the rights of its step. Raises NotAllowed and NotFound."""
    require_right(reader.actor, "operations")
    row = reader.connection.execute(select_instances().where(ProcessInstance.id == query.instance)).one_or_none()
    if row is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none", id=str(query.instance))
    paper = case_paper(reader, row, None, "zh")
    printed = WORDS["zh"]["archived"].format(at=moment(reader.now))
    document = case_document(reader, row, paper, language="zh", notes=[NOTES["archive"]], printed=printed)
    return DrawnCopy(content=render(document), seats=paper.seats)


def list_archive(query: ListArchive, reader: Reader) -> Page[ArchivedCase]:
    """One page. Raises NotAllowed without the right `archive`, Invalid for a wrong cursor or limit."""
    require_right(reader.actor, RIGHT)
    copy, case, process = ArchiveCopy, ProcessInstance, ProcessDefinition
    statement = (
        select(copy.instance, copy.made_at, copy.sha256, copy.size, copy.failures)
        .add_columns(case.id, case.number, case.state, case.ended_at, case.definition)
        .add_columns(Institution.code, Institution.short_name)
        .join(case, case.key == copy.instance)
        .join(process, process.key == case.definition)
        .outerjoin(Institution, Institution.key == case.institution)
    )
    wanted = {Institution.code: query.institution, process.process_id: query.process}
    statement = statement.where(*(column == value for column, value in wanted.items() if value is not None))
    if query.number:
        statement = statement.where(case.number.icontains(query.number, autoescape=True))
    if query.ended_from is not None:
        statement = statement.where(case.ended_at >= query.ended_from)
    if query.ended_to is not None:
        statement = statement.where(case.ended_at <= query.ended_to)
    rows, following = _NEWEST.page(reader.connection, statement, query.cursor, query.limit)
    found = tuple(
        ArchivedCase(
            instance=row.id,
            number=row.number,
            process=process_name(reader, row.definition),
            institution=None if row.code is None else Coded(code=row.code, name=row.short_name),
            state=row.state,
            ended_at=row.ended_at,
            made_at=row.made_at,
            sha256=row.sha256,
            size=row.size,
            failures=row.failures,
        )
        for row in rows
    )
    return Page(items=found, next_cursor=following)


def verify_archive_copy(query: VerifyArchiveCopy, reader: Reader) -> CopyVerification:
    """Raises NotAllowed without the right `archive`, NotFound where no copy is made."""
    require_right(reader.actor, RIGHT)
    sealed_by = (AuditEntry.instance == ArchiveCopy.instance) & (AuditEntry.action == "archive")
    statement = (
        select(ArchiveCopy.content, ArchiveCopy.sha256, AuditEntry.data)
        .join(ProcessInstance, ProcessInstance.key == ArchiveCopy.instance)
        .outerjoin(AuditEntry, sealed_by)
        .where(ProcessInstance.id == query.instance, ArchiveCopy.made_at.is_not(None))
    )
    row = reader.connection.execute(statement).first()
    if row is None:
        message = "Expected an archive copy of case '{id}', but there is none for you"
        raise NotFound("archive-not-found", message, id=str(query.instance))
    found, noted = hashlib.sha256(row.content).hexdigest(), (row.data or {}).get("sha256")
    return CopyVerification(intact=found == row.sha256 == noted, found=found, kept=row.sha256, noted=noted)
