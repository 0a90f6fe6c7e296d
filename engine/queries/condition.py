"""What those who keep the engine running must know at a glance: what has stopped, what is late, what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.authorization import require_right
from engine.queries.health import CalendarHealth, GetHealth, get_health
from engine.queries.operations import RIGHT
from engine.queries.registry import Query, Reader
from engine.store.tables import Delivery, Incident, Job, Message, ProcessInstance

LATE_AFTER = timedelta(minutes=1)
"""A worker that lives takes up what is due sooner than that."""
TOLD_SINCE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class GetCondition(Query["Condition"]):
    """The condition of the whole. Needs `operations`."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Counts of what waits for a person, and of what no worker has taken up in time."""

    database: str
    """`sqlite` or `postgresql`."""
    calendar: CalendarHealth
    incidents: int
    suspended: int
    """Active cases that stand still by an operator's act."""
    jobs_waiting: int
    jobs_late: int
    """Due for more than a minute: no worker runs, or too few."""
    oldest_late: datetime | None
    jobs_failed: int
    dead_messages: int
    deliveries_waiting: int
    deliveries_failed: int
    """Of the last day."""


def get_condition(query: GetCondition, reader: Reader) -> Condition:
    """Raises NotAllowed without the right `operations`, and what the database raises when it does not answer."""
    require_right(reader.actor, RIGHT)
    late = (Job.state == "pending", Job.due_at < reader.now - LATE_AFTER)
    oldest = reader.connection.execute(select(func.min(Job.due_at)).where(*late)).scalar_one()
    suspended = (ProcessInstance.state == "active", ProcessInstance.suspended_at.is_not(None))
    return Condition(
        database="sqlite" if reader.config.database_url.startswith("sqlite") else "postgresql",
        calendar=get_health(GetHealth(), reader).calendar,
        incidents=_count(reader, Incident.state == "open"),
        suspended=_count(reader, *suspended),
        jobs_waiting=_count(reader, Job.state == "pending"),
        jobs_late=_count(reader, *late),
        oldest_late=oldest,
        jobs_failed=_count(reader, Job.state == "failed"),
        dead_messages=_count(reader, Message.state == "dead", Message.discarded_at.is_(None)),
        deliveries_waiting=_count(reader, Delivery.state.in_(("pending", "sending"))),
        deliveries_failed=_count(reader, Delivery.state == "failed", Delivery.made_at > reader.now - TOLD_SINCE),
    )


def _count(reader: Reader, *conditions: Any) -> int:
    return int(reader.connection.execute(select(func.count()).where(*conditions)).scalar_one())
