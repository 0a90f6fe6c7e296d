"""Who enters the messages of institutions without a system (代录), and what a case waits for that can be entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine.authorization import Standing
from engine.kernel import start_correlation
from engine.kernel.model import ProcessModel
from engine.store.base import Executes
from engine.store.tables import ProcessDefinition, StartSubscription, Subscription

ENTRY_POSTS = frozenset({"REF_CTR", "MC_OFFICE"})
"""Posts that may enter a message for somebody else."""
SENDER = "fromInst"
"""What a case knows of the institution whose message has started it."""


def enters_for_others(who: Standing) -> bool:
    """Whether somebody sits in a post that enters messages for others, at a member."""
    return bool(entering_institutions(who))


def entering_institutions(who: Standing) -> tuple[str, ...]:
    """Codes of the members for which somebody enters what others have sent to them."""
    codes = (chair.institution_code for chair in who.capacities if chair.post in ENTRY_POSTS and chair.member)
    return tuple(dict.fromkeys(codes))


def starts(connection: Executes) -> Sequence[Any]:
    """The messages that start a case: rows with key, name, element, definition and suspended_at of the newest processes."""
    columns = (StartSubscription.key, StartSubscription.name, StartSubscription.element, StartSubscription.definition)
    found = select(*columns, ProcessDefinition.suspended_at)
    found = found.join(ProcessDefinition, ProcessDefinition.key == StartSubscription.definition)
    newest = (StartSubscription.kind == "message", ProcessDefinition.latest.is_(True))
    rows: Sequence[Any] = connection.execute(found.where(*newest).order_by(StartSubscription.key)).all()
    return rows


def values_of_start(model: ProcessModel, element: str) -> tuple[str, ...]:
    """Names of what a message brings that starts a case there: what it is known by, then its values; empty where any.

    Who has sent it is not entered as a value.
    """
    taken = values_taken(model, element)
    named = dict.fromkeys((*known_by(model, element), *taken)) if taken else {}
    return tuple(name for name in named if name != SENDER)


def known_by(model: ProcessModel, element: str) -> tuple[str, ...]:
    """Names of the correlation that a message must bring itself: those that the start event does not give as constants."""
    receive = model.elements[element].receive
    constants = start_correlation(receive)
    return () if receive is None else tuple(item.name for item in receive.correlation if item.name not in constants)


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
