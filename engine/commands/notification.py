"""What people do with lines they were sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from engine.commands.registry import Command
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import Notification
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class MarkNotificationsRead(Command[Done]):
    """Note that one has read these lines; others' lines are left alone."""

    ids: tuple[UUID, ...]


def mark_notifications_read(command: MarkNotificationsRead, work: UnitOfWork, runtime: Runtime) -> Done:
    own = (Notification.id.in_(command.ids), Notification.person == work.actor.person, Notification.read_at.is_(None))
    work.connection.execute(update(Notification).where(*own).values(read_at=work.now))
    work.wake(work.actor.person)
    return Done()
