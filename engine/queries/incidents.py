"""Open incidents by cause: what stopped how many cases, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.queries.registry import Query, Reader
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
    process_key: str | None
    incidents: int
    first_at: datetime
    last_at: datetime


def list_incident_causes(query: ListIncidentCauses, reader: Reader) -> tuple[IncidentCause, ...]:
    """The causes. Raises NotAllowed without the right `operations`."""
    require_right(reader.actor, "operations")
    cause = (Incident.code, Incident.element, ProcessDefinition.process_id)
    number = func.count().label("incidents")
    statement = (
        select(*cause, number, func.min(Incident.raised_at).label("first_at"), func.max(Incident.raised_at).label("last_at"))
        .outerjoin(ProcessInstance, ProcessInstance.key == Incident.instance)
        .outerjoin(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
        .where(Incident.state == "open")
        .group_by(*cause)
        .order_by(number.desc(), *cause)
        .limit(CAUSES_AT_MOST)
    )
    return tuple(
        IncidentCause(
            code=row.code,
            element=row.element,
            process_key=row.process_id,
            incidents=row.incidents,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in reader.connection.execute(statement)
    )
