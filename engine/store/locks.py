"""Locks on names, for what has no row to lock yet: two transactions that hold the same name run one after the other.

SQLite lets one transaction write at a time, so there is nothing to hold there.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, func, select


def hold(connection: Connection, *names: str) -> None:
    """Holds these names until the transaction ends; waits while another transaction holds one of them."""
    if connection.dialect.name != "postgresql":
        return
    # In one order everywhere, so that no two transactions wait for each other.
    for key in sorted({_key(name) for name in names}):
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
