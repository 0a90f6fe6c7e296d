"""Operate one live instance: suspend it, let it go on, end it, write its variables. Each needs a reason and is audited."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import FieldError, InvalidForm, NotFound
from engine.records import Done
from engine.runtime import Case, Runtime, resume, suspend
from engine.store.tables import ProcessInstance
from engine.store.unit_of_work import UnitOfWork

REASON_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class SuspendInstance(Command[Done]):
    """Stop an instance until it is resumed: nothing of it moves, and its clocks stand still."""

    instance: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeInstance(Command[Done]):
    """Let a suspended instance go on."""

    instance: UUID
    reason: str


def suspend_instance(command: SuspendInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    suspend(work, runtime, case, required_reason(command.reason))
    return Done(instance=case.id, state="suspended")


def resume_instance(command: ResumeInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    resume(work, runtime, case, required_reason(command.reason))
    return Done(instance=case.id, state=case.state)


def operated_case(work: UnitOfWork, runtime: Runtime, instance: UUID) -> Case:
    """The instance, locked for somebody who may operate it. Raises NotAllowed or NotFound."""
    require_right(work.actor, "operations")
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == instance)).scalar_one_or_none()
    if key is None:
        raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(instance))
    return runtime.lock(work, key)


def required_reason(reason: str) -> str:
    """The reason without blanks around it. Raises InvalidForm when nothing is left, Invalid for an unfit text."""
    require_text("reason", reason, REASON_LENGTH)
    text = reason.strip()
    if not text:
        raise InvalidForm([FieldError(path="reason", code="required", message="请写明原因。", message_en="Say why.")])
    return text
