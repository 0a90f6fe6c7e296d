"""Terms: ISO 8601 durations such as `PT4H`, `P3D`, `P2W`, `P1M`, `P1DT2H`.

Whole numbers only. A term is positive and at most ten years: a longer one is a slip of the pen, and the walk over its
days must stay short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from engine.errors import Invalid

_TERM = re.compile(
    r"P(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,9})M)?(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?P<time>T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_MAX_DAYS = 3660
_MAX_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class Term:
    """A length of time as it was written; what a day means is the calendar's to say."""

    months: int
    """Years and months together."""
    weeks: int
    days: int
    time: timedelta
    """Hours, minutes and seconds together."""


def parse_term(term: str) -> Term:
    """Reads an ISO 8601 duration. Raises Invalid `invalid-term`, `term-not-positive` or `term-too-long`."""
    found = _TERM.fullmatch(term) if len(term) <= _MAX_LENGTH else None
    if found is None or term == "P" or found["time"] == "T":
        raise Invalid(
            "invalid-term", "Expected an ISO 8601 duration such as PT4H or P3D, but found '{term}'", term=term[:_MAX_LENGTH]
        )
    part = {name: int(number or 0) for name, number in found.groupdict().items() if name != "time"}
    if not any(part.values()):
        raise Invalid("term-not-positive", "Expected a term longer than nothing, but found '{term}'", term=term)
    days = part["years"] * 366 + part["months"] * 31 + part["weeks"] * 7 + part["days"]
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    if days + seconds // 86400 > _MAX_DAYS:
        raise Invalid("term-too-long", "Expected a term of at most ten years, but found '{term}'", term=term)
    months = part["years"] * 12 + part["months"]
    return Term(months=months, weeks=part["weeks"], days=part["days"], time=timedelta(seconds=seconds))
