"""Designs from their beginning to their end: opened, submitted for review, returned, published or discarded.

    editing --submit--> inReview --publish--> published
       ^                   |
       +------return-------+         discard: from either of the two, to discarded

In review nobody changes a file, so what is published is what was reviewed. Nobody publishes what he has written himself.
A publication is a deployment in the same transaction, through the same gate. A roll-back is one too, of files that an
older deployment brought in; cases go on with the version that they began with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, delete, exists, insert, select, update

from engine.appliers import audit
from engine.authorization import require_right
from engine.authorization.designs import DESIGN, PUBLISH, require_designing, require_other_eyes
from engine.commands.deployment import Deploy, deploy
from engine.commands.new_folder import first_model
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, FieldError, InvalidForm, NotAllowed, NotFound
from engine.gate.inspection import kind_of
from engine.records import Deployed, Done
from engine.runtime import Runtime
from engine.runtime.definitions import digest
from engine.store.locks import hold
from engine.store.tables import Deployment, Design, DesignFile, DesignPerson, DesignSave, Person, ProcessDefinition, Resource
from engine.store.unit_of_work import UnitOfWork

OPEN = ("editing", "inReview")
LONGEST_NOTE = 1_000
_FOLDER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_FOLDER, LONGEST_TITLE = 60, 60


@dataclass(frozen=True, kw_only=True)
class DesignOpened:
    """Answer of `OpenDesign`."""

    design: UUID


@dataclass(frozen=True, kw_only=True)
class OpenDesign(Command[DesignOpened]):
    """Begin to change a folder, or with a `title` a new one. Needs `design`; a folder has one open design."""

    folder: str
    origin: UUID | None = None
    """The deployment to begin with; the newest without it."""
    title: str | None = None
    """What a folder that there is not yet is called."""


@dataclass(frozen=True, kw_only=True)
class SubmitDesign(Command[Done]):
    """Ask for a review. From then on the files stay as they are. Needs `design`."""

    design: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class ReturnDesign(Command[Done]):
    """Give a design in review back to be changed. Needs `design` or `deploy`."""

    design: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class DiscardDesign(Command[Done]):
    """End a design without publishing it. Needs `design` or `deploy`."""

    design: UUID


@dataclass(frozen=True, kw_only=True)
class PublishDesign(Command[Deployed]):
    """Deploy a reviewed design. Needs `deploy`, and that one has not written in it oneself.

    Raises InvalidModel when the gate refuses its files, Conflict when its folder has a newer deployment than it began with
    or holds the same files already.
    """

    design: UUID
    note: str
    over: UUID | None = None
    """The newest deployment, where the design began with an older one and is to replace it all the same."""


@dataclass(frozen=True, kw_only=True)
class RollBack(Command[Deployed]):
    """Make the files of an older deployment of a folder its newest again. Needs `deploy`."""

    folder: str
    deployment: UUID
    note: str


def open_design(command: OpenDesign, work: UnitOfWork, runtime: object) -> DesignOpened:
    require_right(work.actor, DESIGN)
    require_text("folder", command.folder, 200)
    hold(work.connection, f"folder {command.folder}")
    _require_none_open(work, command.folder)
    newest = _newest(work, command.folder)
    if command.title is None:
        if newest is None:
            raise _no_folder(command.folder)
        base = newest if command.origin is None else _deployment(work, command.folder, command.origin)
        files, title = _resources(work, base.key), None
    else:
        files, title, base = *_new_folder(work, command, command.title), None
        if newest is not None:
            raise _wrong("folder", f"流程目录“{command.folder}”已存在。", f"There is a process folder “{command.folder}”.")
    key, identity = work.new_key(), uuid4()
    begun = {"opened_at": work.now, "opened_by": work.actor.person, "changed_at": work.now, "changed_by": work.actor.person}
    work.connection.execute(
        insert(Design).values(
            key=key,
            id=identity,
            folder=command.folder,
            title=title,
            base=None if base is None else base.key,
            state="editing",
            revision=1,
            **begun,
        )
    )
    _put_files(work, key, files)
    # Who begins a new folder has written its first model.
    note_person(work, key, wrote=base is None)
    audit.record(work, "design-open", command.folder, data={"design": str(identity), "base": _named(base)})
    return DesignOpened(design=identity)


def submit_design(command: SubmitDesign, work: UnitOfWork, runtime: object) -> Done:
    require_right(work.actor, DESIGN)
    design = lock_design(work, command.design)
    require_state(design, "editing")
    require_unlocked(work, design)
    if design.base is not None and digest(contents(work, design.key)) == _digest(work, design.base):
        raise _nothing_new()
    _change(
        work, design, state="inReview", submitted_at=work.now, submitted_by=work.actor.person, submit_note=_note(command.note)
    )
    audit.record(work, "design-submit", design.folder, data=_of(design, command.note))
    return Done(state="inReview")


def return_design(command: ReturnDesign, work: UnitOfWork, runtime: object) -> Done:
    require_designing(work.actor)
    design = lock_design(work, command.design)
    require_state(design, "inReview")
    _change(work, design, state="editing", returned_at=work.now, returned_by=work.actor.person, return_note=_note(command.note))
    audit.record(work, "design-return", design.folder, data=_of(design, command.note))
    return Done(state="editing")


def discard_design(command: DiscardDesign, work: UnitOfWork, runtime: object) -> Done:
    require_designing(work.actor)
    design = lock_design(work, command.design)
    require_state(design, *OPEN)
    require_unlocked(work, design)
    _end(work, design, state="discarded")
    audit.record(work, "design-discard", design.folder, data=_of(design))
    return Done(state="discarded")


def publish_design(command: PublishDesign, work: UnitOfWork, runtime: Runtime) -> Deployed:
    require_right(work.actor, PUBLISH)
    design = lock_design(work, command.design)
    require_state(design, "inReview")
    require_other_eyes(work.connection, work.actor, design.key)
    hold(work.connection, f"folder {design.folder}")
    newest = _newest(work, design.folder)
    if newest is not None and newest.key != design.base and newest.id != command.over:
        raise Conflict(
            "design-outdated",
            "Expected a design of the newest version, but '{deployment}' has come since it was begun",
            deployment=str(newest.id),
            at=newest.deployed_at.isoformat(),
        )
    version = deploy(Deploy(name=design.folder, resources=contents(work, design.key), note=_note(command.note)), work, runtime)
    if version.unchanged:
        raise _nothing_new()
    key = _deployment(work, design.folder, version.deployment).key
    _end(work, design, state="published", deployment=key)
    audit.record(work, "design-publish", design.folder, data={**_of(design, command.note), "deployment": str(version.deployment)})
    return version


def roll_back(command: RollBack, work: UnitOfWork, runtime: Runtime) -> Deployed:
    require_right(work.actor, PUBLISH)
    require_text("folder", command.folder, 200)
    hold(work.connection, f"folder {command.folder}")
    older = _deployment(work, command.folder, command.deployment)
    resources = _resources(work, older.key)
    version = deploy(Deploy(name=command.folder, resources=resources, note=_note(command.note)), work, runtime)
    if version.unchanged:
        raise Conflict(
            "already-current", "Expected an older version, but the newest holds the files of '{id}'", id=str(command.deployment)
        )
    data = {"from": str(older.id), "deployment": str(version.deployment), "note": command.note}
    audit.record(work, "design-roll-back", command.folder, data=data)
    return version


def deployed(answer: Mapping[str, Any]) -> Deployed:
    """The answer of a publication that is told once more."""
    return Deployed(
        deployment=UUID(answer["deployment"]),
        processes=tuple(answer["processes"]),
        warnings=tuple(answer["warnings"]),
        unchanged=answer["unchanged"],
    )


def opened(answer: Mapping[str, Any]) -> DesignOpened:
    """The answer of an opening that is told once more."""
    return DesignOpened(design=UUID(answer["design"]))


def lock_design(work: UnitOfWork, design: UUID) -> Row[Any]:
    """The row of a design, locked until the transaction ends. Raises NotFound."""
    statement = select(*Design.__table__.columns).where(Design.id == design).with_for_update()
    found = work.connection.execute(statement).one_or_none()
    if found is None:
        raise NotFound("design-not-found", "Expected to find design '{id}', but there is none", id=str(design))
    return found


def require_state(design: Row[Any], *states: str) -> None:
    """Raises Conflict unless the design is in one of these states."""
    if design.state not in states:
        code = {"editing": "design-editing", "inReview": "design-in-review"}.get(design.state, "design-ended")
        raise Conflict(
            code, "Expected a design that is {states}, but it is {state}", states=" or ".join(states), state=design.state
        )


def require_unlocked(work: UnitOfWork, design: Row[Any]) -> None:
    """Raises Conflict `design-locked` while somebody else holds the design."""
    if design.locked_by in (None, work.actor.person) or design.locked_until <= work.now:
        return
    raise Conflict(
        "design-locked",
        "Expected a design that nobody holds, but {by} does until {until}",
        by=person_name(work, design.locked_by),
        until=design.locked_until.isoformat(),
    )


def person_name(work: UnitOfWork, person: int | None) -> str | None:
    """Name of a person by key."""
    name: str | None = work.connection.execute(select(Person.name).where(Person.key == person)).scalar_one_or_none()
    return name


def note_person(work: UnitOfWork, design: int, *, wrote: bool) -> None:
    """Notes that the actor has looked at a design, given by key, or written in it."""
    if work.actor.person is None:
        raise NotAllowed("not-a-person", "Expected a person, but this is none")
    mine = (DesignPerson.design == design, DesignPerson.person == work.actor.person)
    values: dict[str, Any] = {"seen_at": work.now, **({"wrote_at": work.now} if wrote else {})}
    if work.connection.execute(update(DesignPerson).where(*mine).values(values)).rowcount == 0:
        row = {"design": design, "person": work.actor.person, "wrote_at": None, **values}
        work.connection.execute(insert(DesignPerson).values(row))


def contents(work: UnitOfWork, design: int) -> dict[str, bytes]:
    """The files of a design, given by key, by name."""
    rows = work.connection.execute(select(DesignFile.name, DesignFile.content).where(DesignFile.design == design))
    return {row.name: row.content for row in rows}


def _new_folder(work: UnitOfWork, command: OpenDesign, title: str) -> tuple[dict[str, bytes], str]:
    title = " ".join(title.split())
    require_text("title", title)
    if not _FOLDER.fullmatch(command.folder) or len(command.folder) > LONGEST_FOLDER:
        raise _wrong(
            "folder",
            f"目录名用小写字母、数字和连字符，以字母开头，最多 {LONGEST_FOLDER} 个字符，例如 drug-recall。",
            f"A folder's name has lower-case letters, digits and hyphens, at most {LONGEST_FOLDER}, such as drug-recall.",
        )
    if not 0 < len(title) <= LONGEST_TITLE:
        raise _wrong(
            "title", f"流程名称要有 1 到 {LONGEST_TITLE} 字。", f"A process's title has 1 to {LONGEST_TITLE} characters."
        )
    process = command.folder.replace("-", "_")
    taken = select(exists().where(ProcessDefinition.process_id == process))
    if work.connection.execute(taken).scalar_one():
        raise _wrong(
            "folder",
            f"流程“{process}”已在其他目录中，请换一个目录名。",
            f"The process “{process}” is in another folder; choose another name.",
        )
    return {f"{command.folder}.bpmn": first_model(process, title)}, title


def _require_none_open(work: UnitOfWork, folder: str) -> None:
    known = select(Design.id, Person.name).outerjoin(Person, Person.key == Design.opened_by)
    found = work.connection.execute(known.where(Design.folder == folder, Design.state.in_(OPEN))).one_or_none()
    if found is not None:
        raise Conflict(
            "design-exists",
            "Expected a folder without an open design, but {by} has begun '{design}'",
            design=str(found.id),
            by=found.name,
        )


def _put_files(work: UnitOfWork, design: int, files: Mapping[str, bytes]) -> None:
    common = {"design": design, "revision": 1, "changed_at": work.now, "changed_by": None}
    rows = [
        {"key": work.new_key(), "name": name, "kind": kind_of(name), "content": content, **common}
        for name, content in sorted(files.items())
    ]
    if rows:
        work.connection.execute(insert(DesignFile), rows)


def _end(work: UnitOfWork, design: Row[Any], **values: Any) -> None:
    _change(work, design, ended_at=work.now, ended_by=work.actor.person, locked_by=None, locked_until=None, **values)
    # Its files are kept as they were in the end; what they once were is of use to nobody any more.
    work.connection.execute(delete(DesignSave).where(DesignSave.design == design.key))


def _change(work: UnitOfWork, design: Row[Any], **values: Any) -> None:
    work.connection.execute(update(Design).where(Design.key == design.key).values(values))


def _newest(work: UnitOfWork, folder: str) -> Row[Any] | None:
    columns = (Deployment.key, Deployment.id, Deployment.deployed_at)
    statement: Select[*tuple[Any, ...]] = select(*columns)
    newest = statement.where(Deployment.name == folder).order_by(Deployment.key.desc()).limit(1)
    return work.connection.execute(newest).one_or_none()


def _deployment(work: UnitOfWork, folder: str, identity: UUID) -> Row[Any]:
    statement: Select[*tuple[Any, ...]] = select(Deployment.key, Deployment.id).where(
        Deployment.name == folder, Deployment.id == identity
    )
    found = work.connection.execute(statement).one_or_none()
    if found is None:
        raise NotFound(
            "deployment-not-found", "Expected to find deployment '{id}', but the folder has none such", id=str(identity)
        )
    return found


def _resources(work: UnitOfWork, deployment: int) -> dict[str, bytes]:
    rows = work.connection.execute(select(Resource.name, Resource.content).where(Resource.deployment == deployment))
    return {row.name: row.content for row in rows}


def _digest(work: UnitOfWork, deployment: int) -> str:
    return str(work.connection.execute(select(Deployment.digest).where(Deployment.key == deployment)).scalar_one())


def _note(note: str) -> str:
    require_text("note", note, LONGEST_NOTE)
    return note.strip()


def _of(design: Row[Any], note: str | None = None) -> dict[str, Any]:
    """What the audit trail keeps of an act on a design, with what was said."""
    return {"design": str(design.id), "revision": design.revision, **({} if note is None else {"note": note})}


def _named(deployment: Row[Any] | None) -> str | None:
    return None if deployment is None else str(deployment.id)


def _nothing_new() -> Conflict:
    return Conflict("nothing-new", "Expected a design that changes something, but it holds the files of the newest version")


def _no_folder(folder: str) -> NotFound:
    return NotFound("folder-not-found", "Expected to find process folder '{folder}', but there is none", folder=folder)


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="design", message=message, message_en=message_en)])
