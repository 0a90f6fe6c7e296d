"""The types of a table's columns, and values read as one of them.

A value of the process is JSON: dates and instants are texts there. In a column it is a `Scalar` that compares as its type
says: numbers exactly, dates by the calendar, instants on the time line whatever their offset; written, they are in China's time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias, cast

from engine.decisions.faults import DecisionFault
from engine.errors import ExpressionError
from engine.expressions import JSON, compile_expression
from engine.expressions.dates import CHINA

Scalar: TypeAlias = str | int | Decimal | bool | date | datetime

ANY = "any"
KINDS = {
    "string": "string",
    "boolean": "boolean",
    "number": "number",
    "double": "number",
    "decimal": "number",
    "integer": "integer",
    "long": "integer",
    "date": "date",
    "datetime": "dateTime",
    "dateandtime": "dateTime",
    "any": ANY,
}
"""`typeRef` without prefix, spaces and capitals -> kind."""
ORDERED = frozenset({"string", "number", "integer", "date", "dateTime"})
NUMERIC = frozenset({"number", "integer"})

_DAY = compile_expression("date(x)")
_INSTANT = compile_expression("datetime(x)")


def read(value: JSON, kind: str) -> Scalar | None:
    """A value of the process as one of a kind; null stays null. Raises DecisionFault `wrong-type`, which names types only."""
    if value is None:
        return None
    return _READERS[kind](value)


def _text(value: JSON) -> Scalar:
    if type(value) is str:
        return value
    raise _wrong("a string", value)


def _number(value: JSON) -> Scalar:
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _wrong("a number", value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise _wrong("a number", value)
    return value


def _integer(value: JSON) -> Scalar:
    number = cast("int | Decimal", _number(value))
    if number != int(number):
        raise _wrong("a whole number", value)
    return int(number)


def _boolean(value: JSON) -> Scalar:
    if type(value) is bool:
        return value
    raise _wrong("a boolean", value)


def _date(value: JSON) -> Scalar:
    try:
        return date.fromisoformat(str(_DAY.evaluate({"x": value})))
    except ExpressionError:
        raise _wrong("a date", value) from None


def _datetime(value: JSON) -> Scalar:
    try:
        return datetime.fromisoformat(str(_INSTANT.evaluate({"x": value}))).astimezone(CHINA)
    except (ExpressionError, OverflowError):
        raise _wrong("a date and time", value) from None


def _any(value: JSON) -> Scalar:
    # Lists and dicts pass: only an expression in a cell can ask anything of them.
    return Decimal(repr(value)) if isinstance(value, float) else cast("Scalar", value)


_READERS: dict[str, Callable[[JSON], Scalar]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "dateTime": _datetime,
    ANY: _any,
}


def written(value: Scalar | None) -> JSON:
    """A scalar as the process keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def same(left: JSON, right: JSON) -> bool:
    """Whether two values of the process are equal in the language: `1 == 1.0`, but `true != 1`."""
    return _SAME.condition({"left": left, "right": right})


_SAME = compile_expression("left == right")


def _wrong(expected: str, value: JSON) -> DecisionFault:
    return DecisionFault("wrong-type", f"{expected} is needed where {word(value)} was found")


def word(value: JSON) -> str:
    """The word for a value's type."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "null" if value is None else "a list" if isinstance(value, list | tuple) else "a dict"
