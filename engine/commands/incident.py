"""Resolve incidents: try again what stopped."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers import audit
from engine.appliers.incidents import raise_incident
from engine.appliers.journal import Journal
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.errors import Conflict, NotFound
from engine.kernel.triggers import Retry, SetVariables
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.store.tables import Incident, Job, Token
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class RetryIncident(Command[Done]):
    """Try again what an incident stopped: the token that stands in error, or the job that was given up.

    What has gone meanwhile, with its case or by another way of the process, needs no more: the incident is closed.
    """

    incident: UUID


@dataclass(frozen=True, kw_only=True)
class RaiseIncident(Command[Done]):
    """Stop at an instance whose step was undone as a whole, for a person to look at."""

    instance: int
    code: str
    message: str


def raise_instance_incident(command: RaiseIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    case = runtime.lock(work, command.instance)

    def noted(journal: Journal) -> None:
        raise_incident(work, journal, instance=case.key, code=command.code, message=command.message)

    runtime.note(work, case, Act(action="incident", object=command.code), noted)
    return Done(instance=case.id)


def retry_incident(command: RetryIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    found = select(*Incident.__table__.columns).where(Incident.id == command.incident)
    incident = work.connection.execute(found).one_or_none()
    if incident is None:
        raise NotFound("no-incident", "Expected to find incident '{id}', but there is none", id=str(command.incident))
    case = runtime.lock(work, incident.instance) if incident.instance is not None else None
    if case is not None and case.state == "active":
        case.require_moving()
    incident = work.connection.execute(found.with_for_update()).one()
    if incident.state != "open":
        raise Conflict("incident-resolved", "Expected incident '{id}' to be open, but it is resolved", id=str(command.incident))
    work.connection.execute(
        update(Incident)
        .where(Incident.key == incident.key)
        .values(state="resolved", resolved_at=work.now, resolved_by=work.actor.person)
    )

    def noted(journal: Journal) -> None:
        journal.note("incident-resolved", element=incident.element, by_actor=True, incident=str(incident.id))

    act = Act(action="retry", object=str(incident.id))
    if incident.job is not None:
        again = {"state": "pending", "due_at": work.now, "retries": work.config.job_retries, "attempts": 0, "error": None}
        work.connection.execute(update(Job).where(Job.key == incident.job, Job.state == "failed").values(again))
        work.jobs_due = True
        if case is not None and case.state == "active":
            runtime.note(work, case, act, noted)
        else:
            audit.record(work, "retry", str(incident.id))
    elif case is None or case.state != "active":
        audit.record(work, "retry", str(incident.id))
    elif incident.token is not None and _still_stopped(work, incident.token):
        runtime.advance(work, case, Retry(token=incident.token), act, before=noted)
    else:
        # An empty step: a case that is still stuck says so again.
        runtime.advance(work, case, SetVariables(variables={}), act, before=noted)
    return Done(instance=None if case is None else case.id)


def _still_stopped(work: UnitOfWork, token: int) -> bool:
    """Whether the token stands in error still; the case is locked, so nobody can change that now."""
    return work.connection.execute(select(Token.key).where(Token.key == token, Token.state == "error")).first() is not None
