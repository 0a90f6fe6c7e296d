"""Hands on, or back, what belongs to a case, and shuts the log-in of who has left; each in a transaction of its own.

What is refused is noted on the item. It fails when who made the handover has lost the right to keep the organisation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.appliers.organisation import organisation_changed
from engine.approvals import LIVE
from engine.authorization import person_principal, require_right
from engine.errors import Conflict, EngineError, Invalid
from engine.jobs.maker import maker
from engine.kernel.people_model import APPROVERS
from engine.kernel.triggers import SetVariables
from engine.runtime import Act, Case, Runtime
from engine.runtime.chosen import chosen_steps, in_place_of, require_for_steps
from engine.runtime.handing_on import (
    hand_back,
    hand_draft_back,
    hand_draft_on,
    hand_on,
    refuse_successor,
    seat_row,
)
from engine.runtime.holdings import CASE_KINDS, open_tasks
from engine.store.tables import Candidate, Handover, HandoverItem, Person, Seat
from engine.store.unit_of_work import UnitOfWork

RIGHT = "administrate"
JOB = "handover-item"
LATER = timedelta(seconds=30)
"""So long a log-in waits for tasks of its handover that are not done with."""
_ITEM = select(
    *(HandoverItem.key, HandoverItem.kind, HandoverItem.subject, HandoverItem.successor, HandoverItem.state),
    *(HandoverItem.undo, HandoverItem.handover, Handover.id, Handover.person, Handover.reason, Handover.revoke_reason),
    *(Handover.made_by, Handover.revoked_by),
).join(Handover, Handover.key == HandoverItem.handover)


def carry_out_handover(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Does it once: an item that is neither `pending` nor `revoking` was done, or is to be left alone."""
    found = _ITEM.where(HandoverItem.key == job.subject)
    item = work.connection.execute(found).one()
    case = _lock(work, runtime, item) if item.kind in CASE_KINDS else None
    item = work.connection.execute(found.with_for_update(of=HandoverItem)).one()
    if item.state not in ("pending", "revoking"):
        return
    back = item.state == "revoking"
    if item.kind == "account" and _has_tasks_to_come(work, item):
        schedule(work, [JobScheduled(kind=JOB, subject=item.key, due_at=work.now + LATER)])
        return
    acting = work.in_name_of(maker(work, item.revoked_by if back else item.made_by))
    refusal, undo = None, item.undo
    try:
        with work.attempt():
            require_right(acting.actor, RIGHT)
            undo = _act(acting, runtime, case, item, back=back)
            # What the store refuses of it is this item's failure.
            work.flush()
    except EngineError as error:
        refusal = error
    work.jobs_due = work.jobs_due or acting.jobs_due
    state = ("kept" if back else "failed") if refusal is not None else ("revoked" if back else "done")
    outcome = {"state": state, "done_at": work.now, "undo": undo, **refused(refusal)}
    work.connection.execute(update(HandoverItem).where(HandoverItem.key == item.key).values(outcome))


def refused(error: EngineError | None) -> dict[str, Any]:
    """What an item keeps of a refusal."""
    if error is None:
        return {"code": None, "message": None, "facts": {}}
    facts = {name: value if isinstance(value, (int, bool)) else str(value) for name, value in error.facts.items()}
    return {"code": error.code[:60], "message": str(error)[:2000], "facts": facts}


def _lock(work: UnitOfWork, runtime: Runtime, item: Row[Any]) -> Case:
    if item.kind == "chosen":
        return runtime.lock(work, item.subject)
    instance = work.connection.execute(select(Seat.instance).where(Seat.key == item.subject)).scalar_one()
    return runtime.lock(work, instance)


def _act(work: UnitOfWork, runtime: Runtime, case: Case | None, item: Row[Any], *, back: bool) -> dict[str, Any]:
    if case is None:
        return _shut(work, item)
    if item.kind == "chosen":
        return _choose_anew(work, runtime, case, item, back=back)
    seat = seat_row(work, item.subject)
    undo: dict[str, Any] = item.undo
    if item.kind == "draft":
        if back:
            hand_draft_back(work, seat, item.person, item.successor)
        else:
            undo = hand_draft_on(work, seat, item.person, item.successor)
    elif back:
        hand_back(work, seat, item.person, item.successor, undo)
    else:
        _require_his(work, seat, item.person)
        _require_active(work, item.successor)
        refuse_successor(work, runtime.definitions, seat, item.successor)
        undo = hand_on(work, seat, item.person, item.successor)
    runtime.note(work, case, _why(item, seat, back), _noted(item, seat, back))
    return undo


