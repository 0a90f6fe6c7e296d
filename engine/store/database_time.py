"""The time of the database: leases are measured by it alone, since the clocks of two nodes may differ.

On SQLite, which serves one machine, it is the machine's own. Tests and dry runs, whose time stands still until it is moved,
tell it themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Interval, bindparam, func, literal

from engine.store.base import Instant


def database_time(dialect: str, span: timedelta = timedelta(0)) -> Any:
    """The database's own clock at the moment the statement runs, `span` from now, as an expression to stand in it."""
    if dialect == "postgresql":
        return func.clock_timestamp() + literal(span, Interval())
    # In the very form in which an Instant is kept there, so that both can be compared.
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", f"{span.total_seconds():+.3f} seconds", type_=Instant())


def told_or_database_time(dialect: str) -> Any:
    """The same for a prepared statement: its value `told`, and the database's own clock when that is None."""
    own = func.clock_timestamp() if dialect == "postgresql" else database_time(dialect)
    return func.coalesce(bindparam("told", type_=Instant()), own)


def told_time(told: datetime, span: timedelta = timedelta(0)) -> Any:
    """A time that was told, `span` from it, as an expression."""
    return literal(told + span, Instant())
