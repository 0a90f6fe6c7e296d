"""Statements of the hot path: built and compiled once for each database, then handed straight to its driver.

Building a statement and wrapping its result costs SQLAlchemy more than the database needs to carry it out, so what every
step of every case runs is a `Prepared` at the top of its module, and costs what the driver costs. Types, quoting and the
differences between the databases are still SQLAlchemy's; an error is the one it would have raised, without parameters.

Several questions that do not need each other's answer go to the server together, and so do several writes: one round
trip on PostgreSQL (see `engine.store.pipeline`), one call after the other on SQLite, which has no trips to save.
"""

from __future__ import annotations

import itertools
import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Boolean,
    ClauseElement,
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    Executable,
    Select,
    TableValuedAlias,
    Text,
    bindparam,
    func,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.store import pipeline
from engine.store.base import Executes, dump_json

READING = "liandong_reading"
"""The execution option of a connection that only reads."""
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Question:
    """A prepared statement with the values it is asked with."""

    statement: Prepared
    values: Values


class Prepared:
    """One statement. Its open values are the `bindparam`s it was built with, given by name when it runs.

    `the_key` is given as `key`: SQLAlchemy keeps the names of an updated table's columns for itself.
    """

    def __init__(
        self, statement: Executable | Callable[[str], Executable], *, many: Executable | None = None, exact: bool = False
    ) -> None:
        """A function makes the statement from the database's name, where the two have different ones.

        `many` does on PostgreSQL for any number of rows at once what `statement` does for one: it takes them as `rows`, the
        JSON text of objects by the same names. `exact` is told of a statement that divides by the number of rows it changes
        on PostgreSQL.
        """
        self._statement = statement
        self.exact = exact
        self._many = None if many is None else Prepared(many)
        self._forms: dict[str, _Form] = {}

    def question(self, **values: Any) -> Question:
        """This statement with these values, to be asked together with others."""
        return Question(self, values)

    def all(self, connection: Executes, **values: Any) -> list[Any]:
        """Every row it finds, as a named tuple."""
        return ask(connection, self.question(**values))[0]

    def first(self, connection: Executes, **values: Any) -> Any:
        """The first row it finds, None when there is none."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def value(self, connection: Executes, **values: Any) -> Any:
        """The first column of the first row, None when there is none."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def many_form(self, dialect: Dialect, number: int) -> _Form | None:
        """What carries it out for that number of rows at once; None where each row takes its own call."""
        return None if self._many is None or number == 1 else self._many.form(dialect)

    def form(self, dialect: Dialect) -> _Form:
        """What it is on one database."""
        form = self._forms.get(dialect.name)
        if form is None:
            statement = self._statement(dialect.name) if callable(self._statement) else self._statement
            form = self._forms[dialect.name] = _Form(statement, dialect, self.exact)
        return form


