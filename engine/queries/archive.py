"""Archive copies: which are due, and how one is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.errors import NotFound
from engine.printing import render
from engine.queries.case_document import case_document, case_paper, moment
from engine.queries.instance_rows import select_instances
from engine.queries.paper_words import NOTES, WORDS
from engine.queries.registry import Query, Reader
from engine.store.tables import ArchiveCopy, ProcessInstance


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
