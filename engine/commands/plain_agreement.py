"""Agree to a task without opening it, one of many at a time (批量同意): only where nothing else is asked of the person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.commands.adding import require_operation
from engine.commands.held_decisions import hold
from engine.commands.registry import Command
from engine.commands.signer import signer_of
from engine.commands.task import CompleteTask, expect_revision, lock_open_seat, sign
from engine.errors import NotAllowed
from engine.kernel.model import ApprovalModel
from engine.records import Done
from engine.runtime import Runtime
from engine.runtime.rights import outcomes_for, role_of
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AgreeToTask(Command[Done]):
    """Decide a task by its one way to agree. Refused where a field, an opinion, a choice or a signature is asked for."""

    task: UUID
    revision: int | None = None
    hold: bool = False
    """Whether it can be taken back for as long as one's account says."""


def agree_to_task(command: AgreeToTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    expect_revision(seat, command.revision)
    definition = runtime.definitions.get(seat.definition)
    approval = definition.model.elements[seat.element].approval or ApprovalModel()
    require_operation(approval, seat, "batch")
    agreeing = [outcome for outcome in outcomes_for(approval, role_of(seat, seat.assignee)) if outcome.kind == "primary"]
    asked = any(fields.required for fields in approval.fields) or approval.signature == "required"
    asked = asked or bool(seat.policy.get("motions"))
    if len(agreeing) != 1 or agreeing[0].fields or agreeing[0].opinion == "required" or asked or seat.kind == "advice":
        raise NotAllowed("not-plain", "Expected a task that asks for nothing but consent, but '{name}' asks more", name=seat.name)
    act = hold if command.hold else sign
    decision = CompleteTask(task=command.task, outcome=agreeing[0].value)
    return act(decision, work, runtime, case, seat, signer_of(work, capacity))
