"""What SQLite needs that PostgreSQL does not.

One writer at a time is SQLite's nature, so a writing transaction says so at its start (BEGIN IMMEDIATE): two writers
then queue instead of losing an update or failing at commit. A reading transaction (execution option
`liandong_reading`) begins deferred and, in WAL mode, never waits. `synchronous=FULL` makes a commit survive power loss.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_MS = 10_000


def prepare(engine: Engine) -> None:
    """Sets up every connection of `engine`, and how its transactions begin."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("liandong_reading", False)
        connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")
