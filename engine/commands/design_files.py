"""The files of a design: saved, removed, and held by one person at a time.

Whoever saves names the revision he has read, so that nothing is overwritten that he has not seen; a save that arrives twice
changes nothing more. A file that cannot be parsed is saved all the same: nothing that was typed is lost, it is only not
published. Who holds the lock alone may save; it is a lease that his browser renews, and a save takes it where it is free.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update

from engine.appliers import audit
from engine.authorization import require_right
from engine.authorization.designs import DESIGN, PUBLISH, require_designing
from engine.commands.design import lock_design, note_person, person_name, require_state, require_unlocked
from engine.commands.registry import Command
from engine.errors import Conflict, FieldError, InvalidForm, NotFound
from engine.gate.inspection import kind_of
from engine.records import Done
from engine.store.tables import Design, DesignFile, DesignSave
from engine.store.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=90)
"""For how long a lock holds that is not renewed."""
LONGEST_NAME = 100
LARGEST_FILE = 2 * 1024 * 1024
LARGEST_DESIGN = 8 * 1024 * 1024
MOST_FILES = 200
SAVES_KEPT = 30
"""Former states that are kept of each file."""
_NAME = re.compile(r"\w[\w.\-]*")


@dataclass(frozen=True, kw_only=True)
class FileSaved:
    """Answer of a save: the file's revision and that of the design."""

    revision: int
    saved_at: datetime
    design_revision: int


@dataclass(frozen=True, kw_only=True)
class SaveDesignFile(Command[FileSaved]):
    """Save a file of a design. Needs `design`.

    Raises Conflict `design-stale` when the file has another revision than the one named, `design-locked` while somebody
    else holds the design, `design-in-review` or `design-ended` when it is not being edited.
    """

    repeatable = True

    design: UUID
    name: str
    content: bytes
    revision: int | None
    """The one that the content comes from; None for a new file."""


@dataclass(frozen=True, kw_only=True)
class RemoveDesignFile(Command[Done]):
    """Take a file out of a design. Needs `design`."""

    design: UUID
    name: str
    revision: int | None = None
    """The one that was seen; whichever there is without it."""


@dataclass(frozen=True, kw_only=True)
class HoldDesign(Command[Done]):
    """Take the lock of a design or renew it, unless somebody else holds it; with `look` only say that one is looking.

    Needs `design`, or `deploy` to look and to take over what somebody else holds.
    """

    repeatable = True

    design: UUID
    look: bool = False
    take_over: bool = False


@dataclass(frozen=True, kw_only=True)
class ReleaseDesign(Command[Done]):
    """Give the lock back. Doing so without holding it changes nothing."""

    repeatable = True

    design: UUID


def save_design_file(command: SaveDesignFile, work: UnitOfWork, runtime: object) -> FileSaved:
    require_right(work.actor, DESIGN)
    kind = _require_name(command.name)
    design = lock_design(work, command.design)
    require_state(design, "editing")
    require_unlocked(work, design)
    kept = _file(work, design, command.name)
    if kept is not None and kept.content == command.content:
        return FileSaved(revision=kept.revision, saved_at=kept.changed_at, design_revision=design.revision)
    _require_revision(work, kept, command.revision)
    _require_room(work, design, command, kept)
    revision = design.revision + 1
    values = {"content": command.content, "revision": revision, "changed_at": work.now, "changed_by": work.actor.person}
    if kept is None:
        row = {"key": work.new_key(), "design": design.key, "name": command.name, "kind": kind, **values}
        work.connection.execute(insert(DesignFile).values(row))
    else:
        work.connection.execute(update(DesignFile).where(DesignFile.key == kept.key).values(values))
    _written(work, design, command.name, command.content)
    return FileSaved(revision=revision, saved_at=work.now, design_revision=revision)


def remove_design_file(command: RemoveDesignFile, work: UnitOfWork, runtime: object) -> Done:
    require_right(work.actor, DESIGN)
    design = lock_design(work, command.design)
    require_state(design, "editing")
    require_unlocked(work, design)
    kept = _file(work, design, command.name)
    if kept is None:
        raise NotFound("file-not-found", "Expected to find file '{name}', but the design has none such", name=command.name)
    if command.revision is not None:
        _require_revision(work, kept, command.revision)
    work.connection.execute(delete(DesignFile).where(DesignFile.key == kept.key))
    _written(work, design, command.name, None)
    return Done()


def hold_design(command: HoldDesign, work: UnitOfWork, runtime: object) -> Done:
    require_designing(work.actor)
    if not command.look:
        require_right(work.actor, PUBLISH if command.take_over else DESIGN)
    design = lock_design(work, command.design)
    note_person(work, design.key, wrote=False)
    holder = design.locked_by if design.locked_until is not None and design.locked_until > work.now else None
    others = holder not in (None, work.actor.person)
    if command.look or design.state != "editing" or (others and not command.take_over):
        return Done()
    if others:
        data = {"design": str(design.id), "from": person_name(work, holder)}
        audit.record(work, "design-take-over", design.folder, data=data)
    # Who may only publish sets the design free, for he could not save anything himself.
    _lock(work, design, work.actor.person if DESIGN in work.actor.rights else None)
    return Done()


