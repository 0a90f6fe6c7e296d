"""Withdraw a case that one has started; see `engine.runtime.withdrawal` for when that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from engine.appliers.journal import Journal
from engine.authorization import require_visible_instance, standing
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.returning import element_names
from engine.errors import Conflict, NotAllowed, NotFound
from engine.kernel.model import ProcessModel
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.cancellation import cancel
from engine.runtime.case import Expected
from engine.runtime.operation import people_at_work, tell
from engine.runtime.withdrawal import hindrance, move, withdrawal
from engine.store.tables import ProcessInstance
from engine.store.unit_of_work import UnitOfWork

HINDRANCES = {
    "ended": "it has ended",
    "not-starter": "somebody else has started it",
    "never": "its process does not allow it",
    "acted": "somebody else has decided a task of it",
}


@dataclass(frozen=True, kw_only=True)
class WithdrawInstance(Command[Done]):
    """Take back a case that one has started."""

    instance: UUID
    mode: Literal["revise", "void"]
    """`revise`: back to one's draft under the same number (撤回修改); `void`: it ends after its compensation (撤销)."""
    reason: str
    confirmed: bool = False
    """Whether somebody has looked after what was done outside the case, which going back to the draft cannot undo."""


def withdraw_instance(command: WithdrawInstance, work: UnitOfWork, runtime: Runtime) -> Done:
    case = lock_seen_case(work, runtime, command.instance)
    reason = required_reason(command.reason)
    model = runtime.definitions.get(case.definition).model
    found = hindrance(work.connection, model, case, work.actor.person)
    if found is not None:
        kind = NotAllowed if found in ("not-starter", "never") else Conflict
        why = HINDRANCES[found]
        raise kind(f"withdraw-{found}", "Expected to withdraw case '{id}', but {reason}", id=str(case.id), reason=why)
    case.require_moving()
    if command.mode == "void":
        cancel(work, runtime, case, reason, compensate=True, withdrawn=True)
    else:
        _revise(command, work, runtime, case, model, reason)
    return Done(instance=case.id, state=case.state)


def lock_seen_case(work: UnitOfWork, runtime: Runtime, instance: UUID) -> Case:
    """The locked case, when the actor may see it. Raises NotFound."""
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == instance)).scalar_one_or_none()
    if key is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(instance))
    who = standing(work.connection, work.actor.person, work.now)
    require_visible_instance(work.connection, who, work.now, key, instance)
    return runtime.lock(work, key)


def _revise(command: WithdrawInstance, work: UnitOfWork, runtime: Runtime, case: Case, model: ProcessModel, reason: str) -> None:
    person = work.actor.person
    withdrawn = None if person is None else withdrawal(work.connection, model, case, person)
    if withdrawn is None or person is None:
        raise Conflict("withdraw-no-draft", "Expected a step of '{id}' that you have done, but there is none", id=str(case.id))
    if withdrawn.effects and not command.confirmed:
        raise Conflict(
            "withdraw-effects",
            "Expected to withdraw case '{id}', but {elements} had an effect outside it that must be looked after first",
            id=str(case.id),
            elements=element_names(model, withdrawn.effects),
        )
    persons = [other for other in people_at_work(work, case) if other != person]
    returned = {
        "from": None,
        "name": None,
        "by": person,
        "by_name": work.actor.name,
        "reason": reason,
        "resume": "again",
        "at": work.now.isoformat(),
    }
    case.expected = {withdrawn.draft: Expected(persons=(person,), returned=returned)}

    def noted(journal: Journal) -> None:
        journal.note("instance-withdrawn", by_actor=True, reason=reason, mode="revise")
        tell(runtime, case, journal, persons, "发起人已撤回修改", "withdrawn to be revised")

    act = Act(action="withdraw", data={"mode": "revise", "reason": reason})
    runtime.advance(work, case, move(work.connection, case.root_scope, withdrawn), act, before=noted, operated=True)
