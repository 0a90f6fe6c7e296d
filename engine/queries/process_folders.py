"""Process folders and their deployments, numbered in their folder from 1."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from engine.authorization.designs import require_designing
from engine.errors import NotFound
from engine.queries.designs import DesignText, text_of
from engine.queries.registry import Query, Reader
from engine.store.tables import Deployment, Design, Person, ProcessDefinition, ProcessInstance, Resource


@dataclass(frozen=True, kw_only=True)
class FolderProcess:
    """A process of a folder's newest deployment."""

    key: str
    name: str
    version: int


@dataclass(frozen=True, kw_only=True)
class DeploymentRow:
    """One deployment of a folder."""

    id: UUID
    folder: str
    number: int
    deployed_at: datetime
    deployed_by: str | None
    """None where the system did, as by `liandong deploy`."""
    digest: str
    note: str | None
    current: bool


@dataclass(frozen=True, kw_only=True)
class OpenDesignRow:
    """The open design of a folder."""

    id: UUID
    state: str
    edited_by: str | None
    edited_at: datetime


@dataclass(frozen=True, kw_only=True)
class FolderRow:
    """One process folder."""

    name: str
    title: str
    processes: tuple[FolderProcess, ...]
    deployments: int
    latest: DeploymentRow | None
    design: OpenDesignRow | None


@dataclass(frozen=True, kw_only=True)
class RunningVersion:
    """How many cases of one version of a process have not ended."""

    process: str
    name: str
    version: int
    current: bool
    cases: int


@dataclass(frozen=True, kw_only=True)
class PublishedVersion:
    """A deployment right after it was made: what it brought in, what the gate warned of, and what still runs on which version."""

    deployment: DeploymentRow
    processes: tuple[str, ...]
    warnings: tuple[dict[str, Any], ...]
    running: tuple[RunningVersion, ...]


@dataclass(frozen=True, kw_only=True)
class ListFolders(Query[tuple[FolderRow, ...]]):
    """Every folder that has a deployment or an open design, by name. Needs `design` or `deploy`."""


@dataclass(frozen=True, kw_only=True)
class ListDeployments(Query[tuple[DeploymentRow, ...]]):
    """The deployments of a folder, newest first."""

    folder: str


@dataclass(frozen=True, kw_only=True)
class GetPublished(Query[PublishedVersion]):
    """One deployment with what it brought in."""

    deployment: UUID


@dataclass(frozen=True, kw_only=True)
class GetDeploymentFiles(Query[tuple[DesignText, ...]]):
    """The files of a deployment with their contents."""

    deployment: UUID


def list_folders(query: ListFolders, reader: Reader) -> tuple[FolderRow, ...]:
    """Raises NotAllowed."""
    require_designing(reader.actor)
    deployments: dict[str, list[DeploymentRow]] = defaultdict(list)
    for row in _deployments(reader):
        deployments[row.folder].append(row)
    newest = select(func.max(Deployment.key)).group_by(Deployment.name)
    processes: dict[str, list[Row[Any]]] = defaultdict(list)
    for process in reader.connection.execute(
        select(Deployment.name.label("folder"), *_PROCESS)
        .join(Deployment, Deployment.key == ProcessDefinition.deployment)
        .where(Deployment.key.in_(newest))
        .order_by(ProcessDefinition.startable.desc(), ProcessDefinition.key)
    ):
        processes[process.folder].append(process)
    open_ = {row.folder: row for row in reader.connection.execute(_OPEN)}
    return tuple(
        _folder(name, deployments[name], processes[name], open_.get(name)) for name in sorted(deployments.keys() | open_.keys())
    )


def list_deployments(query: ListDeployments, reader: Reader) -> tuple[DeploymentRow, ...]:
    """Raises NotAllowed and NotFound."""
    require_designing(reader.actor)
    found = _deployments(reader, query.folder)
    if not found:
        raise NotFound("folder-not-found", "Expected to find process folder '{folder}', but there is none", folder=query.folder)
    return tuple(reversed(found))


