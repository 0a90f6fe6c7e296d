"""How designs and deployments of process folders differ from each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.changes import FileChange, compare
from engine.queries.designs import BaseRef, design_row, folder_numbers
from engine.queries.process_folders import deployment_key
from engine.queries.registry import Query, Reader
from engine.store.tables import Deployment, DesignFile, Resource

Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What differs from a deployment; `against` is None where it is held against nothing."""

    against: BaseRef | None
    files: tuple[FileChange, ...]


@dataclass(frozen=True, kw_only=True)
class CompareDesign(Query[Changes]):
    """What a design changes, against the deployment that it began with or another one."""

    design: UUID
    against: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CompareDeployment(Query[Changes]):
    """What a deployment has changed, against the one before it in its folder or another one."""

    deployment: UUID
    against: UUID | None = None


def compare_design(query: CompareDesign, reader: Reader) -> Changes:
    """Raises NotAllowed and NotFound."""
    row = design_row(reader, query.design)
    base = row.base if query.against is None else deployment_key(reader, query.against)[0]
    files = select(DesignFile.name, DesignFile.kind, DesignFile.content).where(DesignFile.design == row.key)
    return _changes(reader, base, {file.name: (file.kind, file.content) for file in reader.connection.execute(files)})


def compare_deployment(query: CompareDeployment, reader: Reader) -> Changes:
    """Raises NotAllowed and NotFound."""
    key, folder = deployment_key(reader, query.deployment)
    older = [other for other in folder_numbers(reader, folder) if other < key]
    base = max(older, default=None) if query.against is None else deployment_key(reader, query.against)[0]
    return _changes(reader, base, _files(reader, key))


def _changes(reader: Reader, base: int | None, files: Files) -> Changes:
    if base is None:
        return Changes(against=None, files=compare({}, files))
    statement = select(Deployment.name).where(Deployment.key == base)
    folder = reader.connection.execute(statement).scalar_one()
    return Changes(against=folder_numbers(reader, folder)[base], files=compare(_files(reader, base), files))


def _files(reader: Reader, deployment: int) -> Files:
    rows = select(Resource.name, Resource.kind, Resource.content).where(Resource.deployment == deployment)
    return {row.name: (row.kind, row.content) for row in reader.connection.execute(rows)}
