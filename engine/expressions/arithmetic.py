"""Calculation and order. Exact in whole and decimal numbers; a quotient is rounded half to even at the 20th place."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from engine.expressions.faults import Fault
from engine.expressions.values import (
    EXACT,
    JSON,
    as_number,
    as_whole,
    bounded_list,
    bounded_text,
    number,
    whole,
    wrong_type,
)

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")


def add(left: JSON, right: JSON) -> JSON:
    """Numbers are added, texts and lists joined."""
    if type(left) is int and type(right) is int:
        return whole(left + right)
    if type(left) is str and type(right) is str:
        return bounded_text(left + right)
    if type(left) is list and type(right) is list:
        return bounded_list(left + right)
    if type(left) is str or type(left) is list:
        raise wrong_type("a text" if type(left) is str else "a list", right)
    return number(EXACT.add(as_number(left), as_number(right)))


def subtract(left: JSON, right: JSON) -> JSON:
    """`left - right`, numbers only."""
    if type(left) is int and type(right) is int:
        return whole(left - right)
    return number(EXACT.subtract(as_number(left), as_number(right)))


def multiply(left: JSON, right: JSON) -> JSON:
    """`left * right`, numbers only."""
    if type(left) is int and type(right) is int:
        return whole(whole(left) * whole(right))
    return number(EXACT.multiply(as_number(left), as_number(right)))


def divide(left: JSON, right: JSON) -> JSON:
    """`left / right` without trailing zeros; a whole quotient is a whole number."""
    quotient = number(EXACT.divide(as_number(left), _divisor(right)))
    return quotient if type(quotient) is int else number(EXACT.normalize(quotient))


def floor_divide(left: JSON, right: JSON) -> JSON:
    """The largest whole number that is not above `left / right`."""
    if type(left) is int and type(right) is int and right:
        return whole(left // right)
    a, b = as_number(left), _divisor(right)
    toward_zero, rest = EXACT.divmod(a, b)
    below = rest != 0 and (rest < 0) != (b < 0)
    return number(EXACT.subtract(toward_zero, int(below)))


def modulo(left: JSON, right: JSON) -> JSON:
    """What remains of `left // right`; it has the sign of `right`."""
    if type(left) is int and type(right) is int and right:
        return left % right
    a, b = as_number(left), _divisor(right)
    rest = EXACT.remainder(a, b)
    return number(EXACT.add(rest, b) if rest != 0 and (rest < 0) != (b < 0) else rest)


def _divisor(value: JSON) -> int | Decimal:
    divisor = as_number(value)
    if divisor == 0:
        raise Fault("division-by-zero", "a number is divided by zero")
    return divisor


def negate(value: JSON) -> JSON:
    """`-value`"""
    found = as_number(value)
    return whole(-found) if type(found) is int else number(EXACT.minus(found))


MATH: dict[str, Callable[[JSON, JSON], JSON]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": floor_divide,
    "%": modulo,
}


def ordered(operator: str, left: JSON, right: JSON) -> bool:
    """`left < right` and so on. Numbers with numbers, texts with texts (by code point); all else has no order."""
    if type(left) is str:
        if type(right) is not str:
            raise wrong_type("a text", right)
        return _ORDER_TEXT[operator](left, right)
    return _ORDER_NUMBER[operator](as_number(left), as_number(right))


_Num = int | Decimal
_ORDER_TEXT: dict[str, Callable[[str, str], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ORDER_NUMBER: dict[str, Callable[[_Num, _Num], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def absolute(value: JSON) -> JSON:
    """The number without its sign."""
    found = as_number(value)
    return negate(found) if found < 0 else found


def rounded(value: JSON, places: JSON = 0) -> JSON:
    """The number with so many decimal places (0 to 20), halves away from zero (四舍五入)."""
    found, digits = Decimal(as_number(value)), as_whole(places)
    if not 0 <= digits <= 20:
        raise Fault("wrong-arguments", "round() takes 0 to 20 places")
    return number(found.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=EXACT))


def to_int(value: JSON) -> JSON:
    """A number, or a text that is one, without its decimal places."""
    return whole(int(as_decimal(value)))


def to_decimal(value: JSON) -> JSON:
    """A text that is a number, or a number as it is."""
    return number(as_decimal(value))


def as_decimal(value: JSON) -> Decimal:
    """A number or a text that is a number, exactly."""
    if type(value) is str:
        if not _NUMBER.fullmatch(value):
            raise Fault("bad-number", "a text is not a number such as 12 or -12.50")
        return Decimal(value)
    return Decimal(as_number(value))
