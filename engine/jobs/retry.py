"""One of many incidents of one cause is tried again, in a transaction of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.errors import Conflict
from engine.runtime import Runtime
from engine.runtime.incidents import retry
from engine.store.tables import Incident
from engine.store.unit_of_work import UnitOfWork


def retry_incident(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Tries the incident again, unless somebody was first."""
    id = work.connection.execute(select(Incident.id).where(Incident.key == job.subject)).scalar_one()
    try:
        retry(work, runtime, id, job.payload.get("by"))
    except Conflict as conflict:
        if conflict.code != "incident-resolved":
            raise
