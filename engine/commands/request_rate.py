"""How many requests somebody has sent in a minute, over all nodes together.

A node counts by itself and hands in what it has counted now and then, so that keeping the count costs next to nothing; how
far a limit may be overrun is the nodes' to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.dialects import postgresql, sqlite

from engine.appliers import audit
from engine.commands.registry import Command
from engine.store.tables import RequestCount
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class CountRequests(Command[int]):
    """Add requests of a subject to those of the minute, and answer with all of them. Reaching `limit` is audited once."""

    repeatable: ClassVar[bool] = True
    subject: str
    """`session` and its key, or `source` and an address."""
    minute: datetime
    """The minute's beginning."""
    number: int
    limit: int


def count_requests(command: CountRequests, work: UnitOfWork, runtime: object) -> int:
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(RequestCount).values(subject=command.subject, minute=command.minute, number=command.number)
    added = new.on_conflict_do_update(
        index_elements=["subject", "minute"], set_={"number": RequestCount.number + new.excluded.number}
    )
    total = int(work.connection.execute(added.returning(RequestCount.number)).scalar_one())
    if total - command.number < command.limit <= total:
        audit.record(work, "too-many-requests", command.subject, result="refused", data={"limit": command.limit})
    return total
