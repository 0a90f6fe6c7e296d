"""The audit trail: one entry a revision of an instance, chained by hash, and entries without an instance for the rest.

The hash of an entry covers its content and the hash of the entry before it in the same chain, so that a changed,
removed or inserted entry is found by recomputing. Anchors seal the entries of all chains hour by hour; they show a
removed end of a chain, and a trail that was recomputed as a whole, to whoever keeps their hashes elsewhere. Entries hold
no patient data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.store.base import dump_json
from engine.store.locks import hold
from engine.store.tables import AuditAnchor, AuditEntry
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

NEW_ENTRY, NEW_ANCHOR = map(insert_of, (AuditEntry, AuditAnchor))
GENESIS = "0" * 64
ANCHOR_EVERY = timedelta(hours=1)
ANCHOR_DELAY = timedelta(hours=1)
CHUNK = 5_000


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
    work.write(NEW_ENTRY, {"key": work.new_key(), "at": work.now, "previous_hash": previous, "hash": digest, **whole})
    return digest


def sealed(connection: Any, since: datetime | None, until: datetime, previous: str) -> tuple[int, str]:
    """How many entries were written from `since` to before `until`, and the hash of an anchor over them after `previous`."""
    entries = select(AuditEntry.hash).where(AuditEntry.at < until).order_by(AuditEntry.at, AuditEntry.key)
    if since is not None:
        entries = entries.where(AuditEntry.at >= since)
    digest, count = hashlib.sha256(f"{previous} {until.isoformat()}".encode()), 0
    for row in connection.execute(entries.execution_options(yield_per=CHUNK)):
        digest.update(row.hash.encode())
        count += 1
    return count, digest.hexdigest()


def anchor(work: UnitOfWork) -> str | None:
    """Seals what was written since the newest anchor, up to an hour ago; its hash, or None when an hour has not passed.

    The hour leaves room for transactions under way and for nodes whose clocks differ.
    """
    hold(work.connection, "audit anchor")
    newest = select(AuditAnchor.number, AuditAnchor.until, AuditAnchor.hash).order_by(AuditAnchor.number.desc()).limit(1)
    last = work.connection.execute(newest).one_or_none()
    until = work.now - ANCHOR_DELAY
    if last is not None and until < last.until + ANCHOR_EVERY:
        return None
    previous = GENESIS if last is None else last.hash
    entries, digest = sealed(work.connection, None if last is None else last.until, until, previous)
    values = {
        "key": work.new_key(),
        "number": 1 if last is None else last.number + 1,
        "made_at": work.now,
        "until": until,
        "entries": entries,
        "previous_hash": previous,
        "hash": digest,
    }
    work.write(NEW_ANCHOR, values)
    return digest
