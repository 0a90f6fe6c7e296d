"""Locks on names, for what has no row to lock yet: two transactions that hold the same name run one after the other.

SQLite lets one transaction write at a time, so there is nothing to hold there.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, func, select


def hold(connection: Connection, *names: str) -> None:
    """Holds these names until the transaction ends; waits while another transaction holds one of them."""
    if connection.dialect.name != "postgresql":
        return
    # In one order everywhere, so that no two transactions wait for each other.
    for key in sorted({_key(name) for name in names}):
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def wait_at_most(connection: Connection, span: timedelta) -> None:
    """Has every later wait for a lock in this transaction end after `span` with an error. SQLite waits only at its start."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config("lock_timeout", f"{round(span.total_seconds() * 1000)}ms", True)))


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
