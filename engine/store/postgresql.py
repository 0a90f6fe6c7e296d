"""What PostgreSQL needs that SQLite does not: the session's settings, and an end to waiting.

Row locks and SKIP LOCKED are asked for by the statements themselves, since SQLAlchemy leaves them out on SQLite, where
BEGIN IMMEDIATE does their work.
"""

from __future__ import annotations

import math
import select
import time
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from engine.store import pipeline

LOCK_LIMIT = timedelta(seconds=10)
GRACE = timedelta(seconds=2)
"""What an answer may take on its way; a server that is silent for longer than its own limit and this one is gone."""
FRESH_SECONDS = 2.0
"""A connection that was used less than this ago is not asked whether it is still alive."""
SERVER_KEEPALIVES = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""The server too must notice that we are gone: a machine that lost its power would hold its locks for hours."""
PLANS = {
    # A statement that is prepared is planned once: planning most of ours takes longer than carrying them out.
    "plan_cache_mode": "force_generic_plan",
    # A plan is kept while its table grows from ten rows to ten thousand, which statistics notice a minute late: it has to
    # go by an index from the first. A scan that no index can replace is still made, and is not worth compiling.
    "enable_seqscan": "off",
    "jit": "off",
}
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
    prepared_names: set[bytes]
    """Statements that `engine.store.pipeline` has prepared on it."""

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
    settings = {
        "timezone": "UTC",
        # What is read after a lock must be what its last holder has committed, whatever the server's own default is.
        "default_transaction_isolation": "read\\ committed",
        **PLANS,
        **{name: _milliseconds(span) for name, span in limits.items()},
        **SERVER_KEEPALIVES,
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **{**parameters, **KEEPALIVES, "options": options})
        connection.patience = (statement_limit + GRACE).total_seconds()
        connection.prepared_names = set()
        # psycopg would have everything that is prepared forgotten with every rollback; see `engine.store.pipeline`.
        connection.prepare_threshold = None
        return connection

    @event.listens_for(engine, "checkin")
    def rest(connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(connection: PatientConnection, record: Any, fairy: Any) -> None:
        """Makes sure that a connection is alive.

        A server that has gone says so, and what it said is there to be read, which costs no round trip to find out. One
        that could not say it is asked after a rest.
        """
        said = select.poll()
        said.register(connection.fileno(), select.POLLIN)
        if said.poll(0):
            raise DisconnectionError
        if time.monotonic() - record.info.get("rests_since", math.inf) < FRESH_SECONDS:
            return
        try:
            pipeline.run(connection, [])
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