def release_design(command: ReleaseDesign, work: UnitOfWork, runtime: object) -> Done:
    require_designing(work.actor)
    design = lock_design(work, command.design)
    if design.locked_by is not None and design.locked_by == work.actor.person:
        _lock(work, design, None)
    return Done()


def _require_name(name: str) -> str:
    """The kind of a file of that name. Raises InvalidForm."""
    kind = kind_of(name)
    if kind == "unknown" or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise _wrong(
            "name",
            f"文件名“{name[:40]}”不可用：用文字、数字、点和连字符，最多 {LONGEST_NAME} 个字符，以 .bpmn、.dmn、.form.json、"
            ".document.json 或 .scenario.json 结尾，或为 parameters.json、metrics.json。",
            f"“{name[:40]}” is no name for a file: letters, digits, dots and hyphens, at most {LONGEST_NAME}, ending in .bpmn,"
            " .dmn, .form.json, .document.json or .scenario.json, or parameters.json or metrics.json.",
        )
    return kind


def _require_revision(work: UnitOfWork, kept: Row[Any] | None, revision: int | None) -> None:
    if (None if kept is None else kept.revision) == revision:
        return
    if kept is None:
        raise Conflict("design-file-gone", "Expected a file of revision {revision}, but it is gone", revision=revision)
    raise Conflict(
        "design-stale",
        "Expected revision {revision}, but {by} saved another at {at}",
        revision=revision,
        by=person_name(work, kept.changed_by),
        at=kept.changed_at.isoformat(),
    )


def _require_room(work: UnitOfWork, design: Row[Any], command: SaveDesignFile, kept: Row[Any] | None) -> None:
    """Raises InvalidForm for a file that is too large, or one too many, or one that another name of cannot be told from."""
    size = len(command.content)
    others = select(DesignFile.name, func.length(DesignFile.content).label("size"))
    rows = work.connection.execute(others.where(DesignFile.design == design.key, DesignFile.name != command.name)).all()
    if size > LARGEST_FILE or size + sum(row.size for row in rows) > LARGEST_DESIGN:
        one, all_ = LARGEST_FILE // 1024**2, LARGEST_DESIGN // 1024**2
        raise _wrong(
            "content",
            f"单个文件最大 {one} MB，一个流程目录共 {all_} MB。",
            f"A file has at most {one} MB, a process folder {all_} MB.",
        )
    if kept is not None:
        return
    if len(rows) >= MOST_FILES:
        raise _wrong("name", f"一个流程目录最多 {MOST_FILES} 个文件。", f"A process folder has at most {MOST_FILES} files.")
    same = next((row.name for row in rows if row.name.casefold() == command.name.casefold()), None)
    if same is not None:
        raise _wrong("name", f"已有文件“{same}”，仅大小写不同。", f"There is a file “{same}”, which differs only in capitals.")


def _written(work: UnitOfWork, design: Row[Any], name: str, content: bytes | None) -> None:
    """Keeps what was saved, and that the actor has written it; a save holds the design as a renewed lock does."""
    revision = design.revision + 1
    row = {"design": design.key, "name": name, "revision": revision, "content": content}
    work.connection.execute(insert(DesignSave).values(key=work.new_key(), saved_at=work.now, saved_by=work.actor.person, **row))
    mine = (DesignSave.design == design.key, DesignSave.name == name)
    oldest = select(DesignSave.revision).where(*mine).order_by(DesignSave.revision.desc()).offset(SAVES_KEPT - 1).limit(1)
    work.connection.execute(delete(DesignSave).where(*mine, DesignSave.revision < oldest.scalar_subquery()))
    note_person(work, design.key, wrote=True)
    changed = {"revision": revision, "changed_at": work.now, "changed_by": work.actor.person}
    held = {"locked_by": work.actor.person, "locked_until": work.now + LEASE}
    work.connection.execute(update(Design).where(Design.key == design.key).values(**changed, **held))


def _lock(work: UnitOfWork, design: Row[Any], person: int | None) -> None:
    until = None if person is None else work.now + LEASE
    work.connection.execute(update(Design).where(Design.key == design.key).values(locked_by=person, locked_until=until))


def _file(work: UnitOfWork, design: Row[Any], name: str) -> Row[Any] | None:
    kept = select(*DesignFile.__table__.columns).where(DesignFile.design == design.key, DesignFile.name == name)
    return work.connection.execute(kept).one_or_none()


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="design", message=message, message_en=message_en)])
