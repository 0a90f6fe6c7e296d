"""What a transaction is going to write, gathered in order and sent together.

A write waits here until something is read or the transaction ends, so that the writes of a whole step make one round
trip on PostgreSQL. Whoever reads through the unit of work sees everything that was written before.

An attempt is a part of the transaction that can be undone by itself. As long as its writes wait here, to undo it is to drop
them; the database is given a savepoint only when it is asked something meanwhile. Attempts do not write the same rows, so
that what several of them write by one statement is sent as one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    NestedTransaction,
    Table,
    Text,
    Update,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from engine.store.failures import CommitInterrupted, Failure, failure_of
from engine.store.faults import fault, watched
from engine.store.prepared import Among, Prepared, Question, Unmatched, Values, send
from engine.store.upsert import table_of


@dataclass(frozen=True, slots=True)
class _Write:
    statement: Prepared
    rows: Sequence[Values]
    refusal: Callable[[], Exception] | None
    attempt: int | None = None
    """Number of the attempt that it belongs to."""


@dataclass
class _Attempt:
    number: int
    begun: int
    """How many writes were waiting before it."""
    savepoint: NestedTransaction | None = None


class Writes:
    """The writes of one transaction that the database has not been given yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[_Write] = []
        self._attempt: _Attempt | None = None
        self._attempts = 0
        self._failure: Exception | None = None

    def add(self, statement: Prepared, rows: Sequence[Values], refusal: Callable[[], Exception] | None = None) -> None:
        """Adds a statement that runs once a row. `refusal` makes the error for one that did not find exactly one row.

        Raises TypeError for a refusal of a statement that is not exact: it would be told of its row after the COMMIT.
        """
        if refusal is not None and not statement.exact:
            raise TypeError("Expected an exact statement for a write that can be refused")
        if rows:
            self._waiting.append(_Write(statement, rows, refusal, self._attempt.number if self._attempt else None))

    def point(self, name: str) -> None:
        """Marks a point of `engine.store.faults`: it is reached when all before it is written and nothing after it."""
        if watched():
            self.flush()
            fault(name)

    def begin_attempt(self) -> None:
        """What is written from here on can be undone by itself. Attempts do not lie inside each other."""
        if self._attempt is not None:
            raise RuntimeError("Expected an attempt to end before another one begins")
        self._attempts += 1
        self._attempt = _Attempt(self._attempts, len(self._waiting))

    def end_attempt(self) -> None:
        """Keeps the attempt, as far as the rest of the transaction is kept."""
        attempt = self._attempt
        if attempt is not None and attempt.savepoint is not None:
            with attempt.savepoint:
                self.flush()
        self._attempt = None

    def undo_attempt(self) -> None:
        """Undoes what was written since the attempt began, and nothing else."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            del self._waiting[attempt.begun :]
            if attempt.savepoint is not None and attempt.savepoint.is_active:
                attempt.savepoint.rollback()

    def flush(self, *questions: Question) -> list[list[Any]]:
        """Sends what is waiting and these questions after it; the rows of each.

        Raises the refusal of a write that did not find its row. When what was written outside of attempts, or by those that
        have ended, cannot be sent, the transaction is lost: it raises that again and again, so that nothing is committed.
        """
        if self._failure is not None:
            raise self._failure
        attempt = self._attempt
        if attempt is None:
            return self._send_kept(len(self._waiting), questions)
        if attempt.savepoint is None:
            self._send_kept(attempt.begun)
            attempt.begun, attempt.savepoint = 0, self._connection.begin_nested()
        return self._send(len(self._waiting), questions)

    def finish(self) -> None:
        """Sends what is waiting and, on PostgreSQL, COMMIT with it, which saves a round trip.

        Raises what `flush` raises, and CommitInterrupted when the connection was lost meanwhile.
        """
        if watched() or not self._waiting or self._failure or self._connection.dialect.name != "postgresql":
            self.flush()
            return
        try:
            self._send(len(self._waiting), (), commit=True)
        except DBAPIError as error:
            if failure_of(error) is Failure.LOST:
                raise CommitInterrupted from error
            raise

    def _send_kept(self, number: int, questions: Sequence[Question] = ()) -> list[list[Any]]:
        try:
            return self._send(number, questions)
        except Exception as error:
            self._failure = error
            raise

    def _send(self, number: int, questions: Sequence[Question], *, commit: bool = False) -> list[list[Any]]:
        """Sends the first so many of what is waiting, and the questions."""
        orders = _together(self._waiting[:number])
        del self._waiting[:number]
        if not orders and not questions and not commit:
            return []
        try:
            found, answers = send(self._connection, [(order.statement, order.rows) for order in orders], questions, commit=commit)
        except Unmatched as error:
            refusal = orders[error.number].refusal
            raise (refusal() if refusal else error) from error
        for changed, order in zip(found, orders, strict=True):
            if order.refusal is not None and changed != len(order.rows):
                raise order.refusal()
        return answers


def _together(writes: Sequence[_Write]) -> list[_Write]:
    """The same writes with those of several attempts by one statement as one; each attempt's own stay in their order."""
    orders: list[_Write] = []
    first, newest = 0, dict[int, int]()
    for write in writes:
        if write.attempt is None:
            orders.append(write)
            first = len(orders)
            continue
        begin = max(first, newest.get(write.attempt, 0))
        place = next((n for n in range(begin, len(orders)) if orders[n].statement is write.statement), len(orders))
        if place == len(orders):
            orders.append(replace(write, rows=list(write.rows)))
        else:
            cast(list[Values], orders[place].rows).extend(write.rows)
        newest[write.attempt] = place
    return orders


