"""Decisions that are held for some seconds before they count (待发送), so that whoever made one can take it back.

A held decision is a row and a job, nothing else: no token moves, nobody is told, and nobody else can act on the task
meanwhile. It was checked when it was made, and is checked again, with the rights of its maker at that moment, when the
job carries it out. What stands against it then is kept with it, and what was typed is a draft again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.appliers.journal import Journal
from engine.commands.decision import checked, people_after
from engine.commands.registry import Command
from engine.commands.signer import Signer, signer_of
from engine.commands.task import CompleteTask, expect_revision, lock_open_seat, lock_seat, sign
from engine.errors import Conflict, EngineError, Invalid, NotAllowed, NotFound
from engine.kernel.rows import JSON
from engine.records import Actor, Done
from engine.runtime import Case, Runtime, StepTooLarge
from engine.runtime.tasks import titles
from engine.store.tables import Account, Draft, HeldDecision, History, Job, Person, Round, Seat, Subscription
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert

KIND = "decision"
"""Of the job that carries one out; its subject is the held decision."""
UNDO_SECONDS = (0, 10, 20)
HELD, SENT, REFUSED = "held", "sent", "refused"
_REFUSALS = (Conflict, Invalid, NotAllowed, NotFound)
_AGAIN = frozenset({"stale-instance"})
"""Conflicts that say nothing about the decision: it is tried again."""
_COLUMNS = (*HeldDecision.__table__.columns, Seat.id.label("task"), Seat.name, Seat.state.label("seat_state"), Round.definition)


@dataclass(frozen=True, kw_only=True)
class HoldDecision(Command[Done]):
    """Decide a task so that it can be taken back for as long as one's account says.

    Answers with the state `held`, or that of the case where it was carried out at once: the account does not want it, or
    the term of the task would end meanwhile.
    """

    decision: CompleteTask


@dataclass(frozen=True, kw_only=True)
class UndoDecision(Command[Done]):
    """Take a held decision back; the task is as it was, with what was typed as a draft."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class SendDecision(Command[Done]):
    """Carry a held decision out at once. Answers with the state `sent`, or `refused` when something stood against it."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class SetUndoSeconds(Command[Done]):
    """Say for how long one's decisions are to be held: 0, 10 or 20 seconds."""

    seconds: int


def hold_decision(command: HoldDecision, work: UnitOfWork, runtime: Runtime) -> Done:
    wish = command.decision
    case, seat, capacity = lock_open_seat(work, runtime, wish.task)
    expect_revision(seat, wish.revision)
    return hold(wish, work, runtime, case, seat, signer_of(work, capacity))


def hold(wish: CompleteTask, work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, signer: Signer) -> Done:
    """Holds a decision on a locked, open seat, or carries it out where it is not to be held. A secret vote is kept nowhere."""
    until = _until(work, seat)
    if until is None or wish.afterwards is not None or seat.policy.get("secret"):
        return sign(wish, work, runtime, case, seat, signer)
    checked(
        work, runtime, case, seat, signer, outcome=wish.outcome, opinion=wish.opinion, data=wish.data, version=wish.form_version
    )
    people_after(work, runtime, case, seat, wish.after, binds=wish.binds)
    after = {"persons": [str(person) for person in wish.after], "joint": wish.joint, "binds": wish.binds}
    held = {
        "key": work.new_key(),
        "seat": seat.key,
        "person": work.actor.person,
        "outcome": wish.outcome,
        "data": dict(wish.data),
        "opinion": wish.opinion,
        "after": after if wish.after else None,
        "held_at": work.now,
        "due_at": until,
        "source": work.actor.source,
        "request_id": work.actor.request_id,
        "refusal": None,
        "refused_at": None,
    }
    work.connection.execute(delete(HeldDecision).where(HeldDecision.seat == seat.key))
    upsert(work.connection, HeldDecision, [held])
    _keep_draft(work, seat.key, wish.data, wish.opinion)
    schedule(work, [JobScheduled(kind=KIND, subject=held["key"], due_at=until, instance=case.key)])
    _wake(work, seat)
    return Done(instance=case.id, task=seat.id, state=HELD)


