"""Reads the inputs of registered functions: absent and null are the same, a wrong type is Invalid with the input's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.calendar import TIME_ZONE
from engine.errors import ExpressionError, Invalid
from engine.expressions import compile_expression

Number = int | Decimal


def text(inputs: Mapping[str, Any], name: str) -> str | None:
    """A text, None when it is absent or empty."""
    value = inputs.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise wrong(name, "a text")
    return value


def texts(inputs: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, empty when it is absent."""
    value = inputs.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise wrong(name, "a list of texts")
    return tuple(value)


def number(inputs: Mapping[str, Any], name: str) -> Number | None:
    """A number, None when it is absent."""
    value = inputs.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(name, "a number")
    return value


def whole(inputs: Mapping[str, Any], name: str) -> int:
    """A whole number that must be there."""
    value = number(inputs, name)
    if not isinstance(value, int):
        raise wrong(name, "a whole number")
    return value


def flag(inputs: Mapping[str, Any], name: str) -> bool:
    """A truth value, False when it is absent."""
    value = inputs.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise wrong(name, "true or false")
    return value


def mapping(inputs: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object, empty when it is absent."""
    value = inputs.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(name, "an object")
    return value


def mappings(inputs: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """A list of objects, empty when it is absent."""
    value = inputs.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        raise wrong(name, "a list of objects")
    return tuple(value)


def instant(inputs: Mapping[str, Any], name: str) -> datetime | None:
    """An aware instant, None when it is absent. A date is its first moment; without an offset it is China's time."""
    value = text(inputs, name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise wrong(name, "an instant such as 2026-11-24T15:30:00+08:00") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=TIME_ZONE)


def now(inputs: Mapping[str, Any]) -> datetime:
    """The present instant, which must be there."""
    found = instant(inputs, "now")
    if found is None:
        raise wrong("now", "an instant")
    return found


def day(inputs: Mapping[str, Any], name: str) -> date | None:
    """A calendar day in China, None when it is absent."""
    found = instant(inputs, name)
    return None if found is None else found.astimezone(TIME_ZONE).date()


def after(start: datetime, length: str) -> datetime:
    """`start` moved by an ISO 8601 duration that counts every hour. Raises Invalid."""
    try:
        moved = _MOVE.evaluate({"start": start.isoformat(), "length": length})
    except ExpressionError:
        raise wrong(length, "a duration such as PT4H") from None
    return datetime.fromisoformat(str(moved))


def written(moment: datetime) -> str:
    """An instant as it is stored: UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def wrong(name: str, expected: str) -> Invalid:
    """The error for an input that cannot be used; it never holds the value, which may be a patient's."""
    return Invalid("function-input", "Expected input '{name}' to be {expected}, but it is not", name=name, expected=expected)


_MOVE = compile_expression("add(start, length)")
