"""Open incidents by cause: what stopped how many cases, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import process_name
from engine.store.tables import Incident, ProcessDefinition, ProcessInstance

CAUSES_AT_MOST = 200


@dataclass(frozen=True, kw_only=True)
class ListIncidentCauses(Query[tuple["IncidentCause", ...]]):
    """The causes of open incidents, the most frequent first."""


@dataclass(frozen=True, kw_only=True)
class IncidentCause:
    """One cause: an incident code at an element of a process."""

    code: str
    element: str | None
    element_name: str | None
    """In the newest version that it stopped."""
    process_key: str | None
    process_name: str | None
    process_name_en: str | None
    incidents: int
    first_at: datetime
    last_at: datetime


def list_incident_causes(query: ListIncidentCauses, reader: Reader) -> tuple[IncidentCause, ...]:
    """The causes. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, "operations")
    cause = (Incident.code, Incident.element, ProcessDefinition.process_id)
    number = func.count().label("incidents")
    newest = func.max(ProcessDefinition.key).label("definition")
    statement = (
        select(
            *cause, number, newest, func.min(Incident.raised_at).label("first_at"), func.max(Incident.raised_at).label("last_at")
        )
        .outerjoin(ProcessInstance, ProcessInstance.key == Incident.instance)
        .outerjoin(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
        .where(Incident.state == "open")
        .group_by(*cause)
        .order_by(number.desc(), *cause)
        .limit(CAUSES_AT_MOST)
    )
    return tuple(_cause(reader, row) for row in reader.connection.execute(statement))


def _cause(reader: Reader, row: Any) -> IncidentCause:
    process = None if row.definition is None else process_name(reader, row.definition)
    element = None if row.definition is None else reader.definitions.model(row.definition).elements.get(row.element)
    return IncidentCause(
        code=row.code,
        element=row.element,
        element_name=None if element is None else element.name,
        process_key=row.process_id,
        process_name=None if process is None else process.name,
        process_name_en=None if process is None else process.name_en,
        incidents=row.incidents,
        first_at=row.first_at,
        last_at=row.last_at,
    )