def get_published(query: GetPublished, reader: Reader) -> PublishedVersion:
    """Raises NotAllowed and NotFound."""
    key, folder = deployment_key(reader, query.deployment)
    row = next(row for row in _deployments(reader, folder) if row.id == query.deployment)
    warnings = reader.connection.execute(select(Deployment.warnings).where(Deployment.key == key)).scalar_one()
    brought = list(reader.connection.execute(select(*_PROCESS).where(ProcessDefinition.deployment == key)))
    return PublishedVersion(
        deployment=row,
        processes=tuple(f"{process.process_id}:{process.version}" for process in brought),
        warnings=tuple(warnings),
        running=_running(reader, [process.process_id for process in brought]),
    )


def get_deployment_files(query: GetDeploymentFiles, reader: Reader) -> tuple[DesignText, ...]:
    """Raises NotAllowed and NotFound."""
    key, _ = deployment_key(reader, query.deployment)
    files = select(Resource.name, Resource.kind, Resource.content).where(Resource.deployment == key).order_by(Resource.name)
    rows = reader.connection.execute(files)
    return tuple(DesignText(name=row.name, kind=row.kind, revision=None, content=text_of(row.content)) for row in rows)


def deployment_key(reader: Reader, deployment: UUID) -> tuple[int, str]:
    """Key and folder of a deployment. Raises NotAllowed unless the reader draws processes or publishes them, and NotFound."""
    require_designing(reader.actor)
    known = select(Deployment.key, Deployment.name).where(Deployment.id == deployment)
    row = reader.connection.execute(known).one_or_none()
    if row is None:
        raise NotFound("deployment-not-found", "Expected to find deployment '{id}', but there is none", id=str(deployment))
    return row.key, row.name


_PROCESS = (ProcessDefinition.process_id, ProcessDefinition.name, ProcessDefinition.version)
_OPEN = (
    select(Design.folder, Design.title, Design.id, Design.state, Design.changed_at, Person.name.label("changed_by"))
    .outerjoin(Person, Person.key == Design.changed_by)
    .where(Design.state.in_(("editing", "inReview")))
)


def _deployments(reader: Reader, folder: str | None = None) -> list[DeploymentRow]:
    """Deployments of a folder, or of all, oldest first."""
    place = func.row_number().over(partition_by=Deployment.name, order_by=Deployment.key)
    newest = func.max(Deployment.key).over(partition_by=Deployment.name)
    rows = (
        select(Deployment.id, Deployment.name.label("folder"), place.label("number"), Deployment.deployed_at)
        .add_columns(Person.name.label("deployed_by"), Deployment.digest, Deployment.note)
        .add_columns((Deployment.key == newest).label("current"))
        .outerjoin(Person, Person.key == Deployment.deployed_by)
        .order_by(Deployment.key)
    )
    if folder is not None:
        rows = rows.where(Deployment.name == folder)
    return [DeploymentRow(**{**row._asdict(), "current": bool(row.current)}) for row in reader.connection.execute(rows)]


def _folder(name: str, deployments: list[DeploymentRow], processes: list[Row[Any]], design: Row[Any] | None) -> FolderRow:
    begun = None if design is None else design.title
    own = [process.name for process in processes if process.process_id == name.replace("-", "_")]
    return FolderRow(
        name=name,
        title=begun or next(iter((*own, *(process.name for process in processes))), name),
        processes=tuple(FolderProcess(key=row.process_id, name=row.name, version=row.version) for row in processes),
        deployments=len(deployments),
        latest=deployments[-1] if deployments else None,
        design=None
        if design is None
        else OpenDesignRow(id=design.id, state=design.state, edited_by=design.changed_by, edited_at=design.changed_at),
    )


def _running(reader: Reader, processes: list[str]) -> tuple[RunningVersion, ...]:
    table = ProcessDefinition
    rows = (
        select(table.process_id, table.name, table.version, table.latest, func.count().label("cases"))
        .join(ProcessInstance, ProcessInstance.definition == table.key)
        .where(table.process_id.in_(processes), ProcessInstance.ended_at.is_(None))
        .group_by(table.process_id, table.name, table.version, table.latest)
        .order_by(table.process_id, table.version.desc())
    )
    return tuple(
        RunningVersion(process=row.process_id, name=row.name, version=row.version, current=row.latest, cases=row.cases)
        for row in reader.connection.execute(rows)
    )
