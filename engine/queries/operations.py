"""What those who keep the engine running see: incidents, jobs, dead messages, cases. No subject, no variable, no payload."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from engine.authorization import require_right
from engine.queries.instance_rows import shown_state
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import CaseName, Coded, ProcessName, of_process, process_name
from engine.records import InstanceFilter
from engine.runtime.instance_filter import has_incident, matching
from engine.store.tables import Incident, Institution, Job, Message, ProcessInstance

RIGHT = "operations"


@dataclass(frozen=True, kw_only=True)
class ListIncidents(Query[Page["IncidentRow"]]):
    """Stops that a person must resolve, newest first; of one case, or of one cause as `ListIncidentCauses` tells it."""

    state: Literal["open", "resolved"] | None = "open"
    instance: UUID | None = None
    code: str | None = None
    element: str | None = None
    process: str | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListJobs(Query[Page["JobRow"]]):
    """Work of the clock, the next one first."""

    state: Literal["pending", "running", "failed"] | None = None
    instance: UUID | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListMessages(Query[Page["MessageRow"]]):
    """Messages between institutions in one state, newest first; `dead` is the dead-message desk."""

    state: Literal["sent", "waiting", "delivered", "recorded", "dead", "discarded"] = "dead"
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListAllInstances(Query[Page["OperatedInstance"]]):
    """Every case, newest first, without what it is about."""

    filter: InstanceFilter = field(default_factory=InstanceFilter)
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """One incident."""

    id: UUID
    at: datetime
    instance: CaseName | None
    process: ProcessName | None
    element: str | None
    """Id of the element."""
    element_name: str | None
    code: str
    message: str
    retries_left: int | None
    """Of the job that failed; None for a stop inside a step."""
    state: str
    note: str | None
    reason: str | None
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One job."""

    id: UUID
    kind: str
    instance: CaseName | None
    due_at: datetime
    state: str
    retries: int
    attempts: int
    worker: str | None
    error: str | None


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One message without its contents."""

    id: UUID
    name: str
    from_institution: Coded | None
    to_institution: Coded | None
    endpoint: str | None
    business_key: str | None
    channel: str
    state: str
    reason: str | None
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OperatedInstance:
    """One case without its subject."""

    id: UUID
    key: int
    number: str | None
    process: ProcessName
    institution: Coded | None
    state: str
    revision: int
    started_at: datetime
    ended_at: datetime | None


def list_incidents(query: ListIncidents, reader: Reader) -> Page[IncidentRow]:
    """One page. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    statement = (
        select(
            Incident.id,
            Incident.raised_at,
            Incident.element,
            Incident.code,
            Incident.message,
            Incident.state,
            Incident.note,
            Incident.reason,
            Incident.resolved_at,
            Job.retries,
            ProcessInstance.id.label("instance_id"),
            ProcessInstance.number,
            ProcessInstance.definition,
        )
        .outerjoin(ProcessInstance, ProcessInstance.key == Incident.instance)
        .outerjoin(Job, Job.key == Incident.job)
    )
    if query.state is not None:
        statement = statement.where(Incident.state == query.state)
    if query.process is not None:
        statement = statement.where(of_process(query.process))
    for column, wanted in ((ProcessInstance.id, query.instance), (Incident.code, query.code), (Incident.element, query.element)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    rows, following = _page(Order((Incident.raised_at, Incident.key), descending=True), statement, query, reader)
    return Page(items=tuple(_incident(reader, row) for row in rows), next_cursor=following)


def list_jobs(query: ListJobs, reader: Reader) -> Page[JobRow]:
    """One page. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    statement = select(
        Job.id,
        Job.kind,
        Job.due_at,
        Job.state,
        Job.retries,
        Job.attempts,
        Job.worker,
        Job.error,
        ProcessInstance.id.label("instance_id"),
        ProcessInstance.number,
    ).outerjoin(ProcessInstance, ProcessInstance.key == Job.instance)
    if query.state is not None:
        statement = statement.where(Job.state == query.state)
    if query.instance is not None:
        statement = statement.where(ProcessInstance.id == query.instance)
    rows, following = _page(Order((Job.due_at, Job.key)), statement, query, reader)
    items = tuple(
        JobRow(
            id=row.id,
            kind=row.kind,
            instance=_case(row),
            due_at=row.due_at,
            state=row.state,
            retries=row.retries,
            attempts=row.attempts,
            worker=row.worker,
            error=row.error,
        )
        for row in rows
    )
    return Page(items=items, next_cursor=following)


def list_messages(query: ListMessages, reader: Reader) -> Page[MessageRow]:
    """One page. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, RIGHT)
    source, target = aliased(Institution), aliased(Institution)
    statement = (
        select(
            Message.id,
            Message.name,
            Message.endpoint,
            Message.business_key,
            Message.channel,
            Message.state,
            Message.reason,
            Message.sent_at,
            Message.expires_at,
            source.code.label("from_code"),
            source.short_name.label("from_name"),
            target.code.label("to_code"),
            target.short_name.label("to_name"),
        )
        .outerjoin(source, source.key == Message.from_institution)
        .outerjoin(target, target.key == Message.to_institution)
        .where(_in_message_state(query.state))
    )
    rows, following = _page(Order((Message.sent_at, Message.key), descending=True), statement, query, reader)
    return Page(items=tuple(_message(row) for row in rows), next_cursor=following)


