"""The time until which a case holds something of a shared resource has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.appliers.reservations import expire
from engine.runtime import Runtime
from engine.store.unit_of_work import UnitOfWork


def expire_reservation(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Frees what is held no longer. The case learns it by a timer of its own, if it has to."""
    expire(work, job.subject)
