"""Keeps what tokens wait for besides people and events: work of other systems, and jobs of their own."""

from __future__ import annotations

from engine.appliers.external_tasks import close_external_tasks, open_external_tasks, stop_external_tasks
from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.kernel.effects import (
    ContinuationDropped,
    ContinuationScheduled,
    ExternalTaskClosed,
    ExternalTaskOpened,
    ExternalTaskStopped,
)
from engine.runtime.step import Step

CONTINUE = "continue"
"""Kind of the job that lets a token go on; its subject is the token."""


def follow_waiting(step: Step) -> None:
    """Offers, stops and removes work for other systems, and schedules and removes continuations, as the step decided."""
    result, work = step.result, step.work
    closed = {effect.token for effect in result.of(ExternalTaskClosed)}
    opened = [effect for effect in result.of(ExternalTaskOpened) if effect.token not in closed]
    close_external_tasks(work, closed)
    open_external_tasks(work, step.case.key, opened)
    stop_external_tasks(work, {effect.token for effect in result.of(ExternalTaskStopped)} - closed)
    dropped = {effect.token for effect in result.of(ContinuationDropped)}
    unschedule(work, CONTINUE, dropped)
    waiting = [effect for effect in result.of(ContinuationScheduled) if effect.token not in dropped]
    schedule(
        work, [JobScheduled(kind=CONTINUE, subject=effect.token, due_at=work.now, instance=step.case.key) for effect in waiting]
    )
