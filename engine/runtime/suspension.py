"""Suspend and resume: nothing of a suspended instance moves, and its clocks go on where they stopped.

Tasks cannot be acted on, jobs are set aside, external tasks are not handed out, messages and signals wait.
"""

from __future__ import annotations

from sqlalchemy import select

from engine.appliers.jobs import wake_messages_for
from engine.appliers.journal import Journal
from engine.appliers.suspension import free_jobs, hold_jobs, put_off_terms
from engine.errors import Conflict
from engine.kernel.rows import SubscriptionRow
from engine.kernel.triggers import Resume
from engine.runtime.case import Act, Case
from engine.runtime.operation import operate, people_at_work, tell
from engine.runtime.runtime import Runtime
from engine.store.state import SUBSCRIPTION_COLUMNS
from engine.store.tables import Subscription
from engine.store.unit_of_work import UnitOfWork


def suspend(work: UnitOfWork, runtime: Runtime, case: Case, reason: str) -> None:
    """Stops a locked instance until it is resumed. Raises Conflict `instance-ended` or `instance-suspended`."""
    case.require_moving()
    case.suspended_at = work.now
    hold_jobs(work, case.key)
    persons = people_at_work(work, case)

    def noted(journal: Journal) -> None:
        journal.note("instance-suspended", by_actor=True, reason=reason)
        tell(runtime, case, journal, persons, "已挂起，暂不能办理", "suspended; nothing can be done for now")

    runtime.note(work, case, Act(action="suspend", data={"reason": reason}), noted)


def resume(work: UnitOfWork, runtime: Runtime, case: Case, reason: str) -> None:
    """Lets a suspended instance go on. Raises Conflict `instance-ended` or `not-suspended`."""
    case.require_active()
    if case.suspended_at is None:
        raise Conflict("not-suspended", "Expected process instance '{id}' to be suspended, but it is not", id=str(case.id))
    since, case.suspended_at = case.suspended_at, None
    put_off_terms(work, case.key, since, lambda key: runtime.definitions.parameters(key).get("ladders"))
    free_jobs(work, case.key)
    persons = people_at_work(work, case)

    def noted(journal: Journal) -> None:
        journal.note("instance-resumed", by_actor=True, reason=reason, since=since.isoformat())
        tell(runtime, case, journal, persons, "已恢复办理", "resumed")

    operate(work, runtime, case, Resume(since=since), Act(action="resume", data={"reason": reason}), noted)
    waiting = select(*SUBSCRIPTION_COLUMNS).where(Subscription.instance == case.key, Subscription.kind == "message")
    rows = [SubscriptionRow(**row._mapping) for row in work.connection.execute(waiting)]
    wake_messages_for(work, case.institution, rows)
