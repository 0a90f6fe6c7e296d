"""What members say of the drugs that are to be bought for them instead of those they have asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.procurement import Line

JSON = Any


def answered(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The lines after the members have answered.

    Takes `lines`, `review` (those that people have looked at) and `answers` [{institution, silent, rows [{key, otherItem, answer,
    note}]}]; who is silent accepts. A line whose substitute is accepted knows it as `agreedItem`; one whose substitute is refused
    has no verdict any more, and says why. Gives `lines` and `review`.
    """
    said: dict[str, Line] = {}
    for answer in read.mappings(inputs, "answers"):
        for row in read.mappings(answer, "rows"):
            said[str(row.get("key"))] = {**row, "answer": "accept"} if read.flag(answer, "silent") else row
    return {name: [_told(line, said) for line in read.mappings(inputs, name)] for name in ("lines", "review")}


def _told(line: Line, said: Mapping[str, Line]) -> Line:
    row = said.get(str(line.get("key")))
    if row is None:
        return line
    if row.get("answer") != "refuse":
        return {**line, "agreedItem": row.get("otherItem")}
    because = f"成员不接受替代：{read.text(row, 'note') or ''}"
    return {**line, "verdict": None, "verdictQty": Decimal(0), "verdictItem": None, "agreedItem": None, "because": because}


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {"procurement.substitutes": answered}
)
