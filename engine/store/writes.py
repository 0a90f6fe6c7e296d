"""What a transaction is going to write, gathered in order and sent together.

A write waits here until something is read or the transaction ends, so that the writes of a whole step make one round
trip on PostgreSQL. Whoever reads through the unit of work sees everything that was written before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import JSON, ColumnElement, Connection, Table, Text, bindparam, column, delete, func, insert, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from engine.store.faults import fault, watched
from engine.store.prepared import Among, Prepared, Question, Values, send
from engine.store.upsert import table_of


@dataclass(frozen=True, slots=True)
class _Write:
    statement: Prepared
    rows: Sequence[Values]
    refusal: Callable[[], Exception] | None


class Writes:
    """The writes of one transaction that the database has not been given yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[_Write] = []

    def add(self, statement: Prepared, rows: Sequence[Values], refusal: Callable[[], Exception] | None = None) -> None:
        """Adds a statement that runs once a row. `refusal` makes the error for one that did not find exactly one row."""
        if rows:
            self._waiting.append(_Write(statement, rows, refusal))

    def point(self, name: str) -> None:
        """Marks a point of `engine.store.faults`: it is reached when all before it is written and nothing after it."""
        if watched():
            self.flush()
            fault(name)

    def forget(self) -> None:
        """Drops what is waiting: the part of the transaction that wrote it is undone."""
        self._waiting = []

    def flush(self, *questions: Question) -> list[list[Any]]:
        """Sends what is waiting and these questions after it; the rows of each.

        Raises the refusal of a write that did not find its row.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting and not questions:
            return []
        found, answers = send(self._connection, [(write.statement, write.rows) for write in waiting], questions)
        for number, write in zip(found, waiting, strict=True):
            if write.refusal is not None and number != 1:
                raise write.refusal()
        return answers


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


def update_of(table: type[DeclarativeBase], *columns: str, only: ColumnElement[bool] | None = None) -> Prepared:
    """New values for these columns of the row whose `key` is given, if the condition `only` holds for it when it is given."""
    target = table_of(table)
    values: dict[str, Any] = {name: bindparam(name, type_=target.c[name].type) for name in columns}
    return Prepared(update(target).where(target.c.key == bindparam("the_key"), *(() if only is None else (only,))).values(values))


def delete_of(column: InstrumentedAttribute[Any], *conditions: Any) -> Prepared:
    """The rows whose `column` is among `values` go away, as far as the conditions hold for them."""
    target = cast(Table, column.class_.__table__)
    return Prepared(delete(target).where(Among(target.c[column.key], "values"), *conditions))