def undo_decision(command: UndoDecision, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    held = _own(work, seat)
    if held is None:
        raise _too_late(work, seat)
    _drop(work, held)
    audit.record(work, "decision-undone", str(seat.id), data={"outcome": held.outcome, "held_at": held.held_at.isoformat()})
    _wake(work, seat)
    return Done(instance=case.id, task=seat.id)


def send_decision(command: SendDecision, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    held = _own(work, seat)
    if held is None:
        if seat.state == "completed" and seat.ended_by == work.actor.person:
            return Done(instance=case.id, task=seat.id, state=SENT)
        raise _too_late(work, seat)
    unschedule(work, KIND, [held.key])
    state = SENT if _deliver(work, runtime, case, held) else REFUSED
    return Done(instance=case.id, task=seat.id, state=state)


def set_undo_seconds(command: SetUndoSeconds, work: UnitOfWork, runtime: object) -> Done:
    if command.seconds not in UNDO_SECONDS:
        raise Invalid("undo-seconds", "Expected 0, 10 or 20 seconds, but found {found}", found=command.seconds)
    own = Account.person == work.actor.person
    work.connection.execute(update(Account).where(own).values(undo_seconds=command.seconds))
    return Done()


def carry_out_decision(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """The job of a held decision. One that was taken back or sent meanwhile has no row any more."""
    held = work.connection.execute(_found().where(HeldDecision.key == job.subject)).one_or_none()
    if held is None or held.refusal is not None:
        return
    case = runtime.lock(work, job.instance)
    _deliver(work, runtime, case, held)


def send_all(work: UnitOfWork, person: int) -> None:
    """Has everything that a person holds carried out at once: he leaves."""
    own = select(HeldDecision.key).where(HeldDecision.person == person, HeldDecision.refusal.is_(None))
    jobs = (Job.kind == KIND, Job.state == "pending", Job.due_at > work.now, Job.subject.in_(own))
    moved = work.connection.execute(update(Job).where(*jobs).values(due_at=work.now))
    work.jobs_due = work.jobs_due or bool(moved.rowcount)


def _until(work: UnitOfWork, seat: Any) -> datetime | None:
    """When a decision of the actor is carried out; None where it is not to be held.

    It never waits beyond the term of its task or a timer that stands at it: waiting would make it late.
    """
    own = select(Account.undo_seconds).where(Account.person == work.actor.person)
    seconds = work.connection.execute(own).scalar_one_or_none()
    if not seconds:
        return None
    until = work.now + timedelta(seconds=seconds)
    timers = (Subscription.token == seat.token, Subscription.kind == "timer", Subscription.due > work.now)
    ends = [work.connection.execute(select(func.min(Subscription.due)).where(*timers)).scalar_one(), seat.due_at]
    return None if any(end is not None and work.now < end <= until for end in ends) else until


def _found() -> Any:
    return select(*_COLUMNS).join(Seat, Seat.key == HeldDecision.seat).join(Round, Round.key == Seat.round)


def _own(work: UnitOfWork, seat: Any) -> Row[Any] | None:
    own = (HeldDecision.seat == seat.key, HeldDecision.person == work.actor.person, HeldDecision.refusal.is_(None))
    found: Row[Any] | None = work.connection.execute(_found().where(*own)).one_or_none()
    return found


def _too_late(work: UnitOfWork, seat: Any) -> EngineError:
    """Only who has decided a task is told that it was sent; for everybody else there is nothing to take back."""
    if seat.state == "completed" and seat.ended_by == work.actor.person:
        return Conflict("decision-sent", "Expected a held decision of task '{id}', but it has been sent", id=str(seat.id))
    return NotFound("no-held-decision", "Expected a held decision of task '{id}', but there is none", id=str(seat.id))


def _deliver(work: UnitOfWork, runtime: Runtime, case: Case, held: Row[Any]) -> bool:
    """Carries a decision out in the name of its maker. False when it was refused; then it is kept as such."""
    acting = work.in_name_of(_maker(work, held))
    try:
        _require_at_work(acting)
        with work.attempt():
            _drop(acting, held)
            _sign(acting, runtime, held)
            # What the store refuses of it is this decision's failure.
            work.flush()
    except _REFUSALS as refusal:
        if isinstance(refusal, StepTooLarge) or refusal.code in _AGAIN:
            raise
        _refuse(work, runtime, case, held, refusal)
        return False
    work.jobs_due = work.jobs_due or acting.jobs_due
    return True


def _sign(work: UnitOfWork, runtime: Runtime, held: Row[Any]) -> None:
    case, seat = lock_seat(work, runtime, held.task)
    if seat.ending == "withdrawn":
        case.require_active()
        raise Conflict("task-withdrawn", "Expected task '{id}' to be open, but the case has gone on without it", id=str(seat.id))
    case, seat, capacity = lock_open_seat(work, runtime, held.task)
    after = held.after or {"persons": (), "joint": "all", "binds": True}
    decision = CompleteTask(
        task=held.task,
        outcome=held.outcome,
        data=held.data,
        opinion=held.opinion,
        after=tuple(UUID(person) for person in after["persons"]),
        joint=after["joint"],
        binds=after["binds"],
        form_version=_revision_at(work, case, held.held_at),
    )
    sign(decision, work, runtime, case, seat, signer_of(work, capacity))


def _revision_at(work: UnitOfWork, case: Case, at: datetime) -> int | None:
    """The revision that a case had at an instant: what was written after it was not read by who decided then."""
    earlier = select(func.max(History.revision)).where(History.instance == case.key, History.at <= at)
    found: int | None = work.connection.execute(earlier).scalar_one_or_none()
    return found


def _maker(work: UnitOfWork, held: Row[Any]) -> Actor:
    """Who made the decision, with the rights that he has at this moment."""
    found = select(Person.name, Account.rights).outerjoin(Account, Account.person == Person.key).where(Person.key == held.person)
    maker = work.connection.execute(found).one()
    rights = frozenset(maker.rights or ())
    return Actor(person=held.person, name=maker.name, rights=rights, source=held.source, request_id=held.request_id)


def _require_at_work(work: UnitOfWork) -> None:
    """Raises NotAllowed when the actor has left the house meanwhile, or his account was shut."""
    shut = ~Person.active | Account.disabled
    found = select(Person.key).outerjoin(Account, Account.person == Person.key).where(Person.key == work.actor.person, shut)
    if work.connection.execute(found).first() is not None:
        name = work.actor.name
        raise NotAllowed("account-shut", "Expected somebody who may sign in, but the account of {actor} is shut", actor=name)


def _refuse(work: UnitOfWork, runtime: Runtime, case: Case, held: Row[Any], refusal: EngineError) -> None:
    facts = {name: value for name, value in refusal.facts.items() if isinstance(value, (str, int))}
    kept = {"refusal": {"code": refusal.code[:60], "facts": facts}, "refused_at": work.now}
    work.connection.execute(update(HeldDecision).where(HeldDecision.key == held.key).values(kept))
    seat_state = work.connection.execute(select(Seat.state).where(Seat.key == held.seat)).scalar_one()
    if seat_state in ("open", "claimed"):
        _keep_draft(work, held.seat, held.data, held.opinion, person=held.person)
    audit.record(work, "decision-not-sent", str(held.task), result="refused", data={"code": refusal.code, "by": held.person})
    title, title_en = titles(runtime.definitions.get(held.definition))
    journal = Journal(work, case.key, case.revision)
    text = f"{title}：您对“{held.name}”的办理没有发出，打开看原因，写的还在"
    text_en = f"{title_en}: what you decided at “{held.name}” was not sent; open it for the reason, what you wrote is kept"
    journal.tell(held.person, "not-sent", text, text_en, seat=held.seat, urgent=True)
    journal.flush()


def _drop(work: UnitOfWork, held: Row[Any]) -> None:
    unschedule(work, KIND, [held.key])
    work.connection.execute(delete(HeldDecision).where(HeldDecision.key == held.key))


def _keep_draft(work: UnitOfWork, seat: int, data: Mapping[str, JSON], opinion: str | None, *, person: int | None = None) -> None:
    row = {"seat": seat, "person": person or work.actor.person, "data": dict(data), "opinion": opinion, "saved_at": work.now}
    upsert(work.connection, Draft, [row])


def _wake(work: UnitOfWork, seat: Any) -> None:
    work.wake(work.actor.person, seat.assignee, *seat.resolved["persons"])
