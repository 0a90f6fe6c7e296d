"""Designs as those see them who draw processes and those who publish them, and what the gate says of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from engine.authorization.designs import PUBLISH, authors, publishers, require_designing
from engine.errors import Finding, NotFound
from engine.gate.inspection import examine
from engine.queries.registry import Query, Reader
from engine.store.tables import Deployment, Design, DesignFile, DesignPerson, DesignSave, Person

PRESENT = timedelta(seconds=90)
"""For how long somebody counts as present after his browser has last said so."""


@dataclass(frozen=True, kw_only=True)
class DesignFileRow:
    """A file of a design, without its content."""

    name: str
    kind: str
    size: int
    """Bytes."""
    revision: int
    changed_at: datetime
    changed_by: str | None
    """None while it is as it was deployed."""


@dataclass(frozen=True, kw_only=True)
class DesignText:
    """A file with its content; None where it is not in UTF-8."""

    name: str
    kind: str
    revision: int | None
    """None for a file of a deployment."""
    content: str | None


@dataclass(frozen=True, kw_only=True)
class DesignLock:
    """Who holds a design, and until when."""

    person: UUID
    name: str
    until: datetime
    mine: bool


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What somebody has said at a turn of a design."""

    by: str | None
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class BaseRef:
    """A deployment by its number in its folder."""

    id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class MayPublish:
    """Whether the reader may publish; else the code of the reason and what its sentence names."""

    allowed: bool
    code: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DesignDetail:
    """A design, without the contents of its files."""

    id: UUID
    folder: str
    title: str | None
    state: str
    base: BaseRef | None
    outdated: bool
    """Whether the folder has a newer deployment than the design began with."""
    revision: int
    opened_at: datetime
    opened_by: str | None
    lock: DesignLock | None
    present: tuple[str, ...]
    """Names of the others who are looking at it."""
    editors: tuple[str, ...]
    """Names of those who have written in it."""
    review: Remark | None
    """What was said when it was submitted, while it is in review."""
    returned: Remark | None
    """What was said when it was returned last."""
    deployment: BaseRef | None
    files: tuple[DesignFileRow, ...]
    may_publish: MayPublish


@dataclass(frozen=True, kw_only=True)
class GetDesign(Query[DesignDetail]):
    """One design. Needs `design` or `deploy`."""

    design: UUID


@dataclass(frozen=True, kw_only=True)
class GetDesignTexts(Query[tuple[DesignText, ...]]):
    """The files of a design with their contents, or the one of that name."""

    design: UUID
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class SaveRow:
    """A former state of a file."""

    revision: int
    saved_at: datetime
    saved_by: str
    size: int | None
    """None where the file was removed."""


