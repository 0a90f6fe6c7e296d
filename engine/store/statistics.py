"""What statistics ask of a database, where the two have different words for it.

Percentile      the smallest value that a share of the rows does not exceed
seconds         whole seconds of an instant since 1970, by the county's clock
json_text       one text out of a JSON object
numbered        a list of numbers as rows, each with its place in the list
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import JSON

from engine.store.base import dump_json

LOCAL_OFFSET = 8 * 3600
"""Seconds by which the county's clock is ahead of UTC; it has known no summer time since 1991."""
DAY = 24 * 3600


class Percentile(ColumnElement[int]):
    """The smallest value of `column` that `share` (0 to 1) of the rows with a value do not exceed; None without any."""

    inherit_cache = False
    type = BigInteger()

    def __init__(self, column: ColumnElement[Any], share: float) -> None:
        self.column = column
        self.share = share


@compiles(Percentile, "postgresql")
def _percentile_postgresql(element: Percentile, compiler: SQLCompiler, **kw: Any) -> str:
    return f"percentile_disc({element.share}) WITHIN GROUP (ORDER BY {compiler.process(element.column, **kw)})"


@compiles(Percentile, "sqlite")
def _percentile_sqlite(element: Percentile, compiler: SQLCompiler, **kw: Any) -> str:
    return f"percentile_disc({compiler.process(element.column, **kw)}, {element.share})"


class PercentileAggregate:
    """`percentile_disc(value, share)` for SQLite, which has none."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._share = 0.0

    def step(self, value: Any, share: float) -> None:
        """One more row."""
        if value is not None:
            self._values.append(value)
            self._share = share

    def finalize(self) -> Any:
        """The value asked for."""
        if not self._values:
            return None
        self._values.sort()
        return self._values[max(ceil(self._share * len(self._values)) - 1, 0)]


def seconds(dialect: str, instant: Any) -> ColumnElement[int]:
    """Whole seconds of an instant since 1970-01-01 00:00 by the county's clock: `// DAY` is the local day, `% DAY` its second."""
    if dialect == "postgresql":
        return cast(func.floor(func.extract("epoch", instant)), BigInteger) + LOCAL_OFFSET
    return cast(func.strftime("%s", instant), Integer) + LOCAL_OFFSET


def json_text(dialect: str, column: Any, name: str) -> Any:
    """The text that a JSON object in `column` holds under `name`; None where it holds none."""
    if dialect == "postgresql":
        return type_coerce(cast(type_coerce(column, Text()), JSON), JSON)[name].as_string()
    return func.json_extract(type_coerce(column, Text()), literal(f'$."{name}"'), type_=Text())


def json_seconds(dialect: str, column: Any, name: str) -> ColumnElement[int]:
    """`seconds` of the instant that a JSON object in `column` holds under `name` as ISO 8601 text."""
    text = json_text(dialect, column, name)
    if dialect == "postgresql":
        return seconds(dialect, cast(text, DateTime(timezone=True)))
    return seconds(dialect, text)


def numbered(dialect: str, values: Sequence[int], first: int) -> Select[int, int]:
    """Rows of `position`, from `first` on, and `value`."""
    if dialect == "postgresql":
        array = cast(bindparam(None, "{" + ",".join(map(str, values)) + "}", type_=Text()), ARRAY(Integer))
        rows = func.unnest(array).table_valued("value", with_ordinality="place", name="listed").render_derived()
        return select(
            (cast(rows.c.place, BigInteger) + (first - 1)).label("position"), cast(rows.c.value, BigInteger).label("value")
        )
    listed = func.json_each(bindparam(None, dump_json(list(values)), type_=Text())).table_valued("key", "value")
    return select((cast(listed.c.key, Integer) + first).label("position"), cast(listed.c.value, Integer).label("value"))


def between(value: ColumnElement[int], least: int, most: int) -> ColumnElement[int]:
    """`value`, but not less than `least` and not more than `most`."""
    return case((value <= least, least), (value >= most, most), else_=value)