def insert_of(table: type[DeclarativeBase], **reckoned: Any) -> Prepared:
    """A new row of a table; every column is given but those that the database reckons by these expressions."""
    target = table_of(table)
    one = insert(target).values({**_values(target), **reckoned})
    return Prepared(one, many=None if reckoned else insert(target).from_select(*_rows_of(target)))


def upsert_of(table: type[DeclarativeBase]) -> Prepared:
    """A row of a table that overwrites the one with its primary key, if there is one; every column is given."""
    target = table_of(table)
    keys = [column.name for column in target.primary_key]

    def overwriting(made: Any) -> Any:
        changed = {column.name: made.excluded[column.name] for column in target.columns if column.name not in keys}
        return made.on_conflict_do_update(index_elements=keys, set_=changed)

    def one(dialect: str) -> Any:
        return overwriting((postgresql if dialect == "postgresql" else sqlite).insert(target).values(_values(target)))

    return Prepared(one, many=overwriting(postgresql.insert(target).from_select(*_rows_of(target))))


def _rows_of(target: Table) -> tuple[list[str], Any]:
    """The columns of a table, and a query that reads rows of them from JSON text on PostgreSQL."""
    columns = [column(each.name, each.type) for each in target.columns]
    text = cast_to(bindparam("rows", type_=Text()), JSON())
    rows = func.json_to_recordset(text).table_valued(*columns).render_derived(with_types=True)
    return [each.name for each in target.columns], select(*rows.c)


def _values(target: Table) -> dict[str, Any]:
    return {column.name: bindparam(column.name, type_=column.type) for column in target.columns}


def update_of(table: type[DeclarativeBase], *columns: str) -> Prepared:
    """New values for these columns of the row whose `key` is given."""
    return Prepared(_update(table_of(table), columns))


def exact_update_of(table: type[DeclarativeBase], *columns: str, only: ColumnElement[bool] | None = None) -> Prepared:
    """New values for these columns of the row whose `key` is given; it must be there, and `only` hold for it when it is given.

    On PostgreSQL the statement itself fails without it, so that what is sent behind it, a COMMIT too, is not carried out.
    """
    made = _update(table_of(table), columns)
    if only is not None:
        made = made.where(only)

    def one(dialect: str) -> Any:
        if dialect != "postgresql":
            return made
        changed = made.returning(literal_column("1").label("one")).cte("changed")
        return select((literal_column("1", BigInteger) // func.count()).label("whole")).select_from(changed)

    return Prepared(one, exact=True)


def _update(target: Table, columns: Sequence[str]) -> Update:
    values: dict[str, Any] = {name: bindparam(name, type_=target.c[name].type) for name in columns}
    return update(target).where(target.c.key == bindparam("the_key")).values(values)


def delete_of(column: InstrumentedAttribute[Any], *conditions: Any) -> Prepared:
    """The rows whose `column` is among `values` go away, as far as the conditions hold for them."""
    target = cast(Table, column.class_.__table__)
    return Prepared(delete(target).where(Among(target.c[column.key], "values"), *conditions))
