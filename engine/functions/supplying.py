"""The functions of procurement for what goes wrong after an order: another supplier, goods at the wrong place, disputed clearing.

A supplier who has stopped stands in the published list `stoppedDistributors` until he delivers again. What he owed goes to the
supplier who takes his place, as far as that one offers the item; nothing that has arrived, or is on its way, is ordered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.procurement import Line, money, price, quantity

JSON = Any
_OF_AN_ANSWER = ("confirmed", "received", "answer", "supplierReason")
"""What a line knows from the supplier who was asked first."""


def change(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The list of suppliers who do not deliver, after one stops or delivers again.

    Takes `rows` (the list in force), `distributors` [{code, name}], `action` (`stop` or `resume`), `distributor`, `replacement`,
    `reason`, `now`; gives `rows`, `distributorName`, `replacementName`, and `problems` or null.
    """
    names = {str(row.get("code")): str(row.get("name")) for row in read.mappings(inputs, "distributors")}
    code, other, stops = read.text(inputs, "distributor"), read.text(inputs, "replacement"), read.text(inputs, "action") == "stop"
    others = [row for row in read.mappings(inputs, "rows") if row.get("code") != code]
    gone = {str(row.get("code")) for row in others}
    known = "、".join(f"{key} {name}" for key, name in names.items())
    problems = [] if code in names else [f"没有配送企业“{code}”，现有：{known}。"]
    if stops and (other not in names or other == code):
        problems.append(f"接替的配送企业应是另外一家，填的是“{other or '空'}”，现有：{known}。")
    elif stops and other in gone:
        problems.append(f"接替的“{names[str(other)]}”自己也停供。")
    elif not stops and len(others) == len(read.mappings(inputs, "rows")):
        problems.append(f"“{names.get(str(code), code)}”没有停供，不用恢复。")
    today = read.day(inputs, "now")
    row = {"code": code, "name": names.get(str(code)), "since": str(today), "replacement": other, "reason": inputs.get("reason")}
    return {
        "rows": [*others, row] if stops else others,
        "distributorName": names.get(str(code)),
        "replacementName": names.get(str(other)) if stops else None,
        "problems": "\n".join(problems) or None,
    }


def reroute(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An order whose supplier has stopped: what has not come is ordered anew.

    Takes `order`, `lines`, `rows` (of a delivery that is on its way), `replacement`, `replacementName`, `reason`. What neither
    has arrived nor is on its way goes into a new order when the replacement offers the item, else into `short` [line with
    `shortQty`, `because`]. Gives `lines` (confirmed is what has arrived or is on its way), `order` and `orderNo` of the new
    order (null when there is none), `keptAmount` and `movedAmount`: what either needs of the budget.
    """
    order, other, because = read.mapping(inputs, "order"), read.text(inputs, "replacement"), read.text(inputs, "reason")
    coming = _coming(read.mappings(inputs, "rows"))
    kept: list[Line] = []
    moved: list[dict[str, JSON]] = []
    short: list[Line] = []
    for line in read.mappings(inputs, "lines"):
        there = quantity(line, "received") + coming.get(read.whole(line, "lineNo"), Decimal(0))
        promised = quantity(line, "qty" if line.get("confirmed") is None else "confirmed")
        kept.append({**line, "received": quantity(line, "received"), "confirmed": there})
        rest = promised - there
        if rest > 0 and other in read.texts(line, "distributors"):
            asked = {name: value for name, value in line.items() if name not in _OF_AN_ANSWER}
            moved.append({**asked, "lineNo": len(moved) + 1, "qty": rest, "amount": money(rest * price(line))})
        elif rest > 0:
            short.append({**line, "shortQty": rest, "because": because})
    number = f"{order.get('orderNo')}-{other}"
    amount = sum((line["amount"] for line in moved), Decimal(0))
    new = {
        **order,
        "orderNo": number,
        "replaces": order.get("orderNo"),
        "distributor": other,
        "distributorName": inputs.get("replacementName"),
        "lines": moved,
        "itemCodes": sorted({str(line.get("itemCode")) for line in moved}),
        "amount": amount,
    }
    return {
        "lines": kept,
        "short": short,
        "order": new if moved else None,
        "orderNo": number if moved else None,
        "keptAmount": sum((money(quantity(line, "confirmed") * price(line)) for line in kept), Decimal(0)),
        "movedAmount": amount,
    }


def refuse(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A delivery of which nothing is accepted. Takes `rows` and `reason` (a reason of rejection); gives `rows`."""
    reason = read.text(inputs, "reason")
    refused = {"qtyOk": Decimal(0), "rejectReason": reason}
    return {"rows": [{**row, **refused, "qtyRejected": quantity(row, "qty")} for row in read.mappings(inputs, "rows")]}


def share(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who bears what of a payment that a member disputes; the shares always add up to the payment.

    Takes `amount`, `ownAmount` (what `institution` bears), `borneBy` (code of the institution that bears the rest), `lead` and
    `members` [{institution, name}]; gives `clearing` [{unit, amount}], `borneAmount`, `text`, and `problems` or null.
    """
    amount, own = quantity(inputs, "amount"), quantity(inputs, "ownAmount")
    unit, other, lead = read.text(inputs, "institution"), read.text(inputs, "borneBy"), read.text(inputs, "lead")
    known = {str(member.get("institution")) for member in read.mappings(inputs, "members")} | {str(lead)}
    problems = [] if 0 <= own <= amount else [f"由它负担的应在 0 与 {amount:f} 之间，填的是 {own:f}。"]
    rest = amount - own
    if rest > 0 and (other not in known or other == unit):
        problems.append(f"其余 {rest:f} 元由谁负担：填另一家成员或牵头医院的代码，填的是“{other or '空'}”。")
    clearing: list[Line] = [{"unit": unit, "amount": own}, *([{"unit": other, "amount": rest}] if rest > 0 else [])]
    text = "，".join(f"{row.get('unit')} {money(quantity(row, 'amount')):f} 元" for row in clearing) + "。"
    return {"clearing": clearing, "borneAmount": rest, "text": text, "problems": "\n".join(problems) or None}


def delivering(offered: Iterable[str], stopped: Iterable[Line]) -> list[str]:
    """Those of the suppliers offered who have not stopped, in their order."""
    gone = {str(row.get("code")) for row in stopped}
    return [code for code in offered if code not in gone]


def _coming(rows: Iterable[Line]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for row in rows:
        number = read.whole(row, "lineNo")
        found[number] = found.get(number, Decimal(0)) + quantity(row, "qty")
    return found


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "procurement.supplierChange": change,
        "procurement.reroute": reroute,
        "procurement.refuse": refuse,
        "procurement.share": share,
    }
)
