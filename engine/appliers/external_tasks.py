"""Work for other systems comes and goes with the tokens that wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, update

from engine.kernel.effects import ExternalTaskOpened
from engine.store.state import chunks
from engine.store.tables import ExternalTask
from engine.store.unit_of_work import UnitOfWork

LOST_LOCK = "lost-lock"
"""Kind of the job that stops work whose last lock ran out; its subject is the token."""
UNLOCKED: dict[str, Any] = {"worker": None, "lock_token": None, "locked_until": None}
"""Columns of work that nobody holds."""


def open_external_tasks(work: UnitOfWork, instance: int, opened: Sequence[ExternalTaskOpened]) -> None:
    """Offers new work, and stopped work anew: with fresh inputs, all its tries, and the same idempotency key."""
    new = [effect for effect in opened if not effect.again]
    if new:
        work.connection.execute(insert(ExternalTask), [_row(work, instance, effect) for effect in new])
    for effect in opened:
        if effect.again:
            fresh = {name: value for name, value in _row(work, instance, effect).items() if name not in _KEPT}
            work.connection.execute(update(ExternalTask).where(ExternalTask.token == effect.token).values(fresh))


def stop_external_tasks(work: UnitOfWork, tokens: Iterable[int]) -> None:
    """Offers the work of these tokens to nobody until it is retried."""
    for chunk in chunks(tokens):
        stopped = update(ExternalTask).where(ExternalTask.token.in_(chunk)).values(state="failed", retries=0, **UNLOCKED)
        work.connection.execute(stopped)


def close_external_tasks(work: UnitOfWork, tokens: Iterable[int]) -> None:
    """Removes the work of these tokens; whoever has it in hand will be refused."""
    for chunk in chunks(tokens):
        work.connection.execute(delete(ExternalTask).where(ExternalTask.token.in_(chunk)))


_KEPT = frozenset({"key", "id", "opened_at", "occurrence", "error", "error_details"})


def _row(work: UnitOfWork, instance: int, effect: ExternalTaskOpened) -> dict[str, Any]:
    return {
        "key": work.new_key(),
        "id": uuid4(),
        "instance": instance,
        "token": effect.token,
        "element": effect.element,
        "occurrence": effect.occurrence,
        "topic": effect.topic,
        "priority": effect.priority,
        "inputs": dict(effect.inputs),
        "state": "open",
        "opened_at": work.now,
        "available_at": work.now,
        "failures": 0,
        "retries": None,
        "lost_locks": 0,
        **UNLOCKED,
        "error": None,
        "error_details": None,
    }
