"""What statistics ask of a database, where the two have different words for it.

Percentile      the smallest value that a share of the rows does not exceed
seconds         whole seconds of an instant since 1970, by the county's clock
json_text       one text out of a JSON object
numbered        a list of numbers as rows, each with its place in the list
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
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
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON

from engine.store.base import dump_json

LOCAL_OFFSET = 8 * 3600
"""Seconds by which the county's clock is ahead of UTC; it has known no summer time since 1991."""
DAY = 24 * 3600


class Percentile(FunctionElement[int]):
    """The smallest value of `column` that `share` (0 to 1) of the rows with a value do not exceed; None without any."""

    inherit_cache = True
    type = BigInteger()

    def __init__(self, column: ColumnElement[Any], share: float) -> None:
        super().__init__(column, literal(share, Double()))


@compiles(Percentile, "postgresql")
def _percentile_postgresql(element: Percentile, compiler: SQLCompiler, **kw: Any) -> str:
    column, share = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"percentile_disc(CAST({share} AS double precision)) WITHIN GROUP (ORDER BY {column})"


@compiles(Percentile, "sqlite")
def _percentile_sqlite(element: Percentile, compiler: SQLCompiler, **kw: Any) -> str:
    column, share = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"percentile(json_group_array({column}), {share})"


def percentile(values: str, share: float) -> Any:
    """What SQLite has no word for, from all values of a group as a JSON list: calling Python for each would take far longer."""
    known = sorted(value for value in json.loads(values) if value is not None)
    return known[max(ceil(share * len(known)) - 1, 0)] if known else None


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
