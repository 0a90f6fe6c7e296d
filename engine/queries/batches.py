"""Batches of operations: how far they are, and what became of each case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.errors import NotFound
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import CaseName
from engine.store.tables import Batch, BatchItem, Person, ProcessInstance

RIGHT = "operations"
ItemState = Literal["pending", "done", "failed", "stopped"]


@dataclass(frozen=True, kw_only=True)
class ListBatches(Query[Page["BatchRow"]]):
    """All batches, newest first."""

    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class GetBatch(Query["BatchRow"]):
    """One batch."""

    batch: UUID


@dataclass(frozen=True, kw_only=True)
class ListBatchItems(Query[Page["BatchItemRow"]]):
    """The cases of a batch, in the order in which they are taken."""

    batch: UUID
    state: ItemState | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """One batch and how far it is."""

    id: UUID
    kind: str
    reason: str
    made_by: str | None
    made_at: datetime
    state: str
    """`running`, `completed` or `stopped`."""
    total: int
    pending: int
    done: int
    failed: int
    stopped: int


@dataclass(frozen=True, kw_only=True)
class BatchItemRow:
    """One case of a batch."""

    instance: CaseName
    state: str
    code: str | None
    """Why it failed."""
    message: str | None
    done_at: datetime | None


def list_batches(query: ListBatches, reader: Reader) -> Page[BatchRow]:
    """One page. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    order = Order((Batch.made_at, Batch.key), descending=True)
    rows, following = order.page(reader.connection, _batches(), query.cursor, query.limit)
    return Page(items=_told(reader, list(rows)), next_cursor=following)


def get_batch(query: GetBatch, reader: Reader) -> BatchRow:
    """The batch. Raises NotAllowed without the right `operations`, NotFound `no-batch`."""
    return _told(reader, [_batch(query.batch, reader)])[0]


def list_batch_items(query: ListBatchItems, reader: Reader) -> Page[BatchItemRow]:
    """One page. Raises NotAllowed without the right `operations`, NotFound `no-batch`."""
    batch = _batch(query.batch, reader)
    columns = (BatchItem.state, BatchItem.code, BatchItem.message, BatchItem.done_at, ProcessInstance.id, ProcessInstance.number)
    statement = select(*columns).join(ProcessInstance, ProcessInstance.key == BatchItem.instance)
    statement = statement.where(BatchItem.batch == batch.key)
    if query.state is not None:
        statement = statement.where(BatchItem.state == query.state)
    rows, following = Order((BatchItem.key,)).page(reader.connection, statement, query.cursor, query.limit)
    items = tuple(
        BatchItemRow(
            instance=CaseName(id=row.id, number=row.number),
            state=row.state,
            code=row.code,
            message=row.message,
            done_at=row.done_at,
        )
        for row in rows
    )
    return Page(items=items, next_cursor=following)


def _batches() -> Any:
    columns = (Batch.key, Batch.id, Batch.kind, Batch.reason, Batch.total, Batch.made_at, Batch.stopped_at, Person.name)
    return select(*columns).outerjoin(Person, Person.key == Batch.made_by)


def _batch(batch: UUID, reader: Reader) -> Any:
    require_right(reader.actor, RIGHT)
    row = reader.connection.execute(_batches().where(Batch.id == batch)).one_or_none()
    if row is None:
        raise NotFound("no-batch", "Expected to find batch '{id}', but there is none", id=str(batch))
    return row


def _told(reader: Reader, rows: list[Any]) -> tuple[BatchRow, ...]:
    keys = [row.key for row in rows]
    counted = select(BatchItem.batch, BatchItem.state, func.count()).where(BatchItem.batch.in_(keys))
    grouped = reader.connection.execute(counted.group_by(BatchItem.batch, BatchItem.state))
    numbers = {(batch, state): number for batch, state, number in grouped}
    return tuple(_row(row, {state: numbers.get((row.key, state), 0) for state in _STATES}) for row in rows)


_STATES = ("pending", "done", "failed", "stopped")


def _row(row: Any, numbers: dict[str, int]) -> BatchRow:
    state = "running" if numbers["pending"] else "completed" if row.stopped_at is None else "stopped"
    return BatchRow(
        id=row.id,
        kind=row.kind,
        reason=row.reason,
        made_by=row.name,
        made_at=row.made_at,
        state=state,
        total=row.total,
        **numbers,
    )
