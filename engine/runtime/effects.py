"""Carries out what a kernel step has decided: tasks for people, messages, signals, incidents, history."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select

from engine.appliers.incidents import raise_incident
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.appliers.participants import close_sight
from engine.appliers.tasks import close_rounds
from engine.kernel.effects import (
    ActivityEnded,
    ActivityStarted,
    DecisionMade,
    Effect,
    IncidentRaised,
    InstanceEnded,
    MessageThrown,
    SignalThrown,
    TaskClosed,
    TaskOpened,
    VariableWritten,
)
from engine.runtime.case import Case
from engine.runtime.step import Step
from engine.runtime.tasks import open_tasks
from engine.store.prepared import Prepared
from engine.store.tables import Institution, Message
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

INSTITUTION = Prepared(select(Institution.key).where(Institution.code == bindparam("code")))
NEW_MESSAGE = insert_of(Message)


def carry_out(step: Step) -> None:
    """Carries out the effects of a step in the order they happened; tasks come last and together."""
    result = step.result
    gone = {effect.token for effect in result.of(TaskClosed) if not effect.completed}
    born = {effect.token for effect in result.of(TaskOpened)}
    for _, seat, element in close_rounds(step.work, sorted(gone - born)):
        step.journal.note("task-closed", element=element, task=str(seat))
    for effect in result.effects:
        _carry_out(step.work, step.case, effect, step.journal)
    opened = [effect for effect in result.of(TaskOpened) if effect.token not in gone]
    if opened:
        open_tasks(step, opened)


def _carry_out(work: UnitOfWork, case: Case, effect: Effect, journal: Journal) -> None:
    if isinstance(effect, ActivityStarted):
        journal.note("activity-started", element=effect.element, token=effect.token, data=_place(work, effect))
    elif isinstance(effect, ActivityEnded):
        place = _place(work, effect)
        journal.note("activity-ended", element=effect.element, token=effect.token, outcome=effect.outcome, data=place)
    elif isinstance(effect, VariableWritten):
        journal.wrote(effect.element, effect.scope, effect.name, effect.value)
    elif isinstance(effect, DecisionMade):
        journal.note("decision", element=effect.element, token=effect.token, data=_decision(effect))
    elif isinstance(effect, MessageThrown):
        _send(work, case, effect, journal)
    elif isinstance(effect, SignalThrown):
        payload = {"name": effect.name, "payload": dict(effect.payload)}
        schedule(work, [JobScheduled(kind="signal", subject=effect.token, due_at=work.now, instance=case.key, payload=payload)])
    elif isinstance(effect, IncidentRaised):
        raise_incident(
            work, journal, instance=case.key, token=effect.token, element=effect.element, code=effect.code, message=effect.message
        )
    elif isinstance(effect, InstanceEnded):
        journal.note("instance-ended", state=effect.state)
        close_sight(work, case.key)
        work.wake(case.started_by)


def _place(work: UnitOfWork, effect: ActivityStarted | ActivityEnded) -> dict[str, int]:
    """The scope that an element runs in, in a rehearsal: elsewhere nobody asks for it."""
    return {"scope": effect.scope} if work.config.rehearsal else {}


def _decision(effect: DecisionMade) -> dict[str, Any]:
    return {
        "decision": effect.decision,
        "name": effect.name,
        "inputs": [{"name": name, "value": value} for name, value in effect.inputs],
        "rules": list(effect.rules),
        "results": [dict(result) for result in effect.results],
        "labels": dict(effect.labels),
    }


def _send(work: UnitOfWork, case: Case, effect: MessageThrown, journal: Journal) -> None:
    """Writes the outbox row; a message to another pool gets a job that delivers it, one to the world outside is only recorded."""
    key, to = work.new_key(), _institution(work, effect.to)
    unknown = effect.to is not None and to is None
    outside = effect.endpoint is not None
    state = "dead" if unknown else "recorded" if outside else "sent"
    expires = (
        work.working_time.due(work.now, effect.expires, "CLIN").at if effect.expires else work.now + work.config.message_expiry
    )
    message = uuid4()
    work.write(
        NEW_MESSAGE,
        {
            "key": key,
            "id": message,
            "message_id": str(message),
            "name": effect.name,
            "from_institution": case.institution,
            "from_instance": case.key,
            "to_institution": to,
            "endpoint": effect.endpoint,
            "to_instance": None,
            "collaboration": case.collaboration,
            "business_key": effect.business_key or case.business_key,
            "correlation": dict(effect.correlation),
            "payload": dict(effect.payload),
            "channel": "PLATFORM",
            "state": state,
            "reason": "unknown-institution" if unknown else None,
            "occurred_at": work.now,
            "sent_at": work.now,
            "expires_at": expires,
            "delivered_at": None,
            "discarded_at": None,
            "discarded_by": None,
            "discarded_for": None,
            "entered_by": None,
            "evidence": None,
        },
    )
    journal.note(
        "message-sent", element=effect.element, message=str(message), name=effect.name, to=effect.to, endpoint=effect.endpoint
    )
    if state == "sent":
        schedule(work, [JobScheduled(kind="message", subject=key, due_at=work.now)])


def _institution(work: UnitOfWork, code: str | None) -> int | None:
    if code is None:
        return None
    found: int | None = INSTITUTION.value(work.connection, code=code)
    return found
