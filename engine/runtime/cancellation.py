"""Ends a case from outside; the people at work and the other pools of its collaboration are told."""

from __future__ import annotations

from sqlalchemy import select

from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.kernel.triggers import Cancel
from engine.runtime.case import Act, Case
from engine.runtime.operation import operate, people_at_work, tell
from engine.runtime.runtime import Runtime
from engine.store.tables import ProcessInstance
from engine.store.unit_of_work import UnitOfWork


def cancel(
    work: UnitOfWork, runtime: Runtime, case: Case, reason: str, *, compensate: bool = False, withdrawn: bool = False
) -> None:
    """Ends a locked instance with its tasks and called processes, if wanted after what was done has been undone.

    `withdrawn` says that whoever started it takes it back for good.

    Raises Conflict `instance-ended`; with compensation also `instance-suspended`, since its handlers could not run, and
    `cancelling` while the handlers of an earlier cancellation run.
    """
    if compensate:
        case.require_moving()
    persons = people_at_work(work, case)

    def noted(journal: Journal) -> None:
        if withdrawn:
            journal.note("instance-withdrawn", by_actor=True, reason=reason, mode="void")
            tell(runtime, case, journal, persons, "发起人已撤销", "withdrawn for good")
        else:
            journal.note("instance-cancelled", by_actor=True, reason=reason, compensate=compensate)
            tell(runtime, case, journal, persons, "已取消", "cancelled")

    act = Act(action="withdraw" if withdrawn else "cancel", data={"reason": reason, "compensate": compensate})
    operate(work, runtime, case, Cancel(compensate=compensate), act, noted)
    _inform_counterparts(work, case)


def _inform_counterparts(work: UnitOfWork, case: Case) -> None:
    """Has every other pool of the collaboration told, each in a transaction of its own."""
    table = ProcessInstance
    others = select(table.key).where(table.collaboration == case.collaboration, table.key != case.key, table.state == "active")
    schedule(
        work,
        [
            JobScheduled(kind="counterpart", subject=case.key, due_at=work.now, instance=other)
            for other in work.connection.execute(others.order_by(table.key)).scalars()
        ],
    )
