"""The values of the language: null, booleans, numbers, text, lists, dicts. What they are, when they
are equal, how large they get.

There is one kind of number. An `int` has no decimal places, a `Decimal` has at least one (`6/2` is the int 3, `1.50` keeps
its two places), so a value is the same before and after it has been stored as JSON. A boolean is not a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TypeAlias

from engine.expressions.faults import Fault
from engine.expressions.limits import MAX_ITEMS, MAX_LEVELS, MAX_NUMBER, MAX_PLACES, MAX_STEPS, MAX_TEXT, TEXT_STEP

JSON: TypeAlias = "bool | int | float | Decimal | str | list[JSON] | dict[str, JSON] | None"
"""A value as it is stored. Floats occur in data only; the language reads them as Decimal."""

# 120 digits hold any product or sum of two numbers exactly, and any quotient so far that its 20th place is rounded rightly.
EXACT = Context(prec=120, Emax=100_000, Emin=-100_000, traps=[InvalidOperation, DivisionByZero, Overflow])

_PLAIN = frozenset({type(None), bool, int, str, list, dict})
_SCALAR = frozenset({type(None), bool, int, str, Decimal})
_SMALLEST = Decimal(1).scaleb(-MAX_PLACES)
_KINDS: dict[type, str] = {bool: "boolean", int: "number", Decimal: "number", str: "text", list: "list", dict: "dict"}


class Meter:
    """Counts the work of one evaluation, so that large data cannot make a small expression slow."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Takes `steps` from what is left."""
        self.left -= steps
        if self.left < 0:
            raise Fault("too-many-steps", f"it needs more than {MAX_STEPS} steps", limit=MAX_STEPS)


def kind(value: object) -> str:
    """The word for a value's type, for messages."""
    return "null" if value is None else _KINDS.get(type(value), "unknown")


def wrong_type(expected: str, value: object) -> Fault:
    """The fault for a value of the wrong type; it names types, never the value."""
    return Fault("wrong-type", f"{expected} is needed where a {kind(value)} was found", expected=expected, found=kind(value))


def admit(value: object) -> JSON:
    """A value met in data as a value of the language: floats become Decimal, read-only mappings dicts, tuples lists."""
    if type(value) in _PLAIN:
        return value  # type: ignore[return-value]
    if isinstance(value, float | Decimal):
        return _admit_decimal(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(value)
    raise Fault("unsupported-value", "a value in the data is not JSON")


def _admit_decimal(value: float | Decimal) -> int | Decimal:
    decimal = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not decimal.is_finite():
        raise Fault("unsupported-value", "a number in the data is not finite")
    return number(decimal)


def number(value: Decimal) -> int | Decimal:
    """The result of a calculation in its one form: bounded, at most 20 places, an int when it has none."""
    if value and value.adjusted() >= 30:
        raise too_large_number()
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Fault("bad-number", "the result is not a number")
    if exponent >= 0:
        return int(value)
    if exponent < -MAX_PLACES:
        value = EXACT.quantize(value, _SMALLEST)
    return value if value else value.copy_abs()


def whole(value: int) -> int:
    """An int that is not too large."""
    if -MAX_NUMBER < value < MAX_NUMBER:
        return value
    raise too_large_number()


def too_large_number() -> Fault:
    """The fault for numbers of more than 30 digits before the point."""
    return Fault("number-too-large", "a number has more than 30 digits")


def number_text(value: int | Decimal) -> str:
    """A number in plain digits, never with an exponent."""
    return str(whole(value)) if type(value) is int else format(value, "f")


def as_number(value: JSON) -> int | Decimal:
    """The value, which must be a number (a boolean is none)."""
    if type(value) is int or type(value) is Decimal:
        return value
    raise wrong_type("a number", value)


def as_whole(value: JSON) -> int:
    """The value, which must be a number without decimal places."""
    found = as_number(value)
    if type(found) is int:
        return found
    if found == int(found):
        return int(found)
    raise Fault("wrong-type", "a whole number is needed where one with decimal places was found", expected="a whole number")


def as_text(value: JSON) -> str:
    """The value, which must be a text."""
    if type(value) is str:
        return value
    raise wrong_type("a text", value)


def as_list(value: JSON) -> list[JSON]:
    """The value, which must be a list, with its items admitted."""
    if type(value) is not list:
        raise wrong_type("a list", value)
    if len(value) > MAX_ITEMS:
        raise too_many_items()
    return [admit(item) for item in value]


def as_dict(value: JSON) -> dict[str, JSON]:
    """The value, which must be a dict."""
    if type(value) is dict:
        return value
    raise wrong_type("a dict", value)


def bounded_text(text: str) -> str:
    """A text that was built, if it is not too long."""
    if len(text) <= MAX_TEXT:
        return text
    raise Fault("too-large", f"a text has more than {MAX_TEXT} characters", limit=MAX_TEXT)


def bounded_list(items: list[JSON]) -> list[JSON]:
    """A list that was built, if it is not too long."""
    if len(items) <= MAX_ITEMS:
        return items
    raise too_many_items()


def too_many_items() -> Fault:
    """The fault for lists that are too long."""
    return Fault("too-large", f"a list has more than {MAX_ITEMS} items", limit=MAX_ITEMS)


def open_key(key: str) -> str:
    """A key that may be looked up: names with a leading underscore belong to nobody."""
    if key.startswith("_"):
        raise Fault("not-allowed", "names that begin with '_' are not allowed")
    return key


def text_of(value: JSON) -> str:
    """The value as text: null is empty, booleans are true and false. Lists and dicts have no text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int or type(value) is Decimal:
        return number_text(value)
    raise wrong_type("a text or a number", value)


def equal(left: JSON, right: JSON, meter: Meter, level: int = 0) -> bool:
    """Equality by value, at any depth, of two admitted values. `1 == 1.0`, but values of different types are unequal."""
    kind_left, kind_right = type(left), type(right)
    if kind_left is kind_right and kind_left in _SCALAR:
        return left == right
    if kind_left in _SCALAR and kind_right in _SCALAR:
        return kind_left is not bool and kind_right is not bool and left == right
    return _equal_deep(left, right, meter, level)


def _equal_deep(left: JSON, right: JSON, meter: Meter, level: int) -> bool:
    if level > MAX_LEVELS:
        raise Fault("too-large", f"data is nested deeper than {MAX_LEVELS} levels", limit=MAX_LEVELS)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        meter.spend(len(left) + 1)
        return all(equal(admit(a), admit(b), meter, level + 1) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        meter.spend(len(left) + 1)
        return all(equal(admit(item), admit(right[key]), meter, level + 1) for key, item in left.items())
    return False


def measure(value: JSON, meter: Meter, level: int = 0) -> None:
    """Refuses a built value that is too deep or has too many parts, counting shared parts each time they occur."""
    if level > MAX_LEVELS:
        raise Fault("too-large", f"the result is nested deeper than {MAX_LEVELS} levels", limit=MAX_LEVELS)
    if isinstance(value, str):
        meter.spend(len(value) // TEXT_STEP)
    elif isinstance(value, list):
        meter.spend(len(value) + 1)
        for item in value:
            measure(item, meter, level + 1)
    elif isinstance(value, dict):
        meter.spend(len(value) + 1)
        for item in value.values():
            measure(item, meter, level + 1)
