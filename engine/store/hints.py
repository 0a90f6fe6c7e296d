"""Hints between the nodes of one PostgreSQL: after a commit here, the others learn for whom something changed.

    commit -> Hints.tell -> pg_notify('liandong') -> the other nodes' listeners

A hint is worth nothing when it is lost: every reader polls as well. Hence it is sent after the commit and not within it,
where NOTIFY would take a lock that all commits of the server wait for, and it is sent by one thread over one connection of
its own, the same that listens, many hints in one, at a steady pace. That connection is opened again for as long as it takes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import select
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from engine.store.database import Database

CHANNEL = "liandong"
PERSONS_AT_ONCE = 300
"""PostgreSQL takes 8,000 bytes."""
PAUSE_SECONDS = 2.0
"""Before a lost connection is opened again."""
QUIET_SECONDS = 30.0
"""A connection that has been silent for so long is asked whether it is still there."""
PACE_SECONDS = 0.05
"""Between two hints: a node that commits all the time would spend a part of every commit on telling of it."""
Listener = Callable[[frozenset[int], bool], None]

log = logging.getLogger(__name__)


class Hints:
    """The one line of a node. `heard` is called for what other nodes have committed."""

    def __init__(self, database: Database, heard: Listener) -> None:
        """Opens nothing yet. Does nothing at all where the database is no PostgreSQL."""
        self._url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._usable = database.dialect == "postgresql"
        self._heard = heard
        self._node = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._persons: set[int] = set()
        self._jobs_due = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._wake_read, self._wake_write = -1, -1
        self.connected = threading.Event()
        """Set while the line is up, for tests."""

    def start(self) -> None:
        """Begins to listen, in a thread of its own."""
        if not self._usable or self._thread is not None:
            return
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the line. May come before `start`, and twice."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        self._wake()
        thread.join(10)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def tell(self, persons: frozenset[int], jobs_due: bool) -> None:
        """Has the other nodes told of a commit of this one, soon; returns at once."""
        if self._thread is None or not (persons or jobs_due):
            return
        with self._lock:
            awake = bool(self._persons) or self._jobs_due
            self._persons |= persons
            self._jobs_due = self._jobs_due or jobs_due
        if not awake:
            self._wake()

    def _wake(self) -> None:
        # A full pipe wakes as well as one byte more would.
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=10) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self.connected.set()
                    self._talk(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("hints between nodes are interrupted: %s", type(error).__name__)
            finally:
                self.connected.clear()
            self._stopping.wait(PAUSE_SECONDS)

    def _talk(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stopping.is_set():
            ready, _, _ = select.select([connection.fileno(), self._wake_read], [], [], QUIET_SECONDS)
            if self._wake_read in ready:
                os.read(self._wake_read, 65536)
                self._send(connection)
                self._stopping.wait(PACE_SECONDS)
            if connection.fileno() in ready:
                self._receive(connection)
            if not ready:
                connection.execute("SELECT 1")

    def _send(self, connection: psycopg.Connection[Any]) -> None:
        with self._lock:
            persons, jobs_due = sorted(self._persons), self._jobs_due
            self._persons, self._jobs_due = set(), False
        for first in range(0, max(len(persons), 1), PERSONS_AT_ONCE):
            some = persons[first : first + PERSONS_AT_ONCE]
            if some or jobs_due:
                hint = json.dumps({"node": self._node, "persons": some, "jobs": jobs_due}, separators=(",", ":"))
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, hint))
                jobs_due = False
        # What came in while we were sending is held by the connection already, and no select would tell of it.
        self._receive(connection)

    def _receive(self, connection: psycopg.Connection[Any]) -> None:
        for notice in connection.notifies(timeout=0):
            try:
                hint = json.loads(notice.payload)
                node, persons, jobs_due = hint["node"], frozenset(int(key) for key in hint["persons"]), bool(hint["jobs"])
            except (ValueError, KeyError, TypeError):
                continue
            if node != self._node:
                self._heard(persons, jobs_due)
