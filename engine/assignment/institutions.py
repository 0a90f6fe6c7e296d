"""The kinds of institution that a county medical community has or deals with."""

from __future__ import annotations

INSTITUTION_TYPES = frozenset(
    {
        "10",
        "11",
        "12",
        "20",
        "21",
        "22",
        "23",
        "30",
        "40",
        "41",
        "50",
        "60",
        "70",
        "71",
        "72",
        "80",
        "81",
        "82",
        "83",
        "84",
        "85",
        "86",
    }
)
