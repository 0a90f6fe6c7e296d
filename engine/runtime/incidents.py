"""Try again what an incident stopped: the token that stands in error, or the job that was given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from engine.appliers import audit
from engine.appliers.journal import Journal
from engine.errors import Conflict, NotFound
from engine.kernel.triggers import Retry, SetVariables
from engine.runtime.case import Act, Case
from engine.runtime.runtime import Runtime
from engine.store.tables import Incident, Job, Token
from engine.store.unit_of_work import UnitOfWork

RETRY = "retry"
"""Kind of the job that tries one incident again; its subject is the incident."""


def open_incident(work: UnitOfWork, runtime: Runtime, id: UUID) -> tuple[Row[Any], Case | None]:
    """An open incident and its case, both locked. Raises NotFound `no-incident` and Conflict `incident-resolved`."""
    found = select(*Incident.__table__.columns).where(Incident.id == id)
    incident = work.connection.execute(found).one_or_none()
    if incident is None:
        raise NotFound("no-incident", "Expected to find incident '{id}', but there is none", id=str(id))
    case = runtime.lock(work, incident.instance) if incident.instance is not None else None
    if case is not None and case.state == "active":
        case.require_moving()
    incident = work.connection.execute(found.with_for_update()).one()
    if incident.state != "open":
        raise Conflict("incident-resolved", "Expected incident '{id}' to be open, but it is resolved", id=str(id))
    return incident, case


def close_incident(work: UnitOfWork, incident: int, by: int | None, reason: str | None = None) -> None:
    """Closes an open incident."""
    closed = {"state": "resolved", "resolved_at": work.now, "resolved_by": by, "reason": reason}
    work.connection.execute(update(Incident).where(Incident.key == incident).values(closed))


def retry(work: UnitOfWork, runtime: Runtime, id: UUID, by: int | None) -> Case | None:
    """Closes an incident and tries again what it stopped; what still cannot go on is a new incident. Returns the case.

    What has gone meanwhile, with its case or by another way of the process, needs no more than that.
    """
    incident, case = open_incident(work, runtime, id)
    close_incident(work, incident.key, by)

    def noted(journal: Journal) -> None:
        journal.note("incident-resolved", element=incident.element, by_actor=True, incident=str(id))

    act = Act(action="retry", object=str(id))
    if incident.job is not None:
        again = {"state": "pending", "due_at": work.now, "retries": work.config.job_retries, "attempts": 0, "error": None}
        work.connection.execute(update(Job).where(Job.key == incident.job, Job.state == "failed").values(again))
        work.jobs_due = True
        if case is not None and case.state == "active":
            runtime.note(work, case, act, noted)
        else:
            audit.record(work, "retry", str(id))
    elif case is None or case.state != "active":
        audit.record(work, "retry", str(id))
    elif incident.token is not None and stands_in_error(work, incident.token):
        runtime.advance(work, case, Retry(token=incident.token), act, before=noted)
    else:
        # An empty step: a case that is still stuck says so again.
        runtime.advance(work, case, SetVariables(variables={}), act, before=noted)
    return case


def stands_in_error(work: UnitOfWork, token: int) -> bool:
    """Whether the token stands in error still; the case is locked, so nobody can change that now."""
    return work.connection.execute(select(Token.key).where(Token.key == token, Token.state == "error")).first() is not None
