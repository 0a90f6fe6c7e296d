"""Shares of votes, compared in whole numbers: two thirds of seven is never a rounding error."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERCENT = re.compile(r"(>?)\s*(\d{1,3})\s*%?")
_FRACTION = re.compile(r"(>?)\s*(\d{1,4})\s*/\s*(\d{1,4})")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole that must be reached, or with `strict` exceeded."""

    numerator: int
    denominator: int
    strict: bool = False

    def reached(self, part: int, whole: int) -> bool:
        """Whether `part` is enough of `whole`. Nothing is enough of nothing."""
        if whole <= 0:
            return False
        left, right = part * self.denominator, self.numerator * whole
        return left > right if self.strict else left >= right

    def __str__(self) -> str:
        return f"{'>' if self.strict else ''}{self.numerator}/{self.denominator}"


def parse_share(text: str) -> Share:
    """The share that `60`, `60%`, `2/3` or, for more than it, `>50%` or `>1/2` means.

    Raises ValueError for anything else, for one that is not between 1 % and 100 %, and for more than everything.
    """
    fraction = _FRACTION.fullmatch(text.strip())
    percent = None if fraction else _PERCENT.fullmatch(text.strip())
    if fraction:
        strict, numerator, denominator = bool(fraction[1]), int(fraction[2]), int(fraction[3])
    elif percent:
        strict, numerator, denominator = bool(percent[1]), int(percent[2]), 100
    else:
        raise ValueError(text)
    if denominator == 0 or numerator * 100 < denominator or numerator > denominator or (strict and numerator == denominator):
        raise ValueError(text)
    return Share(numerator=numerator, denominator=denominator, strict=strict)
