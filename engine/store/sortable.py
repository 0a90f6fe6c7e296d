"""Values as text that sorts as the values do, so that one index finds texts, numbers and truths alike, on every database.

Each kind begins with a letter of its own: `b` truth, `n` number, `t` text. Numbers are exact, however large or small. Times and
dates are texts, and ISO 8601 sorts by itself. Texts are compared byte by byte, cut to `LONGEST`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

LONGEST = 200
"""Characters of a value that are kept."""
_MIDDLE = 5_000
_TURNED = str.maketrans("0123456789", "9876543210")
_END = "~"
"""Sorts behind every digit, so that of two negative numbers the one with more digits comes first."""


def sortable(value: Any) -> str | None:
    """The text of a value; None for nothing, for lists and objects, which are not searched, and for numbers beyond use."""
    if isinstance(value, bool):
        return f"b{int(value)}"
    if isinstance(value, int | Decimal):
        return _number(Decimal(value))
    if isinstance(value, str):
        return f"t{value}"[:LONGEST]
    return None


def _number(number: Decimal) -> str | None:
    if not number.is_finite():
        return None
    if not number:
        return "n5"
    if abs(number.adjusted()) >= _MIDDLE:
        return None
    size = f"{_MIDDLE + number.adjusted():04d}" + "".join(map(str, number.as_tuple().digits)).lstrip("0").rstrip("0")
    if len(size) + 3 > LONGEST:
        return None
    return f"n6{size}" if number > 0 else f"n4{size.translate(_TURNED)}{_END}"
