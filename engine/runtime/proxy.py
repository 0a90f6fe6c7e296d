"""Who enters the messages of institutions without a system (代录), and what a case waits for that can be entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine.authorization import Standing
from engine.kernel.model import ProcessModel
from engine.store.base import Executes
from engine.store.tables import Subscription

ENTRY_POSTS = frozenset({"REF_CTR", "MC_OFFICE"})
"""Posts that may enter a message for somebody else."""


def enters_for_others(who: Standing) -> bool:
    """Whether somebody sits in a post that enters messages for others, at a member."""
    return any(chair.post in ENTRY_POSTS and chair.member for chair in who.capacities)


def awaited(connection: Executes, instance: int) -> Sequence[Any]:
    """The messages that a case, by key, waits for: rows with key, name, element and correlation."""
    columns = (Subscription.key, Subscription.name, Subscription.element, Subscription.correlation)
    waiting = select(*columns).where(Subscription.instance == instance, Subscription.kind == "message")
    found: Sequence[Any] = connection.execute(waiting.order_by(Subscription.sequence)).all()
    return found


def values_taken(model: ProcessModel, element: str) -> tuple[str, ...]:
    """Names of the values that a message brings there; empty where it may bring any."""
    found = model.elements.get(element)
    receive = None if found is None else found.receive
    return () if receive is None else tuple(key for key, _ in receive.accepts)
