"""A message is on its way to another pool."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.runtime import Runtime
from engine.runtime.messages import deliver
from engine.store.unit_of_work import UnitOfWork


def deliver_message(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Delivers the message, or sends it to the dead-message desk when its time is over."""
    deliver(work, runtime, job.subject)
