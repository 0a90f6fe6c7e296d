"""Resolve incidents: try again what stopped, one or all of a cause; write a note; close what stands no more, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from engine.appliers import audit
from engine.appliers.incidents import raise_incident
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.authorization import require_right
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, NotFound
from engine.kernel.triggers import SetVariables
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.incidents import RETRY, close_incident, open_incident, retry, stands_in_error
from engine.store.tables import Incident, Job, ProcessDefinition, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

NOTE_LENGTH = 2_000
GIVEN_UP = frozenset({"signal", RETRY})
"""Kinds of jobs that may be let go of for good: nothing waits for them."""


@dataclass(frozen=True, kw_only=True)
class RetryIncident(Command[Done]):
    """Try again what an incident stopped: the token that stands in error, or the job that was given up.

    What has gone meanwhile, with its case or by another way of the process, needs no more: the incident is closed.
    """

    incident: UUID


@dataclass(frozen=True, kw_only=True)
class RetryCause(Command[int]):
    """Try again every open incident of one cause, each in a job of its own. Answers with their number."""

    code: str
    element: str | None = None
    process_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnnotateIncident(Command[Done]):
    """Write a note for the other operators; it replaces the one before."""

    incident: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class ResolveIncident(Command[Done]):
    """Close an incident without trying again, with a reason. What it stopped must not stand still any more."""

    incident: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RaiseIncident(Command[Done]):
    """Stop at an instance whose step was undone as a whole, for a person to look at."""

    instance: int
    code: str
    message: str


def raise_instance_incident(command: RaiseIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    case = runtime.lock(work, command.instance)
    table = Incident
    same = select(table.key).where(table.instance == case.key, table.code == command.code, table.state == "open")
    if work.connection.execute(same.where(table.token.is_(None), table.job.is_(None))).first() is not None:
        # Whoever tries again what cannot be done makes no second thing to look at.
        return Done(instance=case.id)

    def noted(journal: Journal) -> None:
        raise_incident(work, journal, instance=case.key, code=command.code, message=command.message)

    runtime.note(work, case, Act(action="incident", object=command.code), noted)
    return Done(instance=case.id)


def retry_incident(command: RetryIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    case = retry(work, runtime, command.incident, work.actor.person)
    return Done(instance=None if case is None else case.id)


def retry_cause(command: RetryCause, work: UnitOfWork, runtime: Runtime) -> int:
    require_right(work.actor, "operations")
    asked = select(Job.subject).where(Job.kind == RETRY)
    found = (
        select(Incident.key, Incident.instance)
        .where(Incident.state == "open", Incident.code == command.code, Incident.key.not_in(asked))
        .order_by(Incident.key)
    )
    if command.element is not None:
        found = found.where(Incident.element == command.element)
    if command.process_key is not None:
        found = (
            found.join(ProcessInstance, ProcessInstance.key == Incident.instance)
            .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
            .where(ProcessDefinition.process_id == command.process_key)
        )
    rows = work.connection.execute(found).all()
    payload = {"by": work.actor.person}
    schedule(
        work,
        [JobScheduled(kind=RETRY, subject=row.key, due_at=work.now, instance=row.instance, payload=payload) for row in rows],
    )
    cause = {"element": command.element, "process": command.process_key, "incidents": len(rows)}
    audit.record(work, "retry-cause", command.code, data=cause)
    return len(rows)


def annotate_incident(command: AnnotateIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    require_text("note", command.note, NOTE_LENGTH)
    note = {"note": command.note.strip() or None, "noted_at": work.now, "noted_by": work.actor.person}
    changed = work.connection.execute(update(Incident).where(Incident.id == command.incident).values(note))
    if not changed.rowcount:
        raise NotFound("no-incident", "Expected to find incident '{id}', but there is none", id=str(command.incident))
    audit.record(work, "annotate-incident", str(command.incident))
    return Done()


def resolve_incident(command: ResolveIncident, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    reason = required_reason(command.reason)
    incident, case = open_incident(work, runtime, command.incident)
    _require_no_stop(work, incident, case)
    close_incident(work, incident.key, work.actor.person, reason)
    if incident.job is not None:
        work.connection.execute(delete(Job).where(Job.key == incident.job, Job.state == "failed"))
    act = Act(action="resolve-incident", object=str(incident.id), data={"reason": reason})
    if case is None or case.state != "active":
        audit.record(work, act.action, act.object, data=act.data)
        return Done(instance=None if case is None else case.id)

    def noted(journal: Journal) -> None:
        note = {"incident": str(incident.id), "reason": reason}
        journal.note("incident-resolved", element=incident.element, by_actor=True, data=note)

    # An empty step: a case that nothing can move says so again.
    runtime.advance(work, case, SetVariables(variables={}), act, before=noted)
    return Done(instance=case.id)


def _require_no_stop(work: UnitOfWork, incident: Row[Any], case: Case | None) -> None:
    """Raises Conflict while a token or a job stands still for this incident: closing it would hide the stop."""
    if case is not None and case.state != "active":
        return
    failed = select(Job.kind).where(Job.key == incident.job, Job.state == "failed", Job.kind.not_in(GIVEN_UP))
    stopped = incident.token is not None and stands_in_error(work, incident.token)
    if stopped or (incident.job is not None and work.connection.execute(failed).first() is not None):
        raise Conflict(
            "still-stopped",
            "Expected what incident '{id}' is about to have gone on, but it stands still: retry it, or modify its case",
            id=str(incident.id),
        )
