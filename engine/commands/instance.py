"""Start process instances by hand, and move them from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.appliers.numbers import DrawnNumber, allot, draw_number
from engine.authorization import Capacity, may_start, require_business, require_right, standing
from engine.commands.afterwards import Afterwards, checked_afterwards
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import Conflict, Invalid, NotFound
from engine.kernel.model import ProcessModel, accepted_at_start
from engine.kernel.rows import JSON
from engine.kernel.scope import check_names
from engine.kernel.triggers import Fire, SetVariables, StartAdHoc, Trigger
from engine.records import Done
from engine.runtime import Act, Case, Definition, NewCase, Runtime
from engine.runtime.definitions import LATEST
from engine.store.base import dump_json
from engine.store.prepared import Prepared
from engine.store.tables import Institution, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

START_VALUES_LIMIT = 200_000
"""Characters of the JSON text of all values that one start may bring along."""
INSTITUTION = Prepared(select(Institution.key).where(Institution.code == bindparam("code")))


@dataclass(frozen=True, kw_only=True)
class StartInstance(Command[Done]):
    """Start a process by hand, in a capacity that its definition allows."""

    process_key: str
    capacity: UUID
    """Appointment in which the actor starts it; its institution owns the instance."""
    variables: Mapping[str, JSON] = field(default_factory=dict)
    """Only from an actor with the right `integrate`, and only what the start event accepts: people fill in forms."""
    afterwards: Afterwards | None = None
    """Set when the case is entered afterwards."""


@dataclass(frozen=True, kw_only=True)
class RunInstance(Command[Done]):
    """Start an instance as the system: no capacity, an owning institution only when one is named."""

    process_key: str
    variables: Mapping[str, JSON] = field(default_factory=dict)
    institution: str | None = None
    business_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class MoveInstance(Command[Done]):
    """Apply one kernel trigger to an instance as the system. A task is completed by `CompleteTask`, which ends its seat too."""

    instance: UUID
    trigger: Fire | SetVariables | StartAdHoc


def start_instance(command: StartInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    require_business(work.actor)
    definition = _definition(runtime, LATEST.first(work.connection, process_id=command.process_key), command.process_key)
    model = definition.model
    who = standing(work.connection, work.actor.person, work.now)
    if not model.startable:
        raise NotFound(
            "no-process", "Expected to start process '{process}', but there is none to start by hand", process=command.process_key
        )
    capacity = may_start(who, [starter.post for starter in model.starters], command.capacity)
    given = _given(command, work, model) if command.variables else {}
    drawn, variables = _number(work, definition, capacity)
    number = None if drawn is None else drawn.number
    entered = checked_afterwards(work, command.afterwards)
    act = Act(action="start", object=command.process_key, capacity=capacity.appointment, data=entered)
    new = NewCase(
        definition=definition.key,
        institution=capacity.institution,
        institution_code=capacity.institution_code,
        number=number,
        business_key=number,
        started_by=work.actor.person,
        occurred_at=None if command.afterwards is None else command.afterwards.occurred_at,
        variables={
            **given,
            **variables,
            "starter": str(work.actor.person),
            "starterInst": capacity.institution_code,
            "starterPost": capacity.post,
        },
    )
    case = runtime.start(work, new, act)
    if drawn is not None:
        allot(work, drawn, case.key)
    work.wake(work.actor.person)
    return _done(case)


def run_instance(command: RunInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    require_values(command.variables)
    require_text("business_key", command.business_key, 200)
    found, institutions = work.ask(
        LATEST.question(process_id=command.process_key), INSTITUTION.question(code=command.institution or "")
    )
    definition = _definition(runtime, found[0] if found else None, command.process_key)
    if command.institution is not None and not institutions:
        raise NotFound(
            "no-institution",
            "Expected to find institution '{institution}', but there is none",
            institution=command.institution,
        )
    new = NewCase(
        definition=definition.key,
        institution=institutions[0].key if institutions else None,
        institution_code=command.institution if institutions else None,
        variables=command.variables,
        business_key=command.business_key,
    )
    return _done(runtime.start(work, new, Act(action="start", object=command.process_key)))


def move_instance(command: MoveInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == command.instance)).scalar_one_or_none()
    if key is None:
        raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(command.instance))
    case = runtime.lock(work, key)
    trigger: Trigger = command.trigger
    runtime.advance(work, case, trigger, Act(action="move", object=type(trigger).__name__))
    return _done(case)


def _definition(runtime: Runtime, newest: Any, process_key: str) -> Definition:
    """The newest version of a process. Raises NotFound `no-process`, Conflict `process-suspended`."""
    if newest is None:
        raise NotFound("no-process", "Expected to start process '{process}', but none is deployed", process=process_key)
    if newest.suspended_at is not None:
        message = "Expected process '{process}' to take new cases, but it is suspended"
        raise Conflict("process-suspended", message, process=process_key)
    return runtime.definitions.get(newest.key)


def _given(command: StartInstance, work: UnitOfWork, model: ProcessModel) -> dict[str, JSON]:
    """The variables that another system's start values become. Raises Invalid for a value that nobody has asked for."""
    if work.config.rehearsal:
        require_values(command.variables)
        check_names(command.variables)
        return dict(command.variables)
    accepted = dict(accepted_at_start(model)) if "integrate" in work.actor.rights else {}
    if not accepted:
        raise Invalid(
            "start-variables", "Expected no start values for process '{process}', but found some", process=command.process_key
        )
    require_values(command.variables)
    unknown = sorted(set(command.variables) - set(accepted))
    if unknown:
        raise Invalid(
            "unknown-start-variable",
            "Expected start values that process '{process}' accepts, but found '{field}'",
            process=command.process_key,
            field=unknown[0][:100],
        )
    if len(dump_json(dict(command.variables))) > START_VALUES_LIMIT:
        raise Invalid("start-values-too-large", "Expected start values of at most {limit} characters", limit=START_VALUES_LIMIT)
    return {accepted[name]: value for name, value in command.variables.items()}


def _number(work: UnitOfWork, definition: Definition, capacity: Capacity) -> tuple[DrawnNumber | None, dict[str, Any]]:
    """The document number of a new case and the variable that holds it, when its definition draws one."""
    wanted = definition.model.number
    if wanted is None:
        return None, {}
    drawn = draw_number(work, wanted, capacity.institution, capacity.institution_code)
    return drawn, {wanted.variable: drawn.number}


def _done(case: Case) -> Done:
    return Done(instance=case.id, state=case.state)
