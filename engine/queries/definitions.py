"""The deployed processes as operators see them: versions, whether they take new cases, how many cases run and stand still."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.queries.operations import RIGHT
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import ProcessName, process_name
from engine.runtime.instance_filter import has_incident
from engine.store.tables import Deployment, Person, ProcessDefinition, ProcessInstance

VERSIONS_AT_MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class ListProcesses(Query[tuple["ProcessRow", ...]]):
    """Every process, by name. Needs `operations`."""


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """One version of a process, with its live cases."""

    version: int
    version_tag: str | None
    deployed_at: datetime
    deployed_by: str | None
    active: int
    """Cases that have not ended, the suspended ones among them."""
    suspended: int
    stopped: int
    """Cases with an incident that nobody has resolved."""


@dataclass(frozen=True, kw_only=True)
class ProcessRow:
    """One process with its versions, the newest first; old ones without a case are left out."""

    process: ProcessName
    suspended_at: datetime | None
    """Since when it takes no new cases."""
    startable: bool
    """Whether people start it by hand."""
    versions: tuple[VersionRow, ...]


def list_processes(query: ListProcesses, reader: Reader) -> tuple[ProcessRow, ...]:
    """The processes. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    table = ProcessDefinition
    counts = _counts(reader)
    statement = (
        select(
            table.key,
            table.process_id,
            table.version,
            table.version_tag,
            table.latest,
            table.startable,
            table.suspended_at,
            Deployment.deployed_at,
            Person.name.label("deployed_by"),
        )
        .join(Deployment, Deployment.key == table.deployment)
        .outerjoin(Person, Person.key == Deployment.deployed_by)
        .where(table.latest.is_(True) | table.key.in_(list(counts)))
        .order_by(table.process_id, table.version.desc())
        .limit(VERSIONS_AT_MOST)
    )
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in reader.connection.execute(statement):
        grouped[row.process_id].append(row)
    processes = (_process(reader, rows, counts) for rows in grouped.values())
    return tuple(sorted(processes, key=lambda row: row.process.name))


def _counts(reader: Reader) -> dict[int, Any]:
    """Live cases by key of their definition."""
    table = ProcessInstance
    statement = (
        select(
            table.definition,
            func.count().label("active"),
            func.count(table.suspended_at).label("suspended"),
            func.count().filter(has_incident()).label("stopped"),
        )
        .where(table.state == "active")
        .group_by(table.definition)
    )
    return {row.definition: row for row in reader.connection.execute(statement)}


def _process(reader: Reader, rows: list[Any], counts: dict[int, Any]) -> ProcessRow:
    newest = rows[0]
    return ProcessRow(
        process=process_name(reader, newest.key),
        suspended_at=newest.suspended_at,
        startable=newest.startable,
        versions=tuple(_version(row, counts.get(row.key)) for row in rows),
    )


def _version(row: Any, counted: Any) -> VersionRow:
    return VersionRow(
        version=row.version,
        version_tag=row.version_tag,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
        active=0 if counted is None else counted.active,
        suspended=0 if counted is None else counted.suspended,
        stopped=0 if counted is None else counted.stopped,
    )