@dataclass(frozen=True, kw_only=True)
class ListDesignSaves(Query[tuple[SaveRow, ...]]):
    """The former states of a file that are kept, newest first."""

    design: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class GetDesignSave(Query[DesignText]):
    """A former state of a file."""

    design: UUID
    name: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class CheckDesign(Query[tuple[Finding, ...]]):
    """What the deployment gate says of a design, with `files` laid over those that are saved. None takes a file away."""

    design: UUID
    files: Mapping[str, bytes | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GetDesignContents(Query[Mapping[str, bytes]]):
    """The files of a design by name, with `files` laid over those that are saved. None takes a file away."""

    design: UUID
    files: Mapping[str, bytes | None] = field(default_factory=dict)


def get_design(query: GetDesign, reader: Reader) -> DesignDetail:
    """Raises NotAllowed and NotFound."""
    row = design_row(reader, query.design)
    numbers = folder_numbers(reader, row.folder)
    newest = max(numbers, default=None)
    wrote = authors(reader.connection, row.key)
    return DesignDetail(
        id=row.id,
        folder=row.folder,
        title=row.title,
        state=row.state,
        base=_ref(numbers, row.base),
        outdated=row.ended_at is None and newest != row.base,
        revision=row.revision,
        opened_at=row.opened_at,
        opened_by=_name(reader, row.opened_by),
        lock=_lock(reader, row),
        present=_present(reader, row.key),
        editors=_names(reader, wrote),
        review=_remark(reader, row, "submit", "submitted") if row.state != "editing" else None,
        returned=_remark(reader, row, "return", "returned"),
        deployment=_ref(numbers, row.deployment),
        files=_files(reader, row.key),
        may_publish=_may_publish(reader, row, wrote),
    )


def get_design_texts(query: GetDesignTexts, reader: Reader) -> tuple[DesignText, ...]:
    """Raises NotAllowed, and NotFound for a design or a file that there is not."""
    row = design_row(reader, query.design)
    files = select(DesignFile.name, DesignFile.kind, DesignFile.revision, DesignFile.content).where(DesignFile.design == row.key)
    if query.name is not None:
        files = files.where(DesignFile.name == query.name)
    found = reader.connection.execute(files.order_by(DesignFile.name)).all()
    if query.name is not None and not found:
        raise _no_file(query.name)
    return tuple(
        DesignText(name=file.name, kind=file.kind, revision=file.revision, content=text_of(file.content)) for file in found
    )


def list_design_saves(query: ListDesignSaves, reader: Reader) -> tuple[SaveRow, ...]:
    """Raises NotAllowed and NotFound."""
    row = design_row(reader, query.design)
    saves = (
        select(DesignSave.revision, DesignSave.saved_at, Person.name.label("saved_by"))
        .add_columns(func.length(DesignSave.content).label("size"))
        .join(Person, Person.key == DesignSave.saved_by)
        .where(DesignSave.design == row.key, DesignSave.name == query.name)
        .order_by(DesignSave.revision.desc())
    )
    return tuple(SaveRow(**save._asdict()) for save in reader.connection.execute(saves))


def get_design_save(query: GetDesignSave, reader: Reader) -> DesignText:
    """Raises NotAllowed and NotFound."""
    row = design_row(reader, query.design)
    mine = (DesignSave.design == row.key, DesignSave.name == query.name, DesignSave.revision == query.revision)
    found = reader.connection.execute(select(DesignSave.content, DesignSave.revision).where(*mine)).one_or_none()
    if found is None or found.content is None:
        raise _no_file(query.name)
    kind = "" if (kept := _kind(reader, row.key, query.name)) is None else kept
    return DesignText(name=query.name, kind=kind, revision=found.revision, content=text_of(found.content))


def check_design(query: CheckDesign, reader: Reader) -> tuple[Finding, ...]:
    """Raises NotAllowed and NotFound."""
    folder = design_row(reader, query.design).folder
    return examine(reader, folder, contents(reader, query.design, query.files)).findings


def get_design_contents(query: GetDesignContents, reader: Reader) -> Mapping[str, bytes]:
    """Raises NotAllowed and NotFound."""
    return contents(reader, query.design, query.files)


def contents(reader: Reader, design: UUID, laid_over: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The files of a design with unsaved ones laid over them. Raises NotAllowed and NotFound."""
    row = design_row(reader, design)
    files = select(DesignFile.name, DesignFile.content).where(DesignFile.design == row.key)
    found: dict[str, bytes | None] = {file.name: file.content for file in reader.connection.execute(files)}
    return {name: content for name, content in sorted((found | dict(laid_over)).items()) if content is not None}


def design_row(reader: Reader, design: UUID) -> Row[Any]:
    """The row of a design. Raises NotAllowed unless the reader draws processes or publishes them, and NotFound."""
    require_designing(reader.actor)
    row: Row[Any] | None = reader.connection.execute(select(*Design.__table__.columns).where(Design.id == design)).one_or_none()
    if row is None:
        raise NotFound("design-not-found", "Expected to find design '{id}', but there is none", id=str(design))
    return row


def folder_numbers(reader: Reader, folder: str) -> dict[int, BaseRef]:
    """Key of each deployment of a folder -> its id and number."""
    rows = reader.connection.execute(
        select(Deployment.key, Deployment.id).where(Deployment.name == folder).order_by(Deployment.key)
    )
    return {row.key: BaseRef(id=row.id, number=number) for number, row in enumerate(rows, 1)}


def text_of(content: bytes) -> str | None:
    """A file as text, None when it is not in UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _files(reader: Reader, design: int) -> tuple[DesignFileRow, ...]:
    size = func.length(DesignFile.content).label("size")
    rows = (
        select(DesignFile.name, DesignFile.kind, size, DesignFile.revision, DesignFile.changed_at)
        .add_columns(Person.name.label("changed_by"))
        .outerjoin(Person, Person.key == DesignFile.changed_by)
        .where(DesignFile.design == design)
        .order_by(DesignFile.name)
    )
    return tuple(DesignFileRow(**row._asdict()) for row in reader.connection.execute(rows))


def _kind(reader: Reader, design: int, name: str) -> str | None:
    mine = (DesignFile.design == design, DesignFile.name == name)
    found: str | None = reader.connection.execute(select(DesignFile.kind).where(*mine)).scalar_one_or_none()
    return found


def _lock(reader: Reader, row: Row[Any]) -> DesignLock | None:
    if row.locked_by is None or row.locked_until <= reader.now:
        return None
    who = reader.connection.execute(select(Person.id, Person.name).where(Person.key == row.locked_by)).one()
    return DesignLock(person=who.id, name=who.name, until=row.locked_until, mine=row.locked_by == reader.actor.person)


def _present(reader: Reader, design: int) -> tuple[str, ...]:
    people = select(Person.name).join(DesignPerson, DesignPerson.person == Person.key)
    people = people.where(DesignPerson.design == design, DesignPerson.seen_at > reader.now - PRESENT)
    others = people.where(Person.key != (reader.actor.person or 0)).order_by(Person.name)
    return tuple(reader.connection.execute(others).scalars())


def _remark(reader: Reader, row: Row[Any], noun: str, verb: str) -> Remark | None:
    at = getattr(row, f"{verb}_at")
    if at is None:
        return None
    return Remark(by=_name(reader, getattr(row, f"{verb}_by")), at=at, note=getattr(row, f"{noun}_note"))


def _may_publish(reader: Reader, row: Row[Any], wrote: frozenset[int]) -> MayPublish:
    if PUBLISH not in reader.actor.rights:
        return MayPublish(allowed=False, code="right-missing")
    if row.state != "inReview":
        code = "design-editing" if row.state == "editing" else "design-ended"
        return MayPublish(allowed=False, code=code)
    if reader.actor.person in wrote:
        others = publishers(reader.connection, wrote)
        code = "four-eyes" if others else "four-eyes-nobody"
        return MayPublish(allowed=False, code=code, facts={"others": "、".join(others)})
    return MayPublish(allowed=True)


def _names(reader: Reader, people: frozenset[int]) -> tuple[str, ...]:
    names = select(Person.name).where(Person.key.in_(people)).order_by(Person.name)
    return tuple(reader.connection.execute(names).scalars()) if people else ()


def _name(reader: Reader, person: int | None) -> str | None:
    return next(iter(_names(reader, frozenset((person,)))), None) if person is not None else None


def _ref(numbers: Mapping[int, BaseRef], key: int | None) -> BaseRef | None:
    return None if key is None else numbers.get(key)


def _no_file(name: str) -> NotFound:
    return NotFound("file-not-found", "Expected to find file '{name}', but the design has none such", name=name)
