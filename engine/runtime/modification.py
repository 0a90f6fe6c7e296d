"""Puts a case where an operator wants it, and writes its variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from engine.appliers.journal import Journal
from engine.errors import Conflict, Invalid
from engine.kernel.effects import StepResult
from engine.kernel.rows import JSON
from engine.kernel.triggers import Instruction, Modify, Move, SetVariables
from engine.runtime.case import Act, Case
from engine.runtime.names import scope_chain
from engine.runtime.operation import operate, people_at_work, tell
from engine.runtime.runtime import Runtime
from engine.store.tables import ProcessInstance, Scope, Variable
from engine.store.unit_of_work import UnitOfWork


def modify(
    work: UnitOfWork, runtime: Runtime, case: Case, instructions: Sequence[Instruction], reason: str, revision: int | None = None
) -> StepResult:
    """Carries an operator's instructions out, in their order and in one step. Raises what `engine.kernel.modification` does."""
    require_revision(case, revision)
    persons = people_at_work(work, case)

    def noted(journal: Journal) -> None:
        told = [_told(instruction) for instruction in instructions]
        journal.note("instance-modified", by_actor=True, reason=reason, instructions=told)
        tell(runtime, case, journal, persons, "流程位置已被调整", "moved by an operator")

    trigger = Modify(instructions=tuple(instructions))
    return operate(work, runtime, case, trigger, Act(action="modify", data={"reason": reason}), noted)


def set_variables(
    work: UnitOfWork,
    runtime: Runtime,
    case: Case,
    values: Mapping[str, JSON],
    reason: str,
    *,
    scope: int | None = None,
    revision: int | None = None,
) -> StepResult:
    """Writes variables as seen from a scope, the instance's own by default; history keeps the old and the new values.

    Conditional events of a suspended instance are asked when it is resumed.
    Raises Conflict `stale-case`, `scope-gone`, and Invalid `reserved-name`.
    """
    require_revision(case, revision)
    changes = _changes(work, case, values, scope)

    def noted(journal: Journal) -> None:
        journal.note("variables-set", by_actor=True, reason=reason, changes=changes)

    trigger = SetVariables(variables=values, scope=scope, held=case.suspended_at is not None)
    act = Act(action="set-variables", data={"reason": reason, "names": sorted(values)})
    return operate(work, runtime, case, trigger, act, noted)


def require_revision(case: Case, revision: int | None) -> None:
    """Raises Conflict `stale` when an operator has looked at another revision of the case."""
    if revision is not None and revision != case.revision:
        raise Conflict(
            "stale-case",
            "Expected instance '{id}' at revision {revision}, but it is at {found}",
            id=str(case.id),
            revision=revision,
            found=case.revision,
        )


def _changes(work: UnitOfWork, case: Case, values: Mapping[str, JSON], scope: int | None) -> list[dict[str, Any]]:
    inner = scope if scope is not None else _root(work, case)
    if scope is not None and _instance_of(work, scope) != case.key:
        raise Conflict("scope-gone", "Expected to write into scope '{scope}', but it is gone", scope=scope)
    chain = scope_chain(work.connection, inner)
    statement = select(Variable.scope, Variable.name, Variable.value).where(Variable.scope.in_(chain), Variable.name.in_(values))
    known = {(row.scope, row.name): row.value for row in work.connection.execute(statement)}
    changes = []
    for name, new in values.items():
        home = next((key for key in chain if (key, name) in known), None)
        before = {} if home is None else {"old": known[home, name], "scope": home}
        changes.append({"name": name, **before, "new": new})
    return changes


def _root(work: UnitOfWork, case: Case) -> int:
    return work.connection.execute(select(ProcessInstance.root_scope).where(ProcessInstance.key == case.key)).scalar_one()


def _instance_of(work: UnitOfWork, scope: int) -> int | None:
    found = select(Scope.instance).where(Scope.key == scope, Scope.kind != "collection")
    return work.connection.execute(found).scalar_one_or_none()


def _told(instruction: Instruction) -> dict[str, Any]:
    """An instruction as history keeps it; of its variables only the names."""
    kind = {"kind": type(instruction).__name__}
    if isinstance(instruction, Move):
        return {**kind, "origin": _told(instruction.origin), "target": _told(instruction.target)}
    fields = asdict(instruction)
    names = sorted(fields.pop("variables", ()))
    return {**kind, **{name: value for name, value in fields.items() if value is not None}, **({"names": names} if names else {})}


def require_instructions(instructions: Sequence[Instruction], most: int = 100) -> None:
    """Raises Invalid `instructions` for none or too many."""
    if not 1 <= len(instructions) <= most:
        raise Invalid("instructions", "Expected 1 to {most} instructions, but found {count}", most=most, count=len(instructions))
