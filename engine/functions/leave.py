"""The function of leave (请假): what somebody is paid while he does not work, by bands of a decision table.

A band {afterMonths, percent} says which share of the wage is paid from so many months of the leave on, until the next band.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any


def pay(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The spans of one leave with the share of the wage that each is paid with.

    Takes `from` and `to` (first and last day; nothing is added when one is absent), `kind`, `bands` and `paid` (rows of earlier
    leaves); gives `paid` [{kind, from, to, days, percent}], the earlier rows first, and `text`, null when there is no row.
    Raises Invalid where no band begins with the leave.
    """
    paid = [dict(row) for row in read.mappings(inputs, "paid")]
    first, last = read.day(inputs, "from"), read.day(inputs, "to")
    if first is not None and last is not None and last >= first:
        bands = sorted((read.whole(band, "afterMonths"), read.whole(band, "percent")) for band in read.mappings(inputs, "bands"))
        if not bands or bands[0][0] != 0:
            raise read.wrong("bands", "bands of which the first begins after 0 months")
        begins = [_months_after(first, months) for months, _ in bands]
        ends = [start - timedelta(days=1) for start in begins[1:]] + [last]
        for start, end, (_, percent) in zip(begins, ends, bands, strict=True):
            until = min(end, last)
            if start <= until:
                paid.append(_row(read.text(inputs, "kind"), start, until, percent))
    text = "；".join(f"{row['from']} 至 {row['to']} {row['days']} 天，工资 {row['percent']}%" for row in paid)
    return {"paid": paid, "text": f"{text}。" if text else None}


def _row(kind: str | None, first: date, last: date, percent: int) -> dict[str, JSON]:
    days = (last - first).days + 1
    return {"kind": kind, "from": first.isoformat(), "to": last.isoformat(), "days": days, "percent": percent}


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType({"leave.pay": pay})
