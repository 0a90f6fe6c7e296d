"""Finds a case that nothing can move any more: a join, say, whose other branch went another way.

It would stay open for ever without anybody knowing, so it becomes an incident.
"""

from __future__ import annotations

from sqlalchemy import bindparam, exists, or_, select

from engine.appliers.incidents import raise_incident, resolve_incidents
from engine.kernel.effects import ActivityEnded, ContinuationScheduled, ExternalTaskOpened, TaskOpened
from engine.runtime.step import Step
from engine.runtime.waiting import CONTINUE
from engine.store.prepared import Prepared
from engine.store.tables import ExternalTask, Incident, Job, Subscription, Token

STUCK = "stuck"
HOPES = (TaskOpened, ExternalTaskOpened, ContinuationScheduled)
"""Effects after which something outside will move the case."""
STANDING = ("ready", "error")
"""States of a token that somebody will move."""
HOPE = Prepared(
    select(
        or_(
            exists().where(Token.instance == bindparam("instance"), or_(*(Token.state == state for state in STANDING))),
            exists().where(Subscription.instance == bindparam("instance")),
            exists().where(ExternalTask.instance == bindparam("instance")),
            exists().where(Job.instance == bindparam("instance"), Job.kind == CONTINUE),
            exists().where(Incident.instance == bindparam("instance"), Incident.state == "open"),
        ).label("hope")
    )
)


def close_moot_incidents(step: Step) -> None:
    """Closes the incidents of what an operator's step took away, and those of the whole case, which are raised again if they
    still stand."""
    if step.case.state != "active":
        resolve_incidents(step.work, instance=step.case.key)
        return
    resolve_incidents(step.work, instance=step.case.key, tokens=step.result.delta.deleted_tokens, code=STUCK)


def notice_stuck(step: Step) -> None:
    """Raises an incident when the step has left an open case without a task, an event to wait for, or a stop that is known."""
    delta, case = step.result.delta, step.case
    moved = any(row.key in delta.created for row in delta.subscriptions)
    over = {effect.token for effect in step.result.of(ActivityEnded)}
    hoped = any(isinstance(effect, HOPES) and effect.token not in over for effect in step.result.effects)
    if case.state != "active" or moved or hoped or _stands(step) or HOPE.value(step.work.connection, instance=case.key):
        return
    left = step.work.connection.execute(
        select(Token.key, Token.element).where(Token.instance == case.key).order_by(Token.sequence)
    ).all()
    if any(_is_ad_hoc(step, token, element) for token, element in left):
        return
    element = left[0].element if left else None
    message = "Expected something that can still move the case, but all that is left waits for what never comes"
    raise_incident(step.work, step.journal, instance=case.key, element=element, code=STUCK, message=message)


def _stands(step: Step) -> bool:
    """Whether the step has seen a token that somebody will move, so that nothing has to be asked."""
    delta = step.result.delta
    left = (row for key, row in step.seen.items() if key not in delta.deleted_tokens)
    after = {row.key: row.state for row in (*left, *delta.tokens)}
    return any(state in STANDING for state in after.values())


def _is_ad_hoc(step: Step, token: int, element: str) -> bool:
    """An open ad-hoc subprocess waits for somebody to start one of its activities."""
    found = step.home(token).model.elements.get(element)
    return found is not None and found.ad_hoc is not None
