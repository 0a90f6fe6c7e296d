"""Finds a case that nothing can move any more: a join, say, whose other branch went another way.

It would stay open for ever without anybody knowing, so it becomes an incident.
"""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from engine.appliers.incidents import raise_incident, resolve_incidents
from engine.kernel.effects import ActivityEnded, ContinuationScheduled, ExternalTaskOpened, TaskOpened
from engine.runtime.step import Step
from engine.runtime.waiting import CONTINUE
from engine.store.tables import ExternalTask, Incident, Job, Subscription, Token

STUCK = "stuck"
HOPES = (TaskOpened, ExternalTaskOpened, ContinuationScheduled)
"""Effects after which something outside will move the case."""


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
    over = {effect.token for effect in step.result.effects if isinstance(effect, ActivityEnded)}
    hoped = any(isinstance(effect, HOPES) and effect.token not in over for effect in step.result.effects)
    if case.state != "active" or moved or hoped:
        return
    hopes = (
        exists().where(Token.instance == case.key, Token.state.in_(("ready", "error"))),
        exists().where(Subscription.instance == case.key),
        exists().where(ExternalTask.instance == case.key),
        exists().where(Job.instance == case.key, Job.kind == CONTINUE),
        exists().where(Incident.instance == case.key, Incident.state == "open"),
    )
    if step.work.connection.execute(select(or_(*hopes))).scalar_one():
        return
    left = step.work.connection.execute(
        select(Token.key, Token.element).where(Token.instance == case.key).order_by(Token.sequence)
    ).all()
    if any(_is_ad_hoc(step, token, element) for token, element in left):
        return
    element = left[0].element if left else None
    message = "Expected something that can still move the case, but all that is left waits for what never comes"
    raise_incident(step.work, step.journal, instance=case.key, element=element, code=STUCK, message=message)


def _is_ad_hoc(step: Step, token: int, element: str) -> bool:
    """An open ad-hoc subprocess waits for somebody to start one of its activities."""
    found = step.home(token).model.elements.get(element)
    return found is not None and found.ad_hoc is not None
