"""What PostgreSQL needs that SQLite does not: the session's settings, and an end to waiting.

Row locks and SKIP LOCKED are asked for by the statements themselves, since SQLAlchemy leaves them out on SQLite, where
BEGIN IMMEDIATE does their work.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.types.numeric import Int8BinaryDumper
from sqlalchemy import Engine, event

LOCK_LIMIT = timedelta(seconds=10)
GRACE = timedelta(seconds=2)
"""What an answer may take on its way; a server that is silent for longer than its own limit and this one is gone."""
STATEMENTS = 400
"""Statements that one connection keeps ready on the server."""
KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "connect_timeout": 10,
}

R = TypeVar("R")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for an answer only so long: the other end of a half-open one never says that it is gone."""

    patience: float | None = None
    """Seconds, None for ever."""

    def wait(self, gen: PQGen[R], interval: float = 0.1, timeout: float | None = None) -> R:
        """Waits for the server. Raises OperationalError and closes the connection when `patience` is over."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            if timeout is None:
                self.pgconn.finish()
            raise


def prepare(engine: Engine, statement_limit: timedelta) -> None:
    """Gives every connection of `engine` its settings.

    No statement, no wait for a lock, and no silence of ours within a transaction lasts longer than `statement_limit`.
    """
    limits = {
        "statement_timeout": statement_limit,
        "lock_timeout": min(LOCK_LIMIT, statement_limit),
        "idle_in_transaction_session_timeout": statement_limit,
    }
    options = " ".join(["-c timezone=UTC", *(f"-c {name}={_milliseconds(span)}" for name, span in limits.items())])

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **{**parameters, **KEEPALIVES, "options": options})
        connection.patience = (statement_limit + GRACE).total_seconds()
        # psycopg sends an int as the smallest type it fits, and the server would plan a statement anew for each of them.
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.prepared_max = STATEMENTS
        return connection


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
