"""Asynchronous continuation: a token that stands between two transactions until its job comes.

Where a model asks for it, a token does not go on within the step that brought it: it stays `started` with a mark, a job
is scheduled in the same transaction, and the job's own step lets it go on. What fails behind such a point takes back
nothing but that step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.kernel.effects import ContinuationScheduled, ExternalTaskClosed, TaskClosed

if TYPE_CHECKING:
    from engine.kernel.token import Token

MARK = "async"
"""Where a token's row remembers the side it waits on: `before` or `after`."""
EXTERNAL = "external"
"""Mark of a token whose work another system has."""


def pauses(token: Token, side: str) -> bool:
    """Lets the token wait for a job, if its element asks for it on this side. True when it waits."""
    if token.resumed == side or not _asked_for(token, side):
        return False
    token.internal_data[MARK] = side
    token.touch()
    token._set_state(TaskState.STARTED)
    if side == "after":
        _end_waiting(token)
    token.session.ledger.effect(ContinuationScheduled(token=token.key, element=token.element))
    return True


def resume(token: Token) -> None:
    """Lets a token go on whose job has come. Raises Conflict when it waits for none."""
    side = token.internal_data.pop(MARK, None)
    if side is None:
        raise Conflict("not-paused", "Expected token '{token}' to wait for a job, but it does not", token=token.key)
    token.touch()
    token.resumed = str(side)
    if side == "before":
        token._set_state(TaskState.FUTURE)
        token.armed = False
        token.enter()
    elif token.task_spec.decides:
        token._set_state(TaskState.READY)
    else:
        token.complete()


def _asked_for(token: Token, side: str) -> bool:
    element = token.task_spec.element
    # A seat or round of a loop has the loop's own wish; the element's is for the whole.
    asked = element.loop if element.loop is not None and token.internal_data.get("body") else element
    return bool(asked.async_before if side == "before" else asked.async_after)


def _end_waiting(token: Token) -> None:
    """Work that is done asks nobody any more, and its boundary events are over."""
    ledger = token.session.ledger
    token.session.subscriptions.drop_of(token)
    if token.internal_data.pop("open", None):
        ledger.effect(TaskClosed(token=token.key, element=token.element, completed=True))
    if token.internal_data.pop(EXTERNAL, None):
        ledger.effect(ExternalTaskClosed(token=token.key))