def list_all_instances(query: ListAllInstances, reader: Reader) -> Page[OperatedInstance]:
    """One page. Raises NotAllowed without the right `operations`, and what `matching` raises."""
    require_right(reader.actor, RIGHT)
    conditions = matching(reader.connection, reader.definitions, query.filter, reader.now)
    statement = select_operated().where(*conditions)
    rows, following = _page(Order((ProcessInstance.key,), descending=True), statement, query, reader)
    return Page(items=tuple(OperatedInstance(**operated_values(reader, row)) for row in rows), next_cursor=following)


def _in_message_state(state: str) -> Any:
    """A dead message that was taken from the desk is `discarded`."""
    if state in ("dead", "discarded"):
        taken = Message.discarded_at.is_not(None) if state == "discarded" else Message.discarded_at.is_(None)
        return and_(Message.state == "dead", taken)
    return Message.state == state


def _page(order: Order, statement: Any, query: Any, reader: Reader) -> Any:
    return order.page(reader.connection, statement, query.cursor, query.limit)


def _case(row: Any) -> CaseName | None:
    return None if row.instance_id is None else CaseName(id=row.instance_id, number=row.number)


def _coded(code: str | None, name: str | None) -> Coded | None:
    return None if code is None else Coded(code=code, name=name or code)


def _incident(reader: Reader, row: Any) -> IncidentRow:
    model = None if row.definition is None else reader.definitions.model(row.definition)
    element = model.elements.get(row.element) if model is not None else None
    return IncidentRow(
        id=row.id,
        at=row.raised_at,
        instance=_case(row),
        element=row.element,
        code=row.code,
        message=row.message,
        state=row.state,
        process=None if row.definition is None else process_name(reader, row.definition),
        retries_left=row.retries,
        note=row.note,
        reason=row.reason,
        resolved_at=row.resolved_at,
        element_name=element.name if element is not None else None,
    )


def _message(row: Any) -> MessageRow:
    return MessageRow(
        id=row.id,
        name=row.name,
        from_institution=_coded(row.from_code, row.from_name),
        to_institution=_coded(row.to_code, row.to_name),
        endpoint=row.endpoint,
        business_key=row.business_key,
        channel=row.channel,
        state=row.state,
        reason=row.reason,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
    )


def select_operated() -> Any:
    """The columns of a case as operators see it."""
    table = ProcessInstance
    return select(
        table.key,
        table.id,
        table.number,
        table.definition,
        table.state,
        table.suspended_at,
        table.revision,
        table.collaboration,
        table.started_at,
        table.ended_at,
        Institution.code,
        Institution.short_name,
        has_incident().label("stopped"),
    ).outerjoin(Institution, Institution.key == table.institution)


def operated_values(reader: Reader, row: Any) -> dict[str, Any]:
    """The fields of a case that `select_operated` found."""
    return {
        "id": row.id,
        "key": row.key,
        "number": row.number,
        "process": process_name(reader, row.definition),
        "institution": _coded(row.code, row.short_name),
        "state": shown_state(row),
        "revision": row.revision,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
    }
