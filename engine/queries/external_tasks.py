"""Work for other systems as operators see it, and whether there is any for a worker that waits. No input is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select

from engine.authorization import require_right
from engine.authorization.topics import require_topic
from engine.errors import NotFound
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import CaseName, ProcessName, process_name
from engine.store.tables import ExternalTask, ProcessInstance

RIGHT = "operations"


@dataclass(frozen=True, kw_only=True)
class ListExternalTasks(Query[Page["ExternalTaskRow"]]):
    """Work that is not done yet, the oldest first."""

    state: Literal["open", "failed"] | None = None
    topic: str | None = None
    instance: UUID | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class GetExternalTask(Query["ExternalTaskRow"]):
    """One piece of work."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class IsWorkOffered(Query[bool]):
    """Whether there is probably work of these topics. A hint for one that waits: only fetching tells for sure."""

    topics: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExternalTaskRow:
    """One piece of work without what it is about."""

    id: UUID
    topic: str
    priority: int
    state: str
    instance: CaseName
    process: ProcessName
    element: str
    element_name: str | None
    idempotency_key: str
    opened_at: datetime
    available_at: datetime
    worker: str | None
    locked_until: datetime | None
    failures: int
    lost_locks: int
    """Locks that ran out without a word of their worker."""
    retries: int | None
    error: str | None
    error_details: str | None


def list_external_tasks(query: ListExternalTasks, reader: Reader) -> Page[ExternalTaskRow]:
    """One page. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    statement = _select()
    if query.state is not None:
        statement = statement.where(ExternalTask.state == query.state)
    if query.topic is not None:
        statement = statement.where(ExternalTask.topic == query.topic)
    if query.instance is not None:
        statement = statement.where(ProcessInstance.id == query.instance)
    order = Order((ExternalTask.key,))
    rows, following = order.page(reader.connection, statement, query.cursor, query.limit)
    return Page(items=tuple(_row(reader, row) for row in rows), next_cursor=following)


def get_external_task(query: GetExternalTask, reader: Reader) -> ExternalTaskRow:
    """One piece of work. Raises NotAllowed without the right `operations`, and NotFound."""
    require_right(reader.actor, RIGHT)
    row = reader.connection.execute(_select().where(ExternalTask.id == query.task)).one_or_none()
    if row is None:
        raise NotFound("no-external-task", "Expected to find external task '{id}', but there is none", id=str(query.task))
    return _row(reader, row)


def is_work_offered(query: IsWorkOffered, reader: Reader) -> bool:
    """Whether a fetch is worth trying. Raises NotAllowed without the right to a topic."""
    for topic in query.topics:
        require_topic(reader.actor, topic)
    table = ExternalTask
    offered = select(table.key).where(
        table.state == "open",
        table.topic.in_(query.topics),
        table.available_at <= reader.now,
        or_(
            table.locked_until.is_(None),
            and_(table.locked_until <= reader.now, table.lost_locks + 1 < reader.config.lost_locks),
        ),
    )
    return reader.connection.execute(offered.limit(1)).first() is not None


def _select() -> Select[Any]:
    case = (ProcessInstance.id.label("instance_id"), ProcessInstance.number, ProcessInstance.definition)
    columns = ExternalTask.__table__.columns
    return select(*columns, *case).join(ProcessInstance, ProcessInstance.key == ExternalTask.instance)


def _row(reader: Reader, row: Row[Any]) -> ExternalTaskRow:
    element = reader.definitions.model(row.definition).elements.get(row.element)
    shared: Mapping[str, Any] = {name: getattr(row, name) for name in _SHARED}
    return ExternalTaskRow(
        instance=CaseName(id=row.instance_id, number=row.number),
        process=process_name(reader, row.definition),
        element_name=None if element is None else element.name,
        idempotency_key=f"{row.instance_id}:{row.element}:{row.occurrence}",
        **shared,
    )


_SHARED = (
    "id",
    "topic",
    "priority",
    "state",
    "element",
    "opened_at",
    "available_at",
    "worker",
    "locked_until",
    "failures",
    "lost_locks",
    "retries",
    "error",
    "error_details",
)
