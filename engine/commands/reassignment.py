"""Give an overdue task to somebody else: the superior's right from level 2 of the ladder, the administrator's always."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.appliers.journal import Journal
from engine.authorization import require_visible_seat, standing
from engine.commands.adding import receiver, require_no_seat
from engine.commands.registry import Command
from engine.commands.signer import keep_apart
from engine.commands.task import lock_seat
from engine.commands.texts import require_text
from engine.errors import Conflict, FieldError, InvalidForm, NotAllowed
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.runtime.giving import give_seat
from engine.store.tables import Copy
from engine.store.unit_of_work import UnitOfWork

SUPERIOR_LEVEL = 2


@dataclass(frozen=True, kw_only=True)
class ReassignTask(Command[Done]):
    """Give an open task to a person, with a reason that everybody concerned can read."""

    task: UUID
    person: UUID
    reason: str
    revision: int | None = None


def reassign_task(command: ReassignTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    superior = _require_superior(work, seat)
    if seat.state not in ("open", "claimed"):
        raise Conflict("task-closed", "Expected task '{id}' to be open, but it is {state}", id=str(seat.id), state=seat.state)
    case.require_moving()
    if command.revision is not None and command.revision != seat.revision:
        raise Conflict(
            "stale",
            "Expected task '{id}' at revision {revision}, but it is at {found}",
            id=str(seat.id),
            revision=command.revision,
            found=seat.revision,
        )
    require_text("reason", command.reason)
    if not command.reason.strip():
        raise InvalidForm(
            [FieldError(path="reason", code="required", message="改派要写明原因。", message_en="Say why you reassign it.")]
        )
    person, capacity = receiver(work, case, command.person)
    if person == work.actor.person and not superior:
        # He keeps the house running and reads no patient data: nothing of a case may come to him by his own hand.
        raise NotAllowed(
            "reassign-self", "Expected another person for task '{id}', but it is the operator himself", id=str(seat.id)
        )
    if seat.several:
        require_no_seat(work, seat, [person])
    keep_apart(work, runtime, case, seat, person)
    give_seat(work, seat, person, capacity)

    def noted(journal: Journal) -> None:
        journal.note(
            "task-reassigned", element=seat.element, by_actor=True, task=str(seat.id), to=person, reason=command.reason.strip()
        )
        model = runtime.definitions.get(seat.definition).model
        title, title_en = model.title or model.name or model.id, model.title_en or model.name or model.id
        journal.tell(
            person, "task", f"{title}：“{seat.name}”改派给您", f"{title_en}: “{seat.name}” was given to you", seat=seat.key
        )

    runtime.note(work, case, Act(action="reassign", object=str(seat.id), data={"to": person}), noted)
    return Done(instance=case.id, task=seat.id)


def _require_superior(work: UnitOfWork, seat: Row[Any]) -> bool:
    """Whether the actor is a superior whom the ladder has given the right, which his copy of level 2 or 3 proves.

    Raises NotFound or NotAllowed for who is none, unless he is an operator.
    """
    who = standing(work.connection, work.actor.person, work.now)
    by_ladder = select(Copy.key).where(Copy.seat == seat.key, Copy.person == who.person, Copy.reason.in_(("level2", "level3")))
    superior = seat.level >= SUPERIOR_LEVEL and work.connection.execute(by_ladder).first() is not None
    if "operations" in work.actor.rights:
        return superior
    require_visible_seat(work.connection, who, work.now, seat.key, seat.id)
    if not superior:
        raise NotAllowed(
            "not-superior", "Expected a superior of task '{id}' after its escalation, but you are none", id=str(seat.id)
        )
    return superior
