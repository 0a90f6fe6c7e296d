"""Runs prepared statements on PostgreSQL by libpq's pipeline: any number of them in one round trip, planned once.

psycopg's cursors send every statement by itself, even in a pipeline, and forget what they have prepared with every
rollback. Here all statements are queued first and sent at once, each under a name that its connection keeps. BEGIN goes
with them when no transaction is open. Values travel as text, in the spelling of PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.waiting import Ready, Wait
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, String, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

Texts = list[bytes | None]


@dataclass(frozen=True, slots=True)
class Call:
    """One statement under the name that it is prepared by, with its values."""

    name: bytes
    sql: bytes
    values: Texts


class PreparingConnection(Protocol):
    """A psycopg connection that remembers what it has prepared."""

    prepared_names: set[bytes]

    @property
    def pgconn(self) -> Any: ...
    def wait(self, gen: PQGen[Any], /) -> Any: ...


def run(connection: PreparingConnection, calls: Iterable[Call]) -> list[Any]:
    """Carries out the calls in their order; libpq's result of each. Raises psycopg's Error for the first that fails."""
    server, expected = connection.pgconn, list[bool | bytes]()
    server.enter_pipeline_mode()
    try:
        try:
            _queue(connection, server, calls, expected)
        finally:
            # Whatever was queued is answered, also when a value could not be spelled.
            server.pipeline_sync()
            results = connection.wait(_exchange(server))
            _remember(connection, expected, results)
    finally:
        # A connection that is lost has no pipeline to leave.
        if server.status == psycopg.pq.ConnStatus.OK:
            server.exit_pipeline_mode()
    answers = []
    for kept, result in zip(expected, results, strict=False):
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise error_from_result(result, encoding="utf-8")
        if kept is True:
            answers.append(result)
    return answers


def _remember(connection: PreparingConnection, expected: list[bool | bytes], results: list[Any]) -> None:
    """Notes what the server has prepared, also when what came with it has failed: it keeps that through a rollback."""
    for kept, result in zip(expected, results, strict=False):
        if isinstance(kept, bytes) and result.status == ExecStatus.COMMAND_OK:
            connection.prepared_names.add(kept)


def _queue(connection: PreparingConnection, server: Any, calls: Iterable[Call], expected: list[bool | bytes]) -> None:
    """Queues everything; adds to `expected` of each result whether it is an answer, or the name that it has prepared.

    What fills a packet is sent at once, so that the server works while the rest is spelled.
    """
    fresh: set[bytes] = set()
    if server.transaction_status == TransactionStatus.IDLE:
        server.send_query_params(b"BEGIN", [])
        expected.append(False)
    for call in calls:
        if call.name not in connection.prepared_names and call.name not in fresh:
            server.send_prepare(call.name, call.sql)
            fresh.add(call.name)
            expected.append(call.name)
        server.send_query_prepared(call.name, call.values)
        expected.append(True)


def _exchange(server: Any) -> PQGen[list[Any]]:
    results: list[Any] = []
    while server.flush():
        ready = yield Wait.RW
        if ready & Ready.R:
            server.consume_input()
    while True:
        while server.is_busy():
            yield Wait.R
            server.consume_input()
        result = server.get_result()
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)


def text_of(value: Any) -> bytes | None:
    """A value as PostgreSQL spells it. Raises DataError for a text it cannot keep."""
    return None if value is None else _SPELLED[type(value)](value)


def _text(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return value.encode()


_SPELLED: dict[type, Callable[[Any], bytes]] = {
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    str: _text,
    datetime: lambda value: value.isoformat(" ").encode(),
    date: lambda value: value.isoformat().encode(),
    UUID: lambda value: str(value).encode(),
}
_READ: tuple[tuple[type[TypeEngine[Any]], Callable[[bytes], Any]], ...] = (
    (BigInteger, int),
    (Integer, int),
    (Boolean, lambda text: text == b"t"),
    (Uuid, lambda text: UUID(text.decode())),
    (DateTime, lambda text: datetime.fromisoformat(text.decode())),
    (Date, lambda text: date.fromisoformat(text.decode())),
    (String, bytes.decode),
)


def reading(kind: TypeEngine[Any]) -> Callable[[bytes], Any]:
    """How a column of that type is read from PostgreSQL's spelling. Raises TypeError for a type that no hot statement reads."""
    bare = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    for known, read in _READ:
        if isinstance(bare, known):
            return read
    raise TypeError(f"Expected a type that prepared statements can read, but found {kind!r}")
