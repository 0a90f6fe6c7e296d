"""Whether the audit trail is whole: every chain, every entry outside of the chains, every anchor."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from engine.appliers.audit import CHUNK, GENESIS, entry_hash, sealed
from engine.authorization import require_right
from engine.queries.registry import Query, Reader
from engine.runtime.signatures import seal_of
from engine.store.references import dangling
from engine.store.tables import (
    AllottedNumber,
    ArchiveCopy,
    AuditAnchor,
    AuditEntry,
    Institution,
    ProcessInstance,
    Seat,
    Signature,
)

CHUNK_OF_COPIES = 20


@dataclass(frozen=True, kw_only=True)
class VerifyAudit(Query["AuditVerification"]):
    """Recompute the whole trail from its rows. `anchor` is the hash of an anchor that was noted elsewhere."""

    anchor: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditFault:
    """One thing that is not as it was written."""

    code: str
    """`changed`, `missing`, `head`, `orphan`, `dangling`, `copy-changed`, `signature-changed`, `number-missing`, or of anchors
    `anchor-changed`, `anchor-missing` or `anchor-unknown`."""
    instance: UUID | None = None
    number: int | None = None
    """Revision of the instance, number of the anchor, or of the rows that dangle."""
    entry: int | None = None
    """Key of an entry that belongs to no instance, or to one that is gone."""
    column: str | None = None
    """Table and column whose rows refer to something that is not there, or the series of numbers that has a gap."""


@dataclass(frozen=True, kw_only=True)
class AuditVerification:
    """What the trail holds, and what is wrong with it."""

    entries: int
    instances: int
    anchors: int
    newest_anchor: str | None
    newest_anchor_at: datetime | None
    faults: Sequence[AuditFault]


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.number += 1
            yield row


_CONTENT = [column for column in AuditEntry.__table__.columns if column.name not in ("key", "hash", "previous_hash", "at")]


def verify_audit(query: VerifyAudit, reader: Reader) -> AuditVerification:
    """Reads the whole trail once, once more for its anchors, and looks for rows that refer to nothing.

    Cases may go on meanwhile. Raises NotAllowed.
    """
    require_right(reader.actor, "audit")
    entries = instances = 0
    faults: list[AuditFault] = []
    for key, rows in itertools.groupby(_entries(reader), key=lambda row: row.instance):
        counted = _Counted(rows)
        if key is None:
            changed = (row for row in counted if row.previous_hash != GENESIS or row.hash != _hash(GENESIS, row))
            faults += [AuditFault(code="changed", entry=row.key) for row in changed]
        else:
            instances += 1
            faults += _chain_faults(list(counted))
        entries += counted.number
    faults += [AuditFault(code="missing", instance=row.id, number=1) for row in _without_entries(reader)]
    faults += [AuditFault(code="number-missing", column=series, number=gaps) for series, gaps in _number_gaps(reader)]
    faults += [AuditFault(code="signature-changed", instance=instance) for instance in _changed_signatures(reader)]
    faults += [AuditFault(code="copy-changed", instance=instance) for instance in _changed_copies(reader)]
    lost = dangling(reader.connection)
    faults += [AuditFault(code="dangling", column=column, number=number) for column, number in lost.items()]
    anchors = reader.connection.execute(select(*AuditAnchor.__table__.columns).order_by(AuditAnchor.number)).all()
    faults += _anchor_faults(reader, anchors, query.anchor)
    newest = anchors[-1] if anchors else None
    return AuditVerification(
        entries=entries,
        instances=instances,
        anchors=len(anchors),
        newest_anchor=newest.hash if newest else None,
        newest_anchor_at=newest.made_at if newest else None,
        faults=tuple(faults),
    )


def _entries(reader: Reader) -> Any:
    """Every entry beside the head that its instance has, in one statement, so that both are of one moment."""
    columns = (AuditEntry.key, AuditEntry.at, AuditEntry.hash, AuditEntry.previous_hash, *_CONTENT)
    head = (ProcessInstance.id, ProcessInstance.revision.label("head_revision"), ProcessInstance.audit_hash)
    statement = select(*columns, *head).outerjoin(ProcessInstance, ProcessInstance.key == AuditEntry.instance)
    return reader.connection.execute(
        statement.order_by(AuditEntry.instance, AuditEntry.revision).execution_options(yield_per=CHUNK)
    )


def _number_gaps(reader: Reader) -> Iterator[tuple[str, int]]:
    """Series of document numbers, as `category institution period`, with how many numbers below the last have no case."""
    table, given = AllottedNumber, func.count()
    series = (table.category, table.institution, table.period)
    wanted = func.max(table.sequence) - func.min(table.sequence) + 1
    statement = (
        select(table.category, Institution.code, table.period, (wanted - given).label("gaps"))
        .join(Institution, Institution.key == table.institution)
        .group_by(*series, Institution.code)
        .having(wanted > given)
    )
    for row in reader.connection.execute(statement):
        yield f"{row.category} {row.code} {row.period}", int(row.gaps)


def _changed_signatures(reader: Reader) -> Iterator[UUID]:
    """Cases in which a drawing, or what it signs, is not what their audit trail knows."""
    entries = select(AuditEntry.object, AuditEntry.data, ProcessInstance.id).join(
        ProcessInstance, ProcessInstance.key == AuditEntry.instance
    )
    known = {
        row.data["signature"]["id"]: (row.data["signature"]["seal"], row.id)
        for row in reader.connection.execute(entries.where(AuditEntry.action == "complete").execution_options(yield_per=CHUNK))
        if "signature" in row.data
    }
    bound = (
        select(Signature.id, Signature.person, Signature.image, Seat.id.label("task"), Seat.outcome, Seat.opinion, Seat.form_hash)
        .add_columns(ProcessInstance.id.label("instance"))
        .join(Seat, Seat.key == Signature.seat)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .where(Signature.bound_at.is_not(None))
        .execution_options(yield_per=CHUNK_OF_COPIES)
    )
    for row in reader.connection.execute(bound):
        image = hashlib.sha256(row.image).hexdigest()
        said = {"outcome": row.outcome, "opinion": row.opinion, "form_hash": row.form_hash}
        seal, _ = known.pop(str(row.id), (None, None))
        if seal != seal_of(row.task, row.person, image=image, **said):
            yield row.instance
    yield from (instance for _, instance in known.values())


def _changed_copies(reader: Reader) -> Iterator[UUID]:
    """Cases whose archive copy is not the one that their audit trail knows."""
    sealed_by = (AuditEntry.instance == ArchiveCopy.instance) & (AuditEntry.action == "archive")
    statement = (
        select(ProcessInstance.id, ArchiveCopy.content, AuditEntry.data)
        .select_from(ArchiveCopy)
        .join(ProcessInstance, ProcessInstance.key == ArchiveCopy.instance)
        .outerjoin(AuditEntry, sealed_by)
        .where(ArchiveCopy.made_at.is_not(None))
        .execution_options(yield_per=CHUNK_OF_COPIES)
    )
    for row in reader.connection.execute(statement):
        if hashlib.sha256(row.content).hexdigest() != (row.data or {}).get("sha256"):
            yield row.id


def _without_entries(reader: Reader) -> Any:
    chained = exists().where(AuditEntry.instance == ProcessInstance.key)
    return reader.connection.execute(select(ProcessInstance.id).where(~chained).order_by(ProcessInstance.key))


def _hash(previous: str, row: Any) -> str:
    content = {column.name: getattr(row, column.name) for column in _CONTENT}
    return entry_hash(previous, {**content, "at": row.at.isoformat()})


def _chain_faults(chain: Sequence[Any]) -> Iterator[AuditFault]:
    last = chain[-1]
    if last.id is None:
        yield AuditFault(code="orphan", entry=last.key)
        return
    previous, expected = GENESIS, 1
    for row in chain:
        for number in range(expected, row.revision):
            yield AuditFault(code="missing", instance=row.id, number=number)
        follows = row.revision > expected or row.previous_hash == previous
        if not follows or row.revision < expected or row.hash != _hash(row.previous_hash, row):
            yield AuditFault(code="changed", instance=row.id, number=row.revision)
        previous, expected = row.hash, row.revision + 1
    for number in range(expected, last.head_revision + 1):
        yield AuditFault(code="missing", instance=last.id, number=number)
    if (expected == last.head_revision + 1 and last.audit_hash != previous) or expected > last.head_revision + 1:
        yield AuditFault(code="head", instance=last.id, number=last.head_revision)


def _anchor_faults(reader: Reader, anchors: Sequence[Any], noted: str | None) -> Iterator[AuditFault]:
    previous, since, expected = GENESIS, None, 1
    for row in anchors:
        for number in range(expected, row.number):
            yield AuditFault(code="anchor-missing", number=number)
        count, digest = sealed(reader.connection, since, row.until, row.previous_hash)
        if (count, digest) != (row.entries, row.hash) or (row.number == expected and row.previous_hash != previous):
            yield AuditFault(code="anchor-changed", number=row.number)
        previous, since, expected = row.hash, row.until, row.number + 1
    if noted is not None and noted not in {row.hash for row in anchors}:
        yield AuditFault(code="anchor-unknown")
