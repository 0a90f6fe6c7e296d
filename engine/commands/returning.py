"""Send a task back (退回) to a step that was done before; see `engine.runtime.returning` for what is possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import update

from engine.appliers.journal import Journal
from engine.appliers.tasks import end_seats
from engine.approvals import MAIN
from engine.authorization import Capacity
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.signer import acting_for, holder
from engine.commands.task import expect_revision, lock_open_seat
from engine.errors import Conflict, Invalid, NotAllowed
from engine.kernel.model import ApprovalModel, ProcessModel
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.runtime.case import Expected
from engine.runtime.returning import RETURN, ReturnTarget, Standpoint, return_targets
from engine.runtime.rights import is_off, role_of
from engine.store.tables import Round, Seat
from engine.store.unit_of_work import UnitOfWork

REFUSALS = {
    "behind-join": "it is in a branch that has been joined since",
    "other-branch": "it is in another branch that runs beside",
    "unstructured": "the drawing does not say which branch it is in",
    "seats": "it was done by several people side by side",
    "subprocess": "it is in a subprocess that is over",
    "event-subprocess": "this work was set off by an event, beside the way that step is on",
}


@dataclass(frozen=True, kw_only=True)
class ReturnTask(Command[Done]):
    """Send an open task back to a step of its process that was decided before; whoever did that one does it again."""

    task: UUID
    target: str
    """Id of the step's element."""
    reason: str
    resume: Literal["again", "direct"] = "again"
    """`again` goes through the steps between anew (重走); `direct` comes straight back (直达)."""
    end_others: bool = False
    """Whether other work may end that runs beside in what is left by it."""
    confirmed: bool = False
    """Whether somebody has looked after what was done outside the case since, which a return cannot undo."""
    revision: int | None = None


def return_task(command: ReturnTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    approval = runtime.definitions.get(seat.definition).model.elements[seat.element].approval or ApprovalModel()
    if is_off(approval, role_of(seat, holder(work, capacity)), "return"):
        raise NotAllowed("operation-off", "Expected to be allowed to {operation} at '{name}'", operation="return", name=seat.name)
    if seat.kind not in MAIN:
        raise NotAllowed(
            "return-not-decider", "Expected a task whose holder decides, but for '{id}' he is only heard", id=str(seat.id)
        )
    expect_revision(seat, command.revision)
    reason = required_reason(command.reason)
    model = runtime.definitions.get(seat.definition).model
    here = Standpoint(instance=case.key, definition=seat.definition, token=seat.token, element=seat.element, round=seat.round)
    target = _chosen(command, model, return_targets(work.connection, model, here))
    chair = None if capacity is None else capacity.appointment
    returned = {
        "from": seat.element,
        "name": seat.name,
        "by": holder(work, capacity),
        "by_name": work.actor.name,
        "reason": reason,
        "resume": command.resume,
        "at": work.now.isoformat(),
    }
    case.expected = {target.element.id: Expected(persons=target.persons, returned=returned)}

    def noted(journal: Journal) -> None:
        _leave(work, seat, capacity, reason)
        journal.note(
            "task-returned",
            element=seat.element,
            token=seat.token,
            by_actor=True,
            capacity=chair,
            task=str(seat.id),
            target=target.element.id,
            reason=reason,
            resume=command.resume,
        )

    act = Act(action="return", object=str(seat.id), capacity=chair, data={"target": target.element.id, "resume": command.resume})
    runtime.advance(work, case, target.move(direct=command.resume == "direct"), act, before=noted, operated=True)
    return Done(instance=case.id, task=seat.id, state=case.state)


def _chosen(command: ReturnTask, model: ProcessModel, targets: tuple[ReturnTarget, ...]) -> ReturnTarget:
    """The target, when the task can be sent there as asked. Raises Invalid or Conflict with what stands against it."""
    target = next((found for found in targets if found.element.id == command.target), None)
    if target is None:
        raise Invalid(
            "return-target",
            "Expected a step of this case that was done before, but '{target}' is none",
            target=command.target[:200],
        )
    name = target.element.name or target.element.id
    if target.refusal is not None:
        reason = REFUSALS[target.refusal]
        raise Conflict(f"return-{target.refusal}", "Expected to send back to '{name}', but {reason}", name=name, reason=reason)
    if command.resume == "direct" and not target.direct:
        raise Invalid("return-direct", "Expected to come straight back from '{name}', but other branches lie between", name=name)
    if target.ends and not command.end_others:
        raise Conflict(
            "return-ends-others",
            "Expected to send back to '{name}', but work at {elements} would end with it",
            name=name,
            elements=element_names(model, target.ends),
        )
    if target.effects and not command.confirmed:
        raise Conflict(
            "return-effects",
            "Expected to send back to '{name}', but {elements} had an effect outside the case that must be looked after first",
            name=name,
            elements=element_names(model, target.effects),
        )
    return target


def element_names(model: ProcessModel, elements: Iterable[str]) -> str:
    """The names of elements in one text."""
    return "、".join(model.elements[element].name or element for element in elements)


def _leave(work: UnitOfWork, seat: Any, capacity: Capacity | None, reason: str) -> None:
    """Ends the sender's seat; the rest of its round is taken away with the token."""
    ended = {
        "state": "completed",
        "assignee": holder(work, capacity),
        "on_behalf_of": acting_for(capacity).get("on_behalf_of"),
        "capacity": None if capacity is None else capacity.appointment,
        "ended_at": work.now,
        "ended_by": work.actor.person,
        "outcome": RETURN.value,
        "opinion": reason,
        "revision": seat.revision + 1,
    }
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(ended))
    work.connection.execute(update(Round).where(Round.key == seat.round).values(outcome=RETURN.value))
    end_seats(work, [seat.key])
    work.wake(work.actor.person, *seat.resolved["persons"])
