"""What SQLite needs that PostgreSQL does not.

One writer at a time is SQLite's nature, so a writing transaction says so at its start (BEGIN IMMEDIATE): two writers
then queue instead of losing an update or failing at commit. A reading transaction (execution option
`liandong_reading`) begins deferred and, in WAL mode, never waits. `synchronous=FULL` makes a commit survive power loss.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from engine.errors import Conflict
from engine.store.prepared import READING, driver
from engine.store.statistics import percentile

BUSY_TIMEOUT_MS = 10_000
CHECKPOINT_PAGES = 4_000
"""Of the write-ahead log (16 MB) before they are copied into the file: a step changes fifty, most of them again and again."""
CACHE_KILOBYTES = 16_000
"""Of pages that a connection keeps; with SQLite's own 2,000 a store of some thousand cases is read again and again."""
STATEMENTS_AT_HAND = 500
"""Of one connection; Python's own 128 would be compiled again and again."""


def prepare(engine: Engine) -> None:
    """Sets up every connection of `engine`, and how its transactions begin."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
        sizes = (f"wal_autocheckpoint={CHECKPOINT_PAGES}", f"cache_size=-{CACHE_KILOBYTES}")
        for pragma in (*pragmas, f"busy_timeout={BUSY_TIMEOUT_MS}", *sizes):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.create_function("percentile", 2, percentile, deterministic=True)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READING, False)
        with driver(connection) as raw:
            raw.execute("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")


def copy(source: Path, target: Path) -> None:
    """Copies a file in use to `target` by SQLite's online backup. Raises Conflict when the copy is damaged."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as store,
        closing(sqlite3.connect(unfinished)) as made,
    ):
        # All pages in one step, under one read transaction: writers go on in the write-ahead log.
        store.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")
        (found,) = made.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise Conflict("backup-damaged", "Expected a whole copy, but SQLite says: {found}", found=str(found)[:200])
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