class _Form:
    """A statement in the words of one database."""

    def __init__(self, statement: Executable, dialect: Dialect, exact: bool) -> None:
        postgres = dialect.name == "postgresql"
        self._exact = exact
        # The server numbers its parameters; everything else about the dialect stays.
        words = cast(Any, type(dialect))(paramstyle="numeric_dollar") if postgres else dialect
        compiled = cast(SQLCompiler, cast(ClauseElement, statement).compile(dialect=words))
        self.sql = str(compiled)
        self._name, self._bytes = f"liandong_{next(_NUMBERS)}".encode(), self.sql.encode()
        self._names: list[str] = []
        self._converters: list[tuple[int, Convert]] = []
        self._spellings: list[Convert] = []
        self._constants: dict[str, Any] = {}
        for number, name in enumerate(compiled.positiontup or ()):
            bind = compiled.binds[name]
            convert = _binding(bind.type, dialect)
            self._names.append(name.removeprefix("the_"))
            self._spellings.append(pipeline.spelling(bind.type, convert))
            if convert is not None:
                self._converters.append((number, convert))
            if not bind.required:
                self._constants[name] = compiled.params[name]
        self._pick = _picking(self._names)
        columns: list[Any] = list(getattr(statement, "exported_columns", ()))
        self._row = namedtuple("Row", [column.key for column in columns]) if columns else None
        readers = [_reading(column.type, dialect) for column in columns]
        read = (
            [pipeline.reading(column.type, reader) for column, reader in zip(columns, readers, strict=True)] if postgres else []
        )
        self._spelled = list(enumerate(read))
        self._readers = [(number, reader) for number, reader in enumerate(readers) if reader is not None]

    def text(self, rows: Sequence[Values]) -> str:
        """The values of these rows as the JSON text of objects."""
        objects = [dict(zip(self._names, self.parameters(row), strict=True)) for row in rows]
        return json.dumps(objects, default=str, ensure_ascii=False, check_circular=False)

    def call(self, values: Values) -> pipeline.Call:
        """The statement as PostgreSQL's pipeline takes it."""
        if self._constants:
            values = {**values, **self._constants}
        spelled = [spell(value) for spell, value in zip(self._spellings, self._pick(values), strict=True)]
        return pipeline.Call(self._name, self._bytes, spelled, self._exact)

    def parameters(self, values: Values) -> list[Any]:
        """The values in the order and the types of the driver. Raises KeyError for one that is missing."""
        if self._constants:
            values = {**values, **self._constants}
        parameters = list(self._pick(values))
        for number, convert in self._converters:
            parameters[number] = convert(parameters[number])
        return parameters

    def spelled_rows(self, result: Any) -> list[Any]:
        """libpq's result as named tuples of Python values."""
        make, get = cast(Any, self._row)._make, result.get_value
        return [
            make([None if (text := get(row, column)) is None else read(text) for column, read in self._spelled])
            for row in range(result.ntuples)
        ]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows as named tuples of Python values."""
        make = cast(Any, self._row)._make
        if not self._readers:
            return [make(row) for row in found]
        rows = []
        for row in found:
            values = list(row)
            for number, reader in self._readers:
                values[number] = reader(values[number])
            rows.append(make(values))
        return rows


def bare_connection(connection: Executes) -> Connection:
    """The connection itself, of a session too."""
    return connection if isinstance(connection, Connection) else cast(Session, connection).connection()


def ask(connection: Executes, *questions: Question) -> list[list[Any]]:
    """The rows of each question. They are asked in this order, each seeing what those before it had locked."""
    # Anything else is a session, or Flask-SQLAlchemy's stand-in for one.
    bare = bare_connection(connection)
    if not bare.in_transaction():
        bare.begin()
    return send(bare, (), questions)[1]


class Unmatched(Exception):
    """A statement that is exact has found no row to change."""

    def __init__(self, number: int) -> None:
        """`number` of the statement among those that were sent, counted from 0."""
        super().__init__(number)
        self.number = number


def send(
    connection: Connection,
    orders: Sequence[tuple[Prepared, Sequence[Values]]],
    questions: Sequence[Question] = (),
    *,
    commit: bool = False,
) -> tuple[list[int], list[list[Any]]]:
    """Carries out each statement once for each of its rows, and then asks; all of it together.

    Says of each statement how many rows of the database it has found, and gives the rows of each question. `commit`, on
    PostgreSQL only, ends the transaction if all of it succeeds. Raises Unmatched for an exact statement without its row.
    """
    with driver(connection) as raw:
        if connection.dialect.name == "postgresql":
            # Every statement sees what is committed when it begins, so that a transaction would give a reader nothing.
            begin = not connection.get_execution_options().get(READING, False)
            return _pipelined(raw, connection.dialect, orders, questions, begin=begin, commit=commit)
        cursor, found, answers = raw.cursor(), [], []
        for statement, rows in orders:
            form = statement.form(connection.dialect)
            if len(rows) == 1:
                cursor.execute(form.sql, form.parameters(rows[0]))
            else:
                cursor.executemany(form.sql, [form.parameters(row) for row in rows])
            found.append(cursor.rowcount)
        for question in questions:
            form = question.statement.form(connection.dialect)
            answers.append(form.rows(cursor.execute(form.sql, form.parameters(question.values)).fetchall()))
        return found, answers


def _pipelined(
    raw: Any,
    dialect: Dialect,
    orders: Sequence[tuple[Prepared, Sequence[Values]]],
    questions: Sequence[Question],
    *,
    begin: bool,
    commit: bool,
) -> tuple[list[int], list[list[Any]]]:
    found, owners = [0] * len(orders), list[int]()
    forms = [question.statement.form(dialect) for question in questions]

    def calls() -> Iterator[pipeline.Call]:
        for number, (statement, rows) in enumerate(orders):
            form, many = statement.form(dialect), statement.many_form(dialect, len(rows))
            if many is not None:
                owners.append(number)
                yield many.call({"rows": form.text(rows)})
                continue
            for row in rows:
                owners.append(number)
                yield form.call(row)
        for form, question in zip(forms, questions, strict=True):
            yield form.call(question.values)

    try:
        results = pipeline.run(raw, calls(), begin=begin, commit=commit)
    except pipeline.Unmatched as error:
        raise Unmatched(owners[error.number]) from error
    for number, result in zip(owners, results, strict=False):
        found[number] += result.command_tuples or 0
    answers = results[len(owners) :]
    return found, [form.spelled_rows(result) for form, result in zip(forms, answers, strict=True)]


@contextmanager
def driver(connection: Connection) -> Iterator[Any]:
    """The driver's own connection. Its errors become SQLAlchemy's; a lost connection leaves the pool."""
    dialect = connection.dialect
    base = cast(Any, dialect.loaded_dbapi).Error
    fairy = connection.connection
    try:
        yield fairy.driver_connection
    except base as error:
        lost = dialect.is_disconnect(error, cast(Any, fairy), None)
        if lost:
            connection.invalidate(error)
        wrapped = DBAPIError.instance(None, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect)
        raise cast(SQLAlchemyError, wrapped) from error


class Among(ColumnElement[bool]):
    """`column` is one of the values named `name`: a list of any length in one value, so that the statement stays the same."""

    inherit_cache = False
    type = Boolean()
    # A condition as it stands; SQLAlchemy would compare it with 1 on SQLite.
    _is_implicitly_boolean = True

    def __init__(self, column: Any, name: str) -> None:
        self.column = _clause(column)
        self.values = bindparam(name, type_=_List())


class AmongFound(ColumnElement[bool]):
    """`column` is one of the values that a query finds: the query first, then an index on the column.

    PostgreSQL is left no other way. It plans a statement once a connection, when its tables may still be empty, and reading a
    whole table to join it looks cheap then.
    """

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, column: Any, query: Select[Any] | CompoundSelect[Any]) -> None:
        self.column = _clause(column)
        self.query = query.scalar_subquery()


class _List(TypeDecorator[Any]):
    """An array on PostgreSQL, spelled as text since that is quicker than the driver's own; JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        if dialect.name != "postgresql":
            return dump_json(list(value))
        return "{" + ",".join(_item(item) for item in value) + "}"


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    array = compiler.dialect.type_compiler_instance.process(ARRAY(element.column.type))
    return f"{compiler.process(element.column, **kw)} = ANY(CAST({compiler.process(element.values, **kw)} AS {array}))"


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  both were written by SQLAlchemy


@compiles(AmongFound, "postgresql")
def _among_found_postgresql(element: AmongFound, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY(ARRAY{compiler.process(element.query, **kw)})"


@compiles(AmongFound, "sqlite")
def _among_found_sqlite(element: AmongFound, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} IN {compiler.process(element.query, **kw)}"


def each_of(name: str) -> TableValuedAlias:
    """The values named `name`, one a row, in the column `value`. On PostgreSQL only."""
    array = cast_to(bindparam(name, type_=_List()), ARRAY(Text))
    return func.unnest(array).table_valued("value").render_derived(name=f"each_{name}")


def _clause(column: Any) -> Any:
    return column.__clause_element__() if hasattr(column, "__clause_element__") else column


def _item(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _picking(names: Sequence[str]) -> Callable[[Values], Sequence[Any]]:
    """What takes the values of these names out of a row, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return cast("Convert | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return cast("Convert | None", kind.dialect_impl(dialect).result_processor(dialect, None))
