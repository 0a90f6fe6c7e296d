"""What a database's error means for the transaction that met it, the same on SQLite and PostgreSQL.

PostgreSQL tells by SQLSTATE, SQLite by its result codes. An error without a code comes from the client's side of a
connection that is gone, or that could not be made.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError


class Failure(Enum):
    """What has happened. In every case the transaction keeps nothing, unless its COMMIT was under way."""

    DUPLICATE = auto()
    """A unique value was there already: somebody was first."""
    BROKEN_RULE = auto()
    """A CHECK, a foreign key or a NOT NULL refused a row: the code is wrong."""
    CONTENTION = auto()
    """A deadlock, a serialisation failure, a busy file: the same again may succeed at once."""
    OCCUPIED = auto()
    """A lock was waited for, or a statement worked, for longer than is allowed."""
    LOST = auto()
    """The connection is gone, or the server refuses one for the moment."""
    FULL = auto()
    """There is no room, or no permission, to write."""
    OTHER = auto()


class CommitInterrupted(Exception):
    """The connection was lost while COMMIT was under way: the transaction is either whole or undone, and nobody said which."""


_BY_STATE: dict[str, Failure] = {
    "23505": Failure.DUPLICATE, "23P01": Failure.DUPLICATE, "40001": Failure.CONTENTION, "40P01": Failure.CONTENTION,
    "55P03": Failure.OCCUPIED, "57014": Failure.OCCUPIED, "25P03": Failure.LOST, "25006": Failure.FULL, "53300": Failure.LOST,
}  # fmt: skip
_BY_CLASS: dict[str, Failure] = {
    "08": Failure.LOST, "23": Failure.BROKEN_RULE, "53": Failure.FULL, "57": Failure.LOST, "58": Failure.FULL,
}  # fmt: skip
_SQLITE_UNIQUE = frozenset({1555, 2067, 2579})
_BY_CODE: dict[int, Failure] = {
    5: Failure.CONTENTION, 6: Failure.CONTENTION, 8: Failure.FULL, 10: Failure.FULL, 13: Failure.FULL, 14: Failure.FULL,
    19: Failure.BROKEN_RULE,
}  # fmt: skip
"""By the primary result code, the lowest byte of the extended one."""


def failure_of(error: DBAPIError) -> Failure:
    """What `error` means. An error that names no code and is no lost connection is OTHER."""
    origin: Any = error.orig
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return Failure.DUPLICATE if code in _SQLITE_UNIQUE else _BY_CODE.get(code & 0xFF, Failure.OTHER)
    if error.connection_invalidated:
        return Failure.LOST
    state = getattr(origin, "sqlstate", None)
    if state is None:
        return Failure.LOST if isinstance(origin, psycopg.OperationalError) else Failure.OTHER
    return _BY_STATE.get(state) or _BY_CLASS.get(state[:2], Failure.OTHER)


def rule_of(error: DBAPIError) -> str:
    """Name of the constraint that refused a row, as far as the database tells it. Never a value."""
    origin: Any = error.orig
    diagnosis = getattr(origin, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or diagnosis.column_name or origin.sqlstate)
    # SQLite names the constraint or the column, never what was written.
    return str(origin)
