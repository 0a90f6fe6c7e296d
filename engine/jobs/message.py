"""A message is on its way to another pool."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.jobs import JobScheduled, schedule
from engine.runtime import Runtime
from engine.runtime.messages import deliver
from engine.store.tables import Message
from engine.store.unit_of_work import UnitOfWork


def deliver_message(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Delivers the message. One that must wait gets another try when it expires, which sends it to the dead-message desk."""
    if deliver(work, runtime, job.subject) == "waiting":
        expires = work.connection.execute(select(Message.expires_at).where(Message.key == job.subject)).scalar_one()
        schedule(work, [JobScheduled(kind="message", subject=job.subject, due_at=expires)])
