"""Operate one live instance: suspend it, let it go on, end it, write its variables. Each needs a reason and is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import FieldError, Invalid, InvalidForm, NotFound
from engine.kernel.rows import JSON
from engine.kernel.triggers import Instruction, Move
from engine.records import Done
from engine.runtime import Case, Runtime
from engine.runtime.cancellation import cancel
from engine.runtime.migration import migrate, revert
from engine.runtime.modification import modify, require_instructions, set_variables
from engine.runtime.suspension import resume, suspend
from engine.store.base import dump_json
from engine.store.tables import ProcessInstance
from engine.store.unit_of_work import UnitOfWork

REASON_LENGTH = 500
NAME_LENGTH = 200
VALUES_LIMIT = 200_000
"""Characters of the JSON text of all values that one command writes."""


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


@dataclass(frozen=True, kw_only=True)
class CancelInstance(Command[Done]):
    """End an instance with everything in it; with `compensate` after what was done has been undone."""

    instance: UUID
    reason: str
    compensate: bool = False


@dataclass(frozen=True, kw_only=True)
class ModifyInstance(Command[Done]):
    """Put tokens where they are wanted and take others away, by an ordered list of instructions in one step."""

    instance: UUID
    instructions: tuple[Instruction, ...]
    reason: str
    revision: int | None = None
    """Revision of the instance that the operator has looked at."""


@dataclass(frozen=True, kw_only=True)
class SetInstanceVariables(Command[Done]):
    """Write variables of an instance, as seen from one of its scopes."""

    instance: UUID
    variables: Mapping[str, JSON]
    reason: str
    scope: int | None = None
    """Key of the scope; None is the instance's own."""
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class MigrateInstance(Command[Done]):
    """Move an instance to another version of its process; `mapping` names the elements that differ."""

    instance: UUID
    version: int
    reason: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute_timers: bool = False


@dataclass(frozen=True, kw_only=True)
class RevertMigration(Command[Done]):
    """Move an instance back to the version that it was migrated from."""

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


def cancel_instance(command: CancelInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    cancel(work, runtime, case, required_reason(command.reason), compensate=command.compensate)
    return Done(instance=case.id, state=case.state)


def modify_instance(command: ModifyInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    reason = required_reason(command.reason)
    require_instructions(command.instructions)
    for instruction in command.instructions:
        target = instruction.target if isinstance(instruction, Move) else instruction
        require_named_values(getattr(target, "variables", {}))
    modify(work, runtime, case, command.instructions, reason, command.revision)
    return Done(instance=case.id, state=case.state)


def migrate_instance(command: MigrateInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    reason = required_reason(command.reason)
    mapping = command.mapping
    migrate(work, runtime, case, command.version, reason, mapping=mapping, recompute_timers=command.recompute_timers)
    return Done(instance=case.id, state=case.state)


def revert_migration(command: RevertMigration, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    revert(work, runtime, case, required_reason(command.reason))
    return Done(instance=case.id, state=case.state)


def set_instance_variables(command: SetInstanceVariables, work: UnitOfWork, runtime: Runtime) -> Done:
    case = operated_case(work, runtime, command.instance)
    reason = required_reason(command.reason)
    if not command.variables:
        raise Invalid("no-variables", "Expected variables to write, but found none")
    require_named_values(command.variables)
    set_variables(work, runtime, case, command.variables, reason, scope=command.scope, revision=command.revision)
    return Done(instance=case.id, state=case.state)


def require_named_values(variables: Mapping[str, JSON]) -> None:
    """Raises Invalid for names or values that cannot be kept."""
    for name in variables:
        if not name:
            raise Invalid("invalid-text", "Expected a name for every variable, but found an empty one")
        require_text("variables", name, NAME_LENGTH)
    require_values(variables)
    if len(dump_json(dict(variables))) > VALUES_LIMIT:
        raise Invalid("values-too-large", "Expected variables of at most {limit} characters", limit=VALUES_LIMIT)


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
