"""Carries a batch's operation out on one case, in a transaction of its own. What is refused is noted on the item."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from engine.authorization import require_right
from engine.errors import EngineError
from engine.jobs.maker import maker
from engine.runtime import Case, Runtime
from engine.runtime.cancellation import cancel
from engine.runtime.migration import migrate, revert
from engine.runtime.suspension import resume, suspend
from engine.store.tables import Batch, BatchItem
from engine.store.unit_of_work import UnitOfWork


def carry_out_item(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Does it once: an item that is not pending any more was done, or its batch was stopped.

    It fails when who made the batch has lost the right to operate cases.
    """
    columns = (BatchItem.key, BatchItem.instance, BatchItem.state, Batch.kind, Batch.parameters, Batch.reason, Batch.made_by)
    found = select(*columns).join(Batch, Batch.key == BatchItem.batch).where(BatchItem.key == job.subject)
    case = runtime.lock(work, work.connection.execute(found).one().instance)
    item = work.connection.execute(found.with_for_update(of=BatchItem)).one()
    if item.state != "pending":
        return
    acting = work.in_name_of(maker(work, item.made_by))
    code: str | None = None
    message: str | None = None
    try:
        with work.attempt():
            require_right(acting.actor, "operations")
            _act(acting, runtime, case, item)
            # What the store refuses of it is this item's failure.
            work.flush()
    except EngineError as refusal:
        code, message = refusal.code[:60], str(refusal)[:2000]
    work.jobs_due = work.jobs_due or acting.jobs_due
    outcome = {"state": "done" if code is None else "failed", "code": code, "message": message, "done_at": work.now}
    work.connection.execute(update(BatchItem).where(BatchItem.key == item.key).values(outcome))


def _act(work: UnitOfWork, runtime: Runtime, case: Case, item: Row[Any]) -> None:
    match item.kind:
        case "suspend":
            suspend(work, runtime, case, item.reason)
        case "resume":
            resume(work, runtime, case, item.reason)
        case "cancel":
            cancel(work, runtime, case, item.reason, **item.parameters)
        case "migrate":
            migrate(work, runtime, case, reason=item.reason, **item.parameters)
        case "revert":
            revert(work, runtime, case, item.reason)
