"""The audit trail: one entry a revision of an instance, chained by hash, and entries without an instance for the rest.

The hash of an entry covers its content and the hash of the entry before it in the same chain, so that a changed,
removed or inserted entry is found by recomputing. Entries hold no patient data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from engine.store.base import dump_json
from engine.store.tables import AuditEntry, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

GENESIS = "0" * 64


def entry_hash(previous: str, content: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal over the previous hash and an entry's content."""
    return hashlib.sha256((previous + dump_json(content)).encode()).hexdigest()


def record(
    work: UnitOfWork,
    action: str,
    object: str | None,
    *,
    result: str = "ok",
    data: Mapping[str, Any] | None = None,
    capacity: int | None = None,
) -> None:
    """Writes an entry that belongs to no instance: sign-in, rights, deployment, refused access.

    Such entries form no chain of their own (one chain would be one lock for everybody); each is hashed on its own.
    """
    _insert(
        work,
        GENESIS,
        {
            "instance": None,
            "revision": None,
            "action": action,
            "object": object,
            "result": result,
            "data": dict(data or {}),
            "capacity": capacity,
        },
    )


def record_revision(
    work: UnitOfWork,
    *,
    instance: int,
    revision: int,
    previous_hash: str,
    action: str,
    object: str | None = None,
    capacity: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Writes the entry of one revision of an instance and returns its hash, the new head of the instance's chain."""
    content = {
        "instance": instance,
        "revision": revision,
        "action": action,
        "object": object,
        "result": "ok",
        "data": dict(data or {}),
        "capacity": capacity,
    }
    return _insert(work, previous_hash, content)


def _insert(work: UnitOfWork, previous: str, content: dict[str, Any]) -> str:
    whole = {**content, "person": work.actor.person, "source": work.actor.source, "request_id": work.actor.request_id}
    digest = entry_hash(previous, {**whole, "at": work.now.isoformat()})
    work.connection.execute(
        insert(AuditEntry).values(key=work.new_key(), at=work.now, previous_hash=previous, hash=digest, **whole)
    )
    return digest


def verify_chain(connection: Any, instance: int) -> bool:
    """Whether the audit entries of an instance are complete, unchanged and in order, up to the revision it is at."""
    columns = [column for column in AuditEntry.__table__.columns if column.name not in ("key", "hash", "previous_hash", "at")]
    statement = select(AuditEntry.at, AuditEntry.hash, AuditEntry.previous_hash, *columns).where(AuditEntry.instance == instance)
    previous, number = GENESIS, 0
    for number, row in enumerate(connection.execute(statement.order_by(AuditEntry.revision)), start=1):
        content = {column.name: getattr(row, column.name) for column in columns}
        expected = entry_hash(previous, {**content, "at": row.at.isoformat()})
        if row.previous_hash != previous or row.hash != expected or row.revision != number:
            return False
        previous = row.hash
    head = select(ProcessInstance.revision, ProcessInstance.audit_hash).where(ProcessInstance.key == instance)
    newest = connection.execute(head).one_or_none()
    return newest is not None and tuple(newest) == (number, previous)
