"""Runs prepared statements on PostgreSQL by libpq's pipeline: any number of them in one round trip, planned once.

psycopg's cursors send every statement by itself, even in a pipeline, and forget what they have prepared with every
rollback. Here all statements are queued first and sent at once, each under a name that its connection keeps. BEGIN goes
with them when something may be written and no transaction is open. Values travel as text, in the spelling of PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.waiting import Ready, Wait
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, String, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.store.base import INSTANTS_AT_ONCE

COMMIT = b"COMMIT"
Texts = list[bytes | None]


class Call(NamedTuple):
    """One statement under the name that it is prepared by, with its values."""

    name: bytes
    sql: bytes
    values: Texts
    exact: bool = False
    """Whether it divides by the number of rows that it has changed, so that none is an error of the server's."""


class Unmatched(Exception):
    """A call that is `exact` has found no row to change; nothing that came with it was carried out after it."""

    def __init__(self, number: int) -> None:
        """`number` of the call, counted from 0."""
        super().__init__(number)
        self.number = number


class PreparingConnection(Protocol):
    """A psycopg connection that remembers what it has prepared."""

    prepared_names: set[bytes]

    @property
    def pgconn(self) -> Any: ...
    def wait(self, gen: PQGen[Any], /) -> Any: ...


def run(connection: PreparingConnection, calls: Iterable[Call], *, begin: bool = True, commit: bool = False) -> list[Any]:
    """Carries out the calls in their order; libpq's result of each.

    Without `begin` no transaction is opened for them: what only reads then leaves nothing to be ended in one more round trip.
    `commit` ends the transaction behind them if all of them succeed. Raises Unmatched when the first that fails is exact and
    has found no row, psycopg's Error for any other.
    """
    server, extra, exact = connection.pgconn, dict[int, bytes](), dict[int, int]()
    server.enter_pipeline_mode()
    try:
        try:
            _queue(connection, server, calls, extra, exact, begin)
            if commit:
                server.send_query_params(COMMIT, [])
        finally:
            # Whatever was queued is answered, also when a value could not be spelled.
            server.pipeline_sync()
            results = connection.wait(_exchange(server))
            _remember(connection, extra, results)
    finally:
        # A connection that is lost has no pipeline to leave.
        if server.status == psycopg.pq.ConnStatus.OK:
            server.exit_pipeline_mode()
    for number, result in enumerate(results):
        if result.status not in _DONE:
            error = error_from_result(result, encoding="utf-8")
            if number in exact and isinstance(error, psycopg.errors.DivisionByZero):
                raise Unmatched(exact[number]) from error
            raise error
    if commit and results.pop().command_status != COMMIT:
        # The server answers so when the transaction had failed before, and keeps nothing.
        raise psycopg.errors.InFailedSqlTransaction("Expected the transaction to be committed, but it was undone")
    return [result for number, result in enumerate(results) if number not in extra]


def _remember(connection: PreparingConnection, extra: dict[int, bytes], results: list[Any]) -> None:
    """Notes what the server has prepared, also when what came with it has failed: it keeps that through a rollback."""
    for number, name in extra.items():
        if name and number < len(results) and results[number].status == ExecStatus.COMMAND_OK:
            connection.prepared_names.add(name)


def _queue(
    connection: PreparingConnection,
    server: Any,
    calls: Iterable[Call],
    extra: dict[int, bytes],
    exact: dict[int, int],
    begin: bool,
) -> None:
    """Queues everything; `extra` are the numbers of the results that answer no call, with the name that each has prepared,
    `exact` those that answer an exact call, with its number.

    What fills a packet is sent at once, so that the server works while the rest is spelled.
    """
    known, number = connection.prepared_names, 0
    if begin and server.transaction_status == TransactionStatus.IDLE:
        server.send_query_params(b"BEGIN", [])
        extra[number] = b""
        number += 1
    for place, (name, sql, values, checked) in enumerate(calls):
        if name not in known and name not in extra.values():
            server.send_prepare(name, sql)
            extra[number] = name
            number += 1
        server.send_query_prepared(name, values)
        if checked:
            exact[number] = place
        number += 1


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


def spelling(kind: TypeEngine[Any], convert: Callable[[Any], Any] | None) -> Callable[[Any], bytes | None]:
    """How a value of that type is spelled for PostgreSQL, once `convert` has made of it what a driver would be given.

    The function raises DataError for a text that PostgreSQL cannot keep.
    """
    if convert is not None:
        spell = _text if isinstance(_bare(kind), String) else _text_of
        return lambda value: spell(convert(value))
    return _number if isinstance(kind, Integer) else _text if isinstance(kind, String) else _text_of


def _text_of(value: Any) -> bytes | None:
    return None if value is None else _SPELLED[type(value)](value)


def _number(value: int | None) -> bytes | None:
    return None if value is None else b"%d" % value


def _text(value: str | None) -> bytes | None:
    if value is None:
        return None
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return value.encode()


@lru_cache(INSTANTS_AT_ONCE)
def _instant(value: datetime) -> bytes:
    """Most rows of a step hold the same. Two times that are equal are the same time, however they are spelled."""
    return value.isoformat(" ").encode()


_DONE = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
_SPELLED: dict[type, Callable[[Any], bytes | None]] = {
    bool: lambda value: b"t" if value else b"f",
    int: _number,
    str: _text,
    datetime: _instant,
    date: lambda value: value.isoformat().encode(),
    UUID: lambda value: str(value).encode(),
    timedelta: lambda value: b"%d microseconds" % (value // timedelta(microseconds=1)),
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


def reading(kind: TypeEngine[Any], convert: Callable[[Any], Any] | None) -> Callable[[bytes], Any]:
    """How a column of that type is read from PostgreSQL's spelling, with `convert` on what a driver would give.

    Raises TypeError for a type that no hot statement reads.
    """
    bare = _bare(kind)
    found = next((read for known, read in _READ if isinstance(bare, known)), None)
    if found is None:
        raise TypeError(f"Expected a type that prepared statements can read, but found {kind!r}")
    read = found
    return read if convert is None else lambda text: convert(read(text))


def _bare(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind
