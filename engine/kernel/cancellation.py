"""Ends a whole instance from outside, at once or after what was done has been undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.kernel.process_spec import COMPENSATION
from engine.kernel.triggers import Cancel

if TYPE_CHECKING:
    from engine.kernel.session import Session


def cancel(session: Session, trigger: Cancel) -> None:
    """Takes every token away and ends the instance; with compensation once the handlers have run.

    What was done inside a subprocess or a called process that is still open is undone too, as far as it can be. Raises
    Conflict `cancelling` when the handlers of an earlier cancellation still run.
    """
    root = session.root
    if trigger.compensate and root.flagged("ending"):
        raise Conflict(
            "cancelling", "Expected to cancel instance '{instance}', but it is being cancelled", instance=session.instance.key
        )
    root.flag("ending", "cancelled")
    if not trigger.compensate or not root.spec.compensable:
        root.clear()
        root.settle()
        return
    session.compensation.keep_open(root)
    holder = root.new_token(COMPENSATION)
    root.clear(keep=holder)
    if session.compensation.compensate(holder, root):
        holder._set_state(TaskState.READY)
