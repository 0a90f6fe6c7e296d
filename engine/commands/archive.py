"""Copies of ended cases: kept once as they were drawn, read by whoever may read all of them.

A copy is drawn outside of any transaction (`engine.queries.archive`), like a message is sent; that it is kept, with its
hash in the case's audit trail, is one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers.journal import Journal
from engine.authorization import require_right, sees_instance, standing
from engine.authorization.archive import may_read_copy
from engine.commands.registry import Command
from engine.errors import Conflict, NotAllowed, NotFound
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.store.tables import ArchiveCopy, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

AGAIN = timedelta(minutes=10)
LATEST_AGAIN = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class KeepArchiveCopy(Command[Done]):
    """Keep the copy of an ended case that was drawn. One that is there already stays as it is."""

    repeatable = True

    instance: UUID
    content: bytes
    seats: tuple[int, ...] | None
    """Keys of the tasks whose forms it prints; None when it prints what one of their steps hides."""


@dataclass(frozen=True, kw_only=True)
class PostponeArchiveCopy(Command[Done]):
    """Try a copy that could not be drawn again later."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveContent:
    """A copy to be read."""

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReadArchiveCopy(Command[ArchiveContent]):
    """Read the copy of an ended case. It is a command because the reading is audited."""

    instance: UUID


def keep_archive_copy(command: KeepArchiveCopy, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    wished = _wished(work, command.instance)
    case = runtime.lock(work, wished.instance)
    if _wished(work, command.instance).made_at is not None:
        return Done(instance=case.id, state="kept")
    digest = hashlib.sha256(command.content).hexdigest()
    made: dict[str, Any] = {"made_at": work.now, "sha256": digest, "size": len(command.content)}
    work.connection.execute(
        update(ArchiveCopy)
        .where(ArchiveCopy.instance == case.key)
        .values(**made, seats=None if command.seats is None else list(command.seats), content=command.content)
    )

    def noted(journal: Journal) -> None:
        journal.note("archived", sha256=digest)

    runtime.note(work, case, Act(action="archive", data={"sha256": digest, "size": len(command.content)}), noted)
    return Done(instance=case.id, state="kept")


def postpone_archive_copy(command: PostponeArchiveCopy, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    wished = _wished(work, command.instance)
    if wished.made_at is None:
        wait = min(AGAIN * 2 ** min(wished.failures, 10), LATEST_AGAIN)
        later = {"failures": wished.failures + 1, "due_at": work.now + wait}
        work.connection.execute(update(ArchiveCopy).where(ArchiveCopy.instance == wished.instance).values(later))
    return Done(instance=command.instance)


def read_archive_copy(command: ReadArchiveCopy, work: UnitOfWork, runtime: Runtime) -> ArchiveContent:
    name = str(command.instance)
    copy = _wished(work, command.instance, content=True)
    who = standing(work.connection, work.actor.person, work.now)
    if not may_read_copy(work.connection, who, work.now, work.actor, copy.instance, copy.seats):
        if not sees_instance(work.connection, who, work.now, copy.instance):
            raise _not_found(command.instance)
        if copy.content is not None:
            raise NotAllowed(
                "archive-part", "Expected to read the copy of case '{id}', but it holds forms that you may not open", id=name
            )
    if copy.content is None:
        raise Conflict("archive-waiting", "Expected the copy of case '{id}', but it is not made yet", id=name)
    if hashlib.sha256(copy.content).hexdigest() != copy.sha256:
        raise Conflict("archive-changed", "Expected the copy of case '{id}' as it was kept, but it was changed", id=name)
    case = runtime.lock(work, copy.instance)
    runtime.note(work, case, Act(action="archive-read"), lambda journal: None)
    return ArchiveContent(name=f"{copy.number or name}.pdf", content=copy.content, sha256=copy.sha256)


def _wished(work: UnitOfWork, instance: UUID, *, content: bool = False) -> Any:
    columns = [column for column in ArchiveCopy.__table__.columns if content or column.name != "content"]
    statement = (
        select(*columns, ProcessInstance.number)
        .join(ProcessInstance, ProcessInstance.key == ArchiveCopy.instance)
        .where(ProcessInstance.id == instance)
    )
    found = work.connection.execute(statement).one_or_none()
    if found is None:
        raise _not_found(instance)
    return found


def _not_found(instance: UUID) -> NotFound:
    return NotFound("archive-not-found", "Expected an archive copy of case '{id}', but there is none for you", id=str(instance))
