"""One case opened by an operator: where it is, in which version, with which other pools, and its drawing. No patient data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.errors import NotFound
from engine.queries.diagram import Diagram, Pool, drawing
from engine.queries.instances import Member, collaboration_of, pool_name
from engine.queries.operations import RIGHT, OperatedInstance, operated_values, select_operated
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.runtime.migration import last_migration
from engine.store.tables import Incident, ProcessDefinition, ProcessInstance

VERSIONS_AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class GetOperatedCase(Query["OperatedCase"]):
    """One case. Needs `operations`."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class GetOperatedDiagram(Query[Diagram]):
    """The drawing of one case. Needs `operations`."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class Place:
    """An element of the process where a token can be put."""

    element: str
    name: str | None
    type: str


@dataclass(frozen=True, kw_only=True)
class OperatedCase(OperatedInstance):
    """One case, with what an operator needs to act on it."""

    incidents: int
    """Open ones."""
    versions: tuple[int, ...]
    """Of its process, the newest first; with its own."""
    migrated_from: int | None
    """Version that it would be moved back to; None when it was not migrated."""
    collaboration: tuple[Member, ...]
    """Every pool of the collaboration, its own too."""
    collaborates: bool
    """Whether its process is drawn with other pools."""
    places: tuple[Place, ...]
    """In the order of the file."""


def get_operated_case(query: GetOperatedCase, reader: Reader) -> OperatedCase:
    """The case. Raises NotAllowed, NotFound `no-instance`."""
    row = _row(reader, query.instance)
    values = operated_values(reader, row)
    migration = last_migration(reader.connection, row.key)
    model = reader.definitions.model(row.definition)
    return OperatedCase(
        **values,
        incidents=_incidents(reader, row.key),
        versions=_versions(reader, values["process"].key),
        migrated_from=None if migration is None else int(migration["from_version"]),
        collaboration=tuple(
            Member(
                id=other.id,
                pool=pool_name(reader, other.definition),
                state=other.state,
                institution=None if other.code is None else Coded(code=other.code, name=other.short_name),
            )
            for other in collaboration_of(reader, row.collaboration)
        ),
        collaborates=len(model.participants) > 1,
        places=tuple(Place(element=found.id, name=found.name, type=found.type) for found in model.elements.values()),
    )


def get_operated_diagram(query: GetOperatedDiagram, reader: Reader) -> Diagram:
    """The drawing. Raises NotAllowed, NotFound `no-instance`."""
    row = _row(reader, query.instance)
    pools = tuple(
        Pool(instance=other.id, name=pool_name(reader, other.definition), visible=True)
        for other in collaboration_of(reader, row.collaboration)
    )
    return drawing(reader, row, pools)


def _row(reader: Reader, instance: UUID) -> Any:
    require_right(reader.actor, RIGHT)
    row = reader.connection.execute(select_operated().where(ProcessInstance.id == instance)).one_or_none()
    if row is None:
        raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(instance))
    return row


def _incidents(reader: Reader, instance: int) -> int:
    found = select(func.count()).select_from(Incident).where(Incident.instance == instance, Incident.state == "open")
    return int(reader.connection.execute(found).scalar_one())


def _versions(reader: Reader, process: str) -> tuple[int, ...]:
    table = ProcessDefinition
    found = select(table.version).where(table.process_id == process).order_by(table.version.desc()).limit(VERSIONS_AT_MOST)
    return tuple(reader.connection.execute(found).scalars())
