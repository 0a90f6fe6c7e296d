"""Who may read the copy that is kept of an ended case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from engine.authorization.standing import Standing
from engine.authorization.visibility import sees_instance, visible_seats
from engine.records import Actor
from engine.store.base import Executes
from engine.store.tables import Seat

RIGHT = "archive"


def may_read_copy(
    connection: Executes, who: Standing, now: datetime, actor: Actor, instance: int, seats: Sequence[int] | None
) -> bool:
    """Whether the actor keeps the archive, or sees the case and may open every task that its copy prints (keys).

    None stands for a copy that prints more than its tasks show.
    """
    if RIGHT in actor.rights:
        return True
    if seats is None or not sees_instance(connection, who, now, instance):
        return False
    seen = select(Seat.key).where(Seat.instance == instance, Seat.key.in_(visible_seats(who, now)))
    return set(seats) <= set(connection.execute(seen).scalars())
