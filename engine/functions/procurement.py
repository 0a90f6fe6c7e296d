"""The functions of centralised procurement (药械集中采购): from what a member needs to orders, confirmations and the close.

A line is one item that one member wants, or that one order buys, with its own verdict; lines are data and one token carries
them all. Quantities and money are exact decimals, rounded to the cent only where a line's amount is made. What a delivery
brought and what an invoice asks for is judged in `engine.functions.receiving`; what a member should ask for is found in
`engine.functions.requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.collection import ANSWERED

JSON = Any
Line = Mapping[str, JSON]
Drug = tuple[JSON, ...]
"""What makes two items the same drug: name, form and strength."""

CENT = Decimal("0.01")
VERDICTS = {"pass": "通过", "cut": "核减", "replace": "替代", "return": "退回", "shortage": "转缺药"}
"""What may become of a requested line, and what it is called."""
_BOUGHT = frozenset({"pass", "cut", "replace"})
ITEM = ("itemCode", "generic", "form", "spec", "pack", "maker", "category", "controlled")
"""What a line keeps of the catalogue's item."""
DEVICE = ("device", "implant", "di", "registrationNo")
"""What it keeps of a medical device: whether it is one, and an implant; the identifier of its UDI and its registration."""


def pool(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """One table of what all members asked for, with the facts that its decision table judges by.

    Takes `answers` of a collection and `catalogue`; who was left out asks for nothing, and what stands in for a member who said
    nothing is marked `auto`. Gives `lines` with `key`, `institution`, `unit`,
    `auto`, `price` (the catalogue's), `amount`, and the facts `known`, `overPrice` (above the platform's price),
    `duplicate` (asked for twice by one member), `vbpItem` (the item of the volume-based purchase to be taken first, null),
    `overQuota`, `quota` and `overUse` (more than twice thirty days' use without a reason); further `reports`,
    `answering` (the reports of those who answered themselves), `amount`, `text`.
    """
    items = by_code(read.mappings(inputs, "catalogue"))
    requests = [
        {**answer, "auto": answer.get("status") == "standing"}
        for answer in read.mappings(inputs, "answers")
        if answer.get("status") != "excluded"
    ]
    chosen = {_drug(item): code for code, item in items.items() if item.get("vbp")}
    lines: list[dict[str, JSON]] = []
    for request in requests:
        seen: set[str] = set()
        for number, line in enumerate(read.mappings(request, "lines"), 1):
            if quantity(line, "qty") > 0:
                lines.append({**_pooled(line, request, number, items, chosen), "duplicate": line.get("itemCode") in seen})
                seen.add(str(line.get("itemCode")))
    reports = [
        {
            "institution": request.get("institution"),
            "name": request.get("name"),
            "auto": bool(request.get("auto")),
            "lineCount": sum(line["institution"] == request.get("institution") for line in lines),
            "amount": _total(line for line in lines if line["institution"] == request.get("institution")),
        }
        for request in requests
    ]
    late = [str(report["name"]) for report in reports if report["auto"]]
    text = f"{len(reports)} 家，{len(lines)} 行，{_total(lines)} 元。" + (
        f"未按时报送、用常备单：{'、'.join(late)}。" if late else ""
    )
    answered = {request.get("institution") for request in requests if request.get("status") in ANSWERED}
    answering = [report for report in reports if report["institution"] in answered]
    return {"lines": lines, "reports": reports, "answering": answering, "amount": _total(lines), "text": text}


def judge(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The verdicts of the decision table written into the lines, for people to look at.

    Takes `lines` and `checks` [{verdict, reason}] in the same order, and `most`; gives `lines` with `verdict`, `verdictQty`,
    `because`, `verdictItem` (the item that replaces it), `stopped` (how many the table let not pass), and `review`: all lines
    when they are at most `most`, else the first that did not pass. What nobody looks at keeps the verdict of the table.
    """
    lines, checks = read.mappings(inputs, "lines"), read.mappings(inputs, "checks")
    if len(lines) != len(checks):
        raise read.wrong("checks", "one verdict for each line")
    judged = []
    for line, check in zip(lines, checks, strict=True):
        verdict, qty = check.get("verdict"), quantity(line, "qty")
        limit = quantity(line, "quota") if line.get("overQuota") else 2 * quantity(line, "use30")
        judged.append(
            {
                **line,
                "verdict": verdict,
                "verdictQty": qty if verdict in ("pass", "replace") else min(qty, limit) if verdict == "cut" else Decimal(0),
                "verdictItem": line.get("vbpItem") if verdict == "replace" else None,
                "because": check.get("reason"),
            }
        )
    stopped, most = [line for line in judged if line["verdict"] != "pass"], read.whole(inputs, "most")
    return {"lines": judged, "stopped": len(stopped), "review": judged if len(judged) <= most else stopped[:most]}


def settle(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What is bought by the verdicts, or what is wrong with them.

    Takes `lines`, `review` (those that people have looked at), `catalogue`; gives `lines` with `buyCode`, `buyQty`,
    `buyPrice`, `buyAmount`, further `plan` (a row for each item with its sums), `amount`, `text`, `short` (lines that go to
    the shortage desk), `substitutes` [{institution, rows}] that members have not agreed to yet, and `problems`: a sentence for
    each verdict that cannot be used, or null.
    """
    items = by_code(read.mappings(inputs, "catalogue"))
    seen = {str(line.get("key")): line for line in read.mappings(inputs, "review")}
    given = [seen.get(str(line.get("key")), line) for line in read.mappings(inputs, "lines")]
    problems = [problem for line in given for problem in _problems(line, items)]
    lines = [_bought(line, items) for line in given]
    amount = sum((line["buyAmount"] for line in lines), Decimal(0))
    count = sum(line["buyQty"] > 0 for line in lines)
    text = f"{len(lines)} 行申请，采购 {count} 行，共 {amount} 元。"
    short = [line for line in lines if line.get("verdict") == "shortage"]
    return {
        "lines": lines,
        "plan": _by_item(lines, items),
        "amount": amount,
        "text": text,
        "short": short,
        "substitutes": [] if problems else _proposals(lines, items),
        "problems": "\n".join(problems) or None,
    }


def orders(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Orders split by distributor and member; what is under control (麻精毒放、疫苗) is ordered apart from the rest.

    Takes `lines` (settled), `catalogue`, `distributors` [{code, name}], `cycleKey`, and `outside`: the orders belong to no cycle
    and are for a rescue, whatever their lines say. Gives `orders` [{orderNo, distributor, distributorName, deliverTo, unit,
    lines, itemCodes, amount, controlled, rescue, outside}] and `parts` [{name: orderNo, amount}], what each takes of the budget.
    """
    items, outside = by_code(read.mappings(inputs, "catalogue")), read.flag(inputs, "outside")
    names = {str(row.get("code")): row.get("name") for row in read.mappings(inputs, "distributors")}
    cycle, groups = read.text(inputs, "cycleKey"), dict[tuple[str, str, bool], list[Line]]()
    for line in read.mappings(inputs, "lines"):
        if quantity(line, "buyQty") > 0:
            item = items[str(line.get("buyCode"))]
            distributor = read.text(line, "distributor") or next(iter(read.texts(item, "distributors")), "")
            groups.setdefault((str(line.get("institution")), distributor, bool(item.get("controlled"))), []).append(line)
    found = []
    for (institution, distributor, controlled), rows in sorted(groups.items()):
        bought = [_order_line(row, number, items) for number, row in enumerate(rows, 1)]
        if outside:
            bought = [{**line, "urgency": "rescue"} for line in bought]
        found.append(
            {
                "orderNo": f"{cycle}-{institution}-{distributor}{'-MJ' if controlled else ''}",
                "distributor": distributor,
                "distributorName": names.get(distributor, distributor),
                "deliverTo": institution,
                "unit": rows[0].get("unit"),
                "lines": bought,
                "itemCodes": sorted({str(line["itemCode"]) for line in bought}),
                "amount": sum((line["amount"] for line in bought), Decimal(0)),
                "controlled": controlled,
                "rescue": any(line["urgency"] == "rescue" for line in bought),
                "outside": outside,
            }
        )
    return {"orders": found, "parts": [{"name": order["orderNo"], "amount": order["amount"]} for order in found]}


def confirm(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the supplier said of the lines of one order.

    Takes `lines` [{lineNo, qty, price, …}] and `answers` [{lineNo, answer: full, partial or refused, qty, reason}]; gives `lines`
    with `confirmed`, `short` [line with `shortQty` and `because`], `amount` (of what was confirmed), and `problems` or null.
    Without `answers` at all nothing is confirmed, as when a supplier says nothing.
    """
    given = read.mappings(inputs, "lines")
    said = {_number(row): row for row in read.mappings(inputs, "answers")}
    ordered = {_number(line): quantity(line, "qty") for line in given}
    problems = [
        *(f"订单没有第 {number} 行。" for number in said if number not in ordered),
        *(f"第 {number} 行没有答复。" for number in ordered if said and number not in said),
        *(
            problem
            for number, row in said.items()
            if number in ordered
            for problem in _answer_problems(number, row, ordered[number])
        ),
    ]
    lines, short = [], []
    for line in given:
        row = said.get(_number(line), {"answer": "refused", "reason": "逾期未答复"})
        qty = quantity(line, "qty")
        confirmed = qty if row.get("answer") == "full" else quantity(row, "qty") if row.get("answer") == "partial" else Decimal(0)
        lines.append(
            {
                **line,
                "confirmed": confirmed,
                "received": Decimal(0),
                "answer": row.get("answer"),
                "supplierReason": row.get("reason"),
            }
        )
        if confirmed < qty:
            short.append({**line, "shortQty": qty - confirmed, "because": row.get("reason") or "供应商不能足量供货"})
    amount = sum((money(line["confirmed"] * price(line)) for line in lines), Decimal(0))
    return {"lines": lines, "short": short, "amount": amount, "problems": "\n".join(problems) or None}


def donors(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who may be asked for spare stock. Takes `members` and `institution` (who lacks it); gives `donors`, all the others."""
    lacking = read.text(inputs, "institution")
    return {"donors": [member for member in read.mappings(inputs, "members") if member.get("institution") != lacking]}


def metrics(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a cycle came to. Takes `reports`, `lines`, `orders` and `closed` [{orderNo, amount, received, paid, short}] of those
    orders that have closed; gives one record of counts, sums and rates in percent, null where nothing was ordered.
    """
    reports, closed = read.mappings(inputs, "reports"), read.mappings(inputs, "closed")
    ordered = sum((quantity(order, "amount") for order in read.mappings(inputs, "orders")), Decimal(0))
    received = sum((quantity(order, "received") for order in closed), Decimal(0))
    return {
        "members": len(reports),
        "automatic": sum(bool(report.get("auto")) for report in reports),
        "lines": len(read.mappings(inputs, "lines")),
        "orders": len(read.mappings(inputs, "orders")),
        "open": len(read.mappings(inputs, "orders")) - len(closed),
        "ordered": ordered,
        "received": received,
        "paid": sum((quantity(order, "paid") for order in closed), Decimal(0)),
        "fillRate": None if not ordered else (received * 100 / ordered).quantize(CENT, ROUND_HALF_UP),
    }


def by_code(rows: Iterable[Line]) -> dict[str, Line]:
    """Rows by their item."""
    return {str(row.get("itemCode")): row for row in rows}


def quantity(row: Line, name: str) -> Decimal:
    """A quantity or sum of a row, 0 when it is absent."""
    return Decimal(read.number(row, name) or 0)


def price(row: Line) -> Decimal:
    """The price of a line."""
    return quantity(row, "price")


def money(amount: Decimal) -> Decimal:
    """An amount in whole cents, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _number(row: Line) -> int:
    return read.whole(row, "lineNo")


def _total(lines: Iterable[Line]) -> Decimal:
    return sum((quantity(line, "amount") for line in lines), Decimal(0))


def _pooled(line: Line, request: Line, number: int, items: Mapping[str, Line], chosen: Mapping[Drug, str]) -> dict[str, JSON]:
    code, unit = str(line.get("itemCode")), str(request.get("institution"))
    item, qty = items.get(code, {}), quantity(line, "qty")
    cost = quantity(item, "price") if item else price(line)
    quota, use = quantity(item, "quota"), quantity(line, "use30")
    return {
        **line,
        "key": f"{unit}-{number:02d}",
        "institution": unit,
        "unit": request.get("name"),
        "auto": bool(request.get("auto")),
        "price": cost,
        "amount": money(qty * cost),
        "known": bool(item),
        "overPrice": bool(item) and cost > quantity(item, "platformPrice"),
        "vbpItem": None if not item or item.get("vbp") else chosen.get(_drug(item)),
        "quota": quota or None,
        "overQuota": quota > 0 and qty > quota,
        "overUse": use > 0 and qty > 2 * use and not read.text(line, "note"),
    }


def _drug(item: Line) -> Drug:
    return tuple(item.get(name) for name in ("generic", "form", "spec"))


def _problems(line: Line, items: Mapping[str, Line]) -> list[str]:
    key, verdict, qty = line.get("key"), line.get("verdict"), quantity(line, "verdictQty")
    name = f"{key} {line.get('generic') or line.get('itemCode')}"
    if verdict not in VERDICTS:
        return [f"{name}：没有结论。{read.text(line, 'because') or ''}"]
    if verdict in ("return", "shortage"):
        return [] if read.text(line, "because") else [f"{name}：{VERDICTS[verdict]}要写理由。"]
    found = []
    if not 0 < qty <= quantity(line, "qty"):
        found.append(f"{name}：审定数量应大于 0、不超过申请的 {quantity(line, 'qty'):f}，填的是 {qty:f}。")
    if verdict == "cut" and qty >= quantity(line, "qty"):
        found.append(f"{name}：核减后的数量应少于 {quantity(line, 'qty'):f}。")
    if verdict != "pass" and not read.text(line, "because"):
        found.append(f"{name}：{VERDICTS[str(verdict)]}要写理由。")
    code = str(line.get("verdictItem") if verdict == "replace" else line.get("itemCode"))
    item = items.get(code)
    if item is None:
        found.append(f"{name}：目录里没有编码“{code}”，不能采购。")
    elif qty % (quantity(item, "packQty") or 1):
        found.append(f"{name}：审定数量 {qty:f} 不是最小包装 {quantity(item, 'packQty'):f} 的整数倍。")
    elif quantity(item, "price") > quantity(item, "platformPrice"):
        found.append(f"{name}：目录价 {quantity(item, 'price'):f} 高于平台价 {quantity(item, 'platformPrice'):f}，不能采购。")
    elif not item.get("distributors") and not line.get("distributor"):
        found.append(f"{name}：没有配送企业，先在采购条件里补上，或转缺药。")
    return found


def _bought(line: Line, items: Mapping[str, Line]) -> dict[str, JSON]:
    code = str(line.get("verdictItem") if line.get("verdict") == "replace" else line.get("itemCode"))
    qty = quantity(line, "verdictQty") if line.get("verdict") in _BOUGHT and code in items else Decimal(0)
    cost = quantity(items.get(code, {}), "price")
    return {**line, "buyCode": code, "buyQty": qty, "buyPrice": cost, "buyAmount": money(qty * cost)}


def _proposals(lines: Iterable[Line], items: Mapping[str, Line]) -> list[dict[str, JSON]]:
    """What each member is to be asked, by member: the lines for which another item is to be bought than it has agreed to."""
    found: dict[str, list[dict[str, JSON]]] = {}
    for line in lines:
        code = line.get("verdictItem")
        if line.get("verdict") == "replace" and line.get("agreedItem") != code:
            other = items[str(code)]
            name = " ".join(str(other[part]) for part in ("generic", "spec", "maker") if other.get(part))
            known = {part: line.get(part) for part in ("key", "generic", "spec", "maker", "because")}
            asked = {"qty": line.get("verdictQty"), "otherItem": code, "otherName": name, "answer": None, "note": None}
            found.setdefault(str(line.get("institution")), []).append({**known, **asked})
    return [{"institution": code, "rows": rows} for code, rows in found.items()]


def _by_item(lines: Iterable[Line], items: Mapping[str, Line]) -> list[dict[str, JSON]]:
    found: dict[str, dict[str, JSON]] = {}
    for line in lines:
        code = str(line.get("buyCode"))
        if quantity(line, "buyQty") > 0:
            row = found.setdefault(
                code, {**{name: items[code].get(name) for name in ITEM}, "qty": Decimal(0), "amount": Decimal(0), "members": 0}
            )
            row["qty"] += quantity(line, "buyQty")
            row["amount"] += quantity(line, "buyAmount")
            row["members"] += 1
    return [found[code] for code in sorted(found)]


def _order_line(line: Line, number: int, items: Mapping[str, Line]) -> dict[str, JSON]:
    item = items[str(line.get("buyCode"))]
    return {
        **{name: item.get(name) for name in ITEM},
        "coldChain": bool(item.get("coldChain")),
        "distributors": read.texts(item, "distributors"),
        **{name: item[name] for name in DEVICE if name in item},
        "lineNo": number,
        "key": line.get("key"),
        "qty": line.get("buyQty"),
        "price": line.get("buyPrice"),
        "amount": line.get("buyAmount"),
        "urgency": line.get("urgency") or "routine",
    }


def _answer_problems(number: int, row: Line, ordered: Decimal) -> list[str]:
    answer, qty = row.get("answer"), quantity(row, "qty")
    if answer not in ("full", "partial", "refused"):
        return [f"第 {number} 行：要选足量、部分或不能供货。"]
    if answer == "partial" and not 0 < qty < ordered:
        return [f"第 {number} 行：部分供货的数量应大于 0、少于 {ordered:f}，填的是 {qty:f}。"]
    return []


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "procurement.pool": pool,
        "procurement.judge": judge,
        "procurement.settle": settle,
        "procurement.orders": orders,
        "procurement.confirm": confirm,
        "procurement.metrics": metrics,
        "shortage.donors": donors,
    }
)
