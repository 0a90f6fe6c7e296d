"""What a rehearsal's own store is given of the real one: who works where, the calendars, the series of numbers, what is
deployed beside the rehearsed folder, and the lists that cases have published. No case comes along, and no secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, delete, insert, select

from engine.store.base import Executes
from engine.store.keys import KeyBlock
from engine.store.tables import (
    Account,
    Appointment,
    Body,
    BodyMember,
    CalendarEntry,
    Charge,
    Delegation,
    Department,
    Deployment,
    DocumentNumber,
    Duty,
    Institution,
    Line,
    LineDepartment,
    Membership,
    Person,
    Post,
    ProcessDefinition,
    PublishedList,
    Resource,
    StartSubscription,
)
from engine.store.upsert import table_of

TABLES = (
    Institution,
    Membership,
    Department,
    Post,
    Person,
    Appointment,
    Body,
    BodyMember,
    Line,
    LineDepartment,
    Charge,
    Duty,
    Delegation,
    Account,
    CalendarEntry,
    DocumentNumber,
    PublishedList,
    KeyBlock,
)
SECRETS: Mapping[str, Any] = {"password_hash": "", "rights": []}
"""What stands in a copied account instead of its own: nobody signs in to a rehearsal."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Community:
    """The rows of the real store, as they were read in one transaction."""

    rows: Mapping[str, Rows]
    """By table."""
    deployments: tuple[int, ...]
    """Keys of the deployments that hold the newest version of a process."""
    digest: str
    """Of all that."""


def read_community(connection: Executes) -> Community:
    """What is to be copied, but for the files of the deployments."""
    rows = {table.name: _rows(connection, table) for table in map(table_of, TABLES)}
    newest = select(ProcessDefinition.deployment).where(ProcessDefinition.latest.is_(True)).distinct()
    deployments = tuple(sorted(connection.execute(newest).scalars()))
    told = hashlib.sha256(repr((deployments, sorted(rows.items()))).encode())
    return Community(rows=rows, deployments=deployments, digest=told.hexdigest())


def copy_community(community: Community, connection: Connection, path: Path, *, without: str) -> None:
    """Writes it into the empty store at `path`; files of deployments come through `connection`, but for those of one folder."""
    kept = _deployed(connection, community.deployments, without)
    # An engine of its own: a list names the case that published it, which stays behind.
    target = create_engine(f"sqlite:///{path}")
    try:
        with target.begin() as into:
            for table in map(table_of, TABLES):
                into.execute(delete(table))
                _write(into, table, community.rows[table.name])
            for table, rows in kept:
                _write(into, table, rows)
    finally:
        target.dispose()


def _deployed(connection: Connection, deployments: Sequence[int], without: str) -> list[tuple[Table, Rows]]:
    known = select(*Deployment.__table__.columns).where(Deployment.key.in_(deployments), Deployment.name != without)
    kept = [dict(row._mapping) for row in connection.execute(known)]
    keys = [row["key"] for row in kept]
    definitions = select(ProcessDefinition.key).where(ProcessDefinition.deployment.in_(keys))
    found: list[tuple[Table, Rows]] = [(table_of(Deployment), kept)]
    for model, condition in (
        (Resource, Resource.deployment.in_(keys)),
        (ProcessDefinition, ProcessDefinition.deployment.in_(keys)),
        (StartSubscription, StartSubscription.definition.in_(definitions)),
    ):
        table = table_of(model)
        rows = connection.execute(select(*table.columns).where(condition).order_by(table.c.key))
        found.append((table, [dict(row._mapping) for row in rows]))
    return found


def _rows(connection: Executes, table: Table) -> Rows:
    rows = [dict(row._mapping) for row in connection.execute(select(*table.columns).order_by(*table.primary_key))]
    if table.name == Account.__tablename__:
        return [{**row, **SECRETS} for row in rows]
    return rows


def _write(into: Connection, table: Table, rows: Rows) -> None:
    if rows:
        into.execute(insert(table), rows)