def _choose_anew(work: UnitOfWork, runtime: Runtime, case: Case, item: Row[Any], *, back: bool) -> dict[str, Any]:
    """Puts the successor in the place of who was chosen for later steps of a case, or gives those back that are still to come."""
    old, new = (item.successor, item.person) if back else (item.person, item.successor)
    found = next(chosen_steps(work, runtime.definitions, old, case.key), None)
    wanted = set(item.undo.get("elements", ())) if back else None
    elements = [name for name in (found.elements if found else ()) if wanted is None or name in wanted]
    if not elements:
        raise Conflict("handover-gone", "Expected a step that is still to come, but there is none any more")
    names = runtime.names(work, case, case.root_scope)
    if not back:
        _require_active(work, new)
        require_for_steps(work, runtime.definitions.model(case.definition), case, names, elements, new)
    chosen = in_place_of(names.all().get(APPROVERS), elements, old, new)
    data = {"handover": str(item.id), "from": old, "to": new, "elements": elements}
    act = Act(action="hand-back" if back else "hand-over", object=str(item.id), data=data)

    def noted(journal: Journal) -> None:
        for element in elements:
            journal.note("approvers-chosen", element=element, by_actor=True, persons=[new])

    values = SetVariables(variables={APPROVERS: chosen}, held=case.suspended_at is not None)
    runtime.advance(work, case, values, act, before=noted)
    return {"elements": elements}


def _has_tasks_to_come(work: UnitOfWork, item: Row[Any]) -> bool:
    """Whether tasks of the same handover are still to be handed on: another worker may be at it."""
    pending = (HandoverItem.handover == item.handover, HandoverItem.kind.in_(CASE_KINDS), HandoverItem.state == "pending")
    return work.connection.execute(select(HandoverItem.key).where(*pending)).first() is not None


def _shut(work: UnitOfWork, item: Row[Any]) -> dict[str, Any]:
    """Makes inactive who has left: he can sign in no more and is offered nothing. Raises Conflict while tasks are his."""
    left = open_tasks(work, item.person)
    if left:
        raise tasks_left(left)
    organisation_changed(work)
    work.connection.execute(update(Person).where(Person.key == item.person).values(active=False))
    audit.record(work, "person-changed", str(item.id), data={"person": item.person, "active": False})
    work.wake(item.person)
    return {}


def tasks_left(count: int) -> Conflict:
    """The refusal to shut out somebody whose tasks nobody would have."""
    return Conflict(
        "handover-tasks-left", "Expected nothing left to do of who is shut out, but {count} tasks are his", count=count
    )


def _require_his(work: UnitOfWork, seat: Row[Any], person: int) -> None:
    offered = select(Candidate.seat).where(Candidate.seat == seat.key, Candidate.principal == person_principal(person))
    named = seat.state == "open" and work.connection.execute(offered).first() is not None
    if seat.state not in LIVE or not (seat.assignee == person or named):
        raise Conflict("handover-gone", "Expected a task that is still his, but it is not any more")


def _require_active(work: UnitOfWork, successor: int) -> None:
    if not work.connection.execute(select(Person.active).where(Person.key == successor)).scalar_one():
        raise Invalid("successor-inactive", "Expected a successor who works here, but he is inactive")


def _why(item: Row[Any], seat: Row[Any], back: bool) -> Act:
    data = {"handover": str(item.id), "from": item.person, "to": item.successor}
    return Act(action="hand-back" if back else "hand-over", object=str(seat.id), data=data)


def _noted(item: Row[Any], seat: Row[Any], back: bool) -> Callable[[Journal], None]:
    giver, taker = (item.successor, item.person) if back else (item.person, item.successor)

    def noted(journal: Journal) -> None:
        if item.kind == "draft":
            return
        kind = "task-handed-back" if back else "task-handed-over"
        reason = item.revoke_reason if back else item.reason
        facts = {"task": str(seat.id), "person": giver, "to": taker, "reason": reason, "handover": str(item.id)}
        journal.note(kind, element=seat.element, by_actor=True, data=facts)
        if seat.state != "waiting":
            text, text_en = f"“{seat.name}”交接给您", f"“{seat.name}” was handed over to you"
            journal.tell(taker, "task", text, text_en, seat=seat.key)

    return noted
