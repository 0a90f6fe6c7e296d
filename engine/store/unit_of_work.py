"""One transaction of the engine, and what belongs to it: the time, the actor, fresh keys, and hints for after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.config import Config
from engine.records import Actor
from engine.store.database_time import DatabaseTime, database_time


@dataclass(kw_only=True)
class UnitOfWork:
    """What a handler works with. Only `Engine.execute` ends it."""

    connection: Connection
    now: datetime
    actor: Actor
    config: Config
    new_key: Callable[[], int]
    tell_database_time: DatabaseTime = database_time
    woken: set[int] = field(default_factory=set)
    """Persons whose lists change, told after the commit."""
    jobs_due: bool = False
    """True when a job was made that is due at once."""

    def database_time(self, span: timedelta = timedelta(0)) -> Any:
        """The database's own time, `span` from now, as an expression for a statement. Leases are measured by nothing else."""
        return self.tell_database_time(self.connection, span)

    def wake(self, *persons: int | None) -> None:
        """Tells these persons' browsers, after the commit, that something changed for them."""
        self.woken.update(person for person in persons if person is not None)
