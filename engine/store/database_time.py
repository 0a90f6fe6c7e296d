"""The time of the database: leases are measured by it alone, since the clocks of two nodes may differ.

On SQLite, which serves one machine, it is the machine's own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Interval, func, literal

from engine.clock import Clock
from engine.store.base import Instant


class DatabaseTime(Protocol):
    """Tells the database's time, `span` from now, as an expression to stand in a statement."""

    def __call__(self, connection: Connection, span: timedelta = ..., /) -> Any: ...


def database_time(connection: Connection, span: timedelta = timedelta(0), /) -> Any:
    """The database's own clock at the moment the statement runs, `span` from now."""
    if connection.dialect.name == "postgresql":
        return func.clock_timestamp() + literal(span, Interval())
    # In the very form in which an Instant is kept there, so that both can be compared.
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", f"{span.total_seconds():+.3f} seconds", type_=Instant())


def told_by(clock: Clock) -> DatabaseTime:
    """A database whose time is `clock`'s: for tests and dry runs, whose time stands still until it is moved."""

    def told(connection: Connection, span: timedelta = timedelta(0), /) -> Any:
        return literal(clock.now() + span, Instant())

    return told
