"""The functions of procurement from the dispatch note on: what arrived, the stock by batch, what may be paid, what goes back.

A receipt is one delivery as two people have accepted it: rows of one batch each. The stock of an order is the sum of its
batches and is never kept beside them. Only what was accepted can be paid, once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.procurement import DEVICE, Line, money, price, quantity
from engine.functions.udi import BadCode, parse

JSON = Any
COLD = (Decimal(2), Decimal(8))
"""Degrees that a cold chain keeps, at worst and at best."""
_MONTH_DAYS = 30


def dispatch(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether a dispatch note fits its order.

    Takes `lines` (with `confirmed` and `received`), `rows` [{lineNo, batchNo, qty, mfgDate, expiry, …}], `deliveryNo` and
    `receipts`; gives `rows` with the item's name and price, and `problems` or null.
    """
    lines = {read.whole(line, "lineNo"): line for line in read.mappings(inputs, "lines")}
    rows, number = read.mappings(inputs, "rows"), read.text(inputs, "deliveryNo")
    problems = [] if rows else ["随货同行单没有明细。"]
    if any(receipt.get("deliveryNo") == number for receipt in read.mappings(inputs, "receipts")):
        problems.append(f"送货单号“{number}”已经登记过。")
    for line_no, qty in _quantities([{"rows": rows}], "qty").items():
        if line_no not in lines:
            problems.append(f"订单没有第 {line_no} 行。")
        elif qty > open_quantity(lines[line_no]):
            problems.append(f"第 {line_no} 行：还可送 {open_quantity(lines[line_no]):f}，送货单写的是 {qty:f}。")
    full = [_named(row, lines.get(read.whole(row, "lineNo"), {})) for row in rows]
    return {"rows": full, "problems": "\n".join(problems) or None}


def accept(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether a receipt can be signed.

    Takes `sent` (the rows of the dispatch note) and `rows`, the same with `qtyOk`, `qtyRejected`, `rejectReason`,
    `traceCodes`, `tempMin`, `tempMax`, `breakMinutes`, `nearExpiry` (the director of pharmacy lets it in), `now`, and `rules`
    {months, share}: what remains until expiry must be at least so many months and such a share of the shelf life;
    `coldMinutes`: for so long the cold chain may have been too warm. Gives `conclusion` (accepted, partial, rejected),
    `quarantined` (rows that somebody has to decide on first) and `problems` or null.
    """
    rows, rules, today = read.mappings(inputs, "rows"), read.mapping(inputs, "rules"), read.day(inputs, "now")
    problems = _missing(read.mappings(inputs, "sent"), rows)
    problems += [problem for number, row in enumerate(rows, 1) for problem in _row_problems(number, row, rules, today)]
    ok = sum((quantity(row, "qtyOk") for row in rows), Decimal(0))
    bad = sum((quantity(row, "qtyRejected") for row in rows), Decimal(0))
    conclusion = "rejected" if ok == 0 else "partial" if bad > 0 else "accepted"
    broken = sum(_is_quarantined(row, quantity(inputs, "coldMinutes")) for row in rows)
    return {"conclusion": conclusion, "quarantined": broken, "problems": "\n".join(problems) or None}


def quarantine(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A receipt after the decision on its quarantined rows.

    Takes `rows`, `coldMinutes` and `decision` (`release` lets them in, `reject` sends them back); gives `rows`.
    """
    decision, most = read.text(inputs, "decision"), quantity(inputs, "coldMinutes")
    if decision not in ("release", "reject"):
        raise read.wrong("decision", "release or reject")
    refused = {"qtyOk": Decimal(0), "rejectReason": "temperature"}
    rows: list[Line] = []
    for row in read.mappings(inputs, "rows"):
        if not _is_quarantined(row, most):
            rows.append(row)
        elif decision == "release":
            rows.append({**row, "coldDecision": "release"})
        else:
            rows.append({**row, **refused, "qtyRejected": quantity(row, "qty")})
    return {"rows": rows}


def take_in(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The order after a receipt: all of it in one piece.

    Takes `lines`, `receipts` and `receipt` {deliveryNo, acceptedOn, rows}; gives `lines` with `received`, `receipts` with the new
    one (a delivery that is there already changes nothing), `batches` [{lineNo, itemCode, batchNo, expiry, qty}] whose sum is
    the stock, `stock`, `receivedAmount`, and `complete`: whether nothing of what was confirmed is still to come.
    """
    before, receipt = read.mappings(inputs, "receipts"), read.mapping(inputs, "receipt")
    known = any(found.get("deliveryNo") == receipt.get("deliveryNo") for found in before)
    receipts = [*before] if known else [*before, receipt]
    stock = batches(receipts)
    lines = [{**line, "received": _of_line(stock, line)} for line in read.mappings(inputs, "lines")]
    return {
        "lines": lines,
        "receipts": receipts,
        "batches": stock,
        "stock": sum((row["qty"] for row in stock), Decimal(0)),
        "receivedAmount": received_amount(lines),
        "complete": all(open_quantity(line) <= 0 for line in lines),
    }


def stop(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An order of which nothing more will come.

    Takes `lines`, `because`; gives `lines` with what is open no longer confirmed, and `short` [line with `shortQty`, `because`].
    """
    lines = read.mappings(inputs, "lines")
    because = read.text(inputs, "because")
    short = [{**line, "shortQty": open_quantity(line), "because": because} for line in lines if open_quantity(line) > 0]
    return {"lines": [{**line, "confirmed": quantity(line, "received")} for line in lines], "short": short}


def match(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The three-way match of an invoice with the order and the receipts that it names.

    Takes `lines` of the order, `receipts`, `paid` [{invoiceNo, deliveries}], and `invoice` {invoiceNo, amount, deliveries
    (numbers with a comma between), makerInvoiceNo, lines [{lineNo, qty, price}]}; gives `matched`, `amount`, `acceptedOn` (the
    last of these receipts), and `differences`: a sentence for each, or null. Quantities and prices must be equal, the sum may
    differ by one cent. An invoice or a delivery that was paid before is never paid again, and none whose goods the maker has
    not invoiced to the supplier (两票制).
    """
    lines = {read.whole(line, "lineNo"): line for line in read.mappings(inputs, "lines")}
    invoice, earlier = read.mapping(inputs, "invoice"), read.mappings(inputs, "paid")
    wanted = _deliveries(invoice)
    receipts = {str(row.get("deliveryNo")): row for row in read.mappings(inputs, "receipts")}
    done = {number for row in earlier for number in _deliveries(row)}
    found = [] if wanted else ["没有写明发票对应的送货单号。"]
    if not read.text(invoice, "makerInvoiceNo"):
        found.append("两票制：没有写明生产企业开给配送企业的发票号。")
    if any(row.get("invoiceNo") == invoice.get("invoiceNo") for row in earlier):
        found.append(f"发票“{invoice.get('invoiceNo')}”已经付过。")
    found += [f"送货单“{number}”没有验收记录。" for number in wanted if number not in receipts]
    found += [f"送货单“{number}”已经付过。" for number in wanted if number in done]
    accepted = _quantities((receipts[number] for number in wanted if number in receipts), "qtyOk")
    found += _line_differences(lines, accepted, read.mappings(invoice, "lines"))
    total = sum((money(quantity(row, "qty") * price(row)) for row in read.mappings(invoice, "lines")), Decimal(0))
    amount = quantity(invoice, "amount")
    if abs(amount - total) > Decimal("0.01"):
        found.append(f"发票金额 {amount:f}，明细合计 {total:f}。")
    days = [str(receipts[number].get("acceptedOn")) for number in wanted if number in receipts]
    return {
        "matched": not found,
        "amount": total,
        "acceptedOn": max(days, default=None),
        "differences": "\n".join(found) or None,
    }


def paid(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The order after a payment.

    Takes `paid`, `payment` {invoiceNo, amount, lines, paidOn, slip}, `receivedAmount`, `unit`; gives `paid`, `paidAmount`, and
    `clearing` [{unit, invoiceNo, amount}], what the member owes the centre, whose sum is `paidAmount`. Raises Invalid when the
    invoice was paid before or more would be paid than was accepted.
    """
    before, payment = read.mappings(inputs, "paid"), read.mapping(inputs, "payment")
    if any(row.get("invoiceNo") == payment.get("invoiceNo") for row in before):
        raise read.wrong("payment", "an invoice that was not paid before")
    rows = [*before, payment]
    total = sum((quantity(row, "amount") for row in rows), Decimal(0))
    if total > quantity(inputs, "receivedAmount"):
        raise read.wrong("payment", "at most what was accepted")
    clearing = [{"unit": inputs.get("unit"), "invoiceNo": row.get("invoiceNo"), "amount": row.get("amount")} for row in rows]
    return {"paid": rows, "paidAmount": total, "clearing": clearing}


def reverse(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a cancelled order gives back: of each batch only what was not used.

    Takes `batches` and `used` [{batchNo, lineNo, usedQty, patients}]; gives `returned` [{…, qty}], `consumed` [{…, usedQty,
    patients}], `returnedAmount`, `consumedAmount`, and `problems`: a sentence for each row that cannot be right, or null.
    """
    stock = read.mappings(inputs, "batches")
    said = {(row.get("lineNo"), row.get("batchNo")): row for row in read.mappings(inputs, "used")}
    returned, consumed, problems = [], [], _missing(stock, read.mappings(inputs, "used"))
    for batch in stock:
        row = said.get((batch.get("lineNo"), batch.get("batchNo")), {})
        used, there = quantity(row, "usedQty"), quantity(batch, "qty")
        if not 0 <= used <= there:
            problems.append(f"批号 {batch.get('batchNo')}：入库 {there:f}，填的已用数量是 {used:f}。")
        if used > 0 and not read.text(row, "patients"):
            problems.append(f"批号 {batch.get('batchNo')}：已用 {used:f}，要写用药患者。")
        if used > 0:
            consumed.append({**batch, "usedQty": used, "patients": row.get("patients")})
        if there - used > 0:
            returned.append({**batch, "qty": there - used})
    return {
        "returned": returned,
        "consumed": consumed,
        "returnedAmount": sum((money(row["qty"] * price(row)) for row in returned), Decimal(0)),
        "consumedAmount": sum((money(row["usedQty"] * price(row)) for row in consumed), Decimal(0)),
        "problems": "\n".join(problems) or None,
    }


def batches(receipts: Iterable[Line]) -> list[dict[str, JSON]]:
    """The stock of an order: accepted quantities by line and batch."""
    found: dict[tuple[JSON, JSON], dict[str, JSON]] = {}
    for receipt in receipts:
        for row in read.mappings(receipt, "rows"):
            qty = quantity(row, "qtyOk")
            if qty <= 0:
                continue
            batch = found.setdefault(
                (row.get("lineNo"), row.get("batchNo")),
                {
                    **{name: row.get(name) for name in ("lineNo", "itemCode", "generic", "batchNo", "expiry", "price")},
                    "qty": Decimal(0),
                },
            )
            batch["qty"] += qty
    return list(found.values())


def open_quantity(line: Line) -> Decimal:
    """What of a line is confirmed and still to come."""
    return quantity(line, "confirmed") - quantity(line, "received")


def received_amount(lines: Iterable[Line]) -> Decimal:
    """What was accepted, in money."""
    return sum((money(quantity(line, "received") * price(line)) for line in lines), Decimal(0))


def _of_line(stock: Iterable[Line], line: Line) -> Decimal:
    return sum((quantity(row, "qty") for row in stock if row.get("lineNo") == line.get("lineNo")), Decimal(0))


def _deliveries(row: Line) -> list[str]:
    text = (read.text(row, "deliveries") or "").replace("，", ",").replace("、", ",")
    return [part.strip() for part in text.split(",") if part.strip()]


def _quantities(holders: Iterable[Line], name: str) -> dict[int, Decimal]:
    """Sums by line of the rows of all these."""
    found: dict[int, Decimal] = {}
    for row in (row for holder in holders for row in read.mappings(holder, "rows")):
        line_no = read.whole(row, "lineNo")
        found[line_no] = found.get(line_no, Decimal(0)) + quantity(row, name)
    return found


def _line_differences(lines: Mapping[int, Line], accepted: Mapping[int, Decimal], rows: Iterable[Line]) -> list[str]:
    rows = list(rows)
    asked = _quantities([{"rows": rows}], "qty")
    found = [f"订单没有第 {line_no} 行。" for line_no in asked if line_no not in lines]
    for line_no in sorted(set(asked) | {number for number, qty in accepted.items() if qty > 0}):
        ok, wanted = accepted.get(line_no, Decimal(0)), asked.get(line_no, Decimal(0))
        if line_no in lines and ok != wanted:
            found.append(f"第 {line_no} 行：验收合格 {ok:f}，发票数量 {wanted:f}。")
    for row in rows:
        line = lines.get(read.whole(row, "lineNo"))
        if line is not None and price(row) != price(line):
            found.append(f"第 {row.get('lineNo')} 行：订单单价 {price(line):f}，发票单价 {price(row):f}。")
    return found


def _named(row: Line, line: Line) -> dict[str, JSON]:
    known = {name: line.get(name) for name in ("itemCode", "generic", "spec", "price", "coldChain", *DEVICE)}
    return {**row, **known, "qtyOk": row.get("qty"), "qtyRejected": Decimal(0)}


def _missing(wanted: Iterable[Line], rows: Iterable[Line]) -> list[str]:
    """A sentence for each batch of `wanted` that `rows` leave out or change."""
    there = {_identity(row) for row in rows}
    return [
        f"少了第 {row.get('lineNo')} 行批号 {row.get('batchNo')}，送来的每一批都要写。"
        for row in wanted
        if _identity(row) not in there
    ]


def _identity(row: Line) -> tuple[JSON, ...]:
    return (row.get("lineNo"), row.get("batchNo"), quantity(row, "qty"))


def _row_problems(number: int, row: Line, rules: Line, today: date | None) -> list[str]:
    name = f"第 {number} 行（批号 {row.get('batchNo')}）"
    ok, bad, sent = quantity(row, "qtyOk"), quantity(row, "qtyRejected"), quantity(row, "qty")
    found = []
    if ok + bad != sent:
        found.append(f"{name}：合格加拒收应等于送货的 {sent:f}，填的是 {ok + bad:f}。")
    if bad > 0 and not read.text(row, "rejectReason"):
        found.append(f"{name}：拒收要选原因。")
    if ok > 0:
        found += [f"{name}：{problem}" for problem in (*_expiry_problems(row, rules, today), *_cold_problems(row))]
        found += [
            f"{name}：{problem}" for problem in (_device_problems(row) if read.flag(row, "device") else _trace_problems(row))
        ]
    return found


def _trace_problems(row: Line) -> list[str]:
    """Each pack has a code of its own; where there are fewer, as for a carton with one code, the reason is told."""
    codes, ok = re.split(r"[\s,，、;；]+", (read.text(row, "traceCodes") or "").strip(" ,，、;；")), quantity(row, "qtyOk")
    count = len([code for code in codes if code])
    if count == ok or read.text(row, "traceReason"):
        return []
    return [f"追溯码 {count} 个，合格数量 {ok:f}：逐盒扫码，扫不了的写明原因（如整箱码）。"]


def _device_problems(row: Line) -> list[str]:
    """What the scanned UDI of a device and its row do not agree in; an implant needs a serial number for each piece."""
    codes, found, serials = (read.text(row, "udi") or "").split(), [], []
    if not codes:
        return ["器械要扫 UDI。"]
    if not read.text(row, "registrationNo"):
        found.append("目录里没有这个器械的注册证号。")
    for code in codes:
        try:
            told = parse(code)
        except BadCode as error:
            found.append(str(error))
            continue
        serials.append(told.get("serial"))
        for key, name, label in (("di", "di", "产品标识"), ("lot", "batchNo", "批号"), ("expiry", "expiry", "有效期")):
            if key in told and told[key] != str(row.get(name)):
                found.append(f"UDI 的{label}是 {told[key]}，应为 {row.get(name)}。")
    if read.flag(row, "implant") and (None in serials or len(set(serials)) != quantity(row, "qtyOk")):
        found.append(
            f"植入物要逐件扫 UDI，序列号不能重复：合格 {quantity(row, 'qtyOk'):f} 件，序列号 {len(set(serials) - {None})} 个。"
        )
    return found


def _expiry_problems(row: Line, rules: Line, today: date | None) -> list[str]:
    made, ends = read.day(row, "mfgDate"), read.day(row, "expiry")
    if made is None or ends is None or today is None:
        return ["要写生产日期和有效期。"]
    if made >= today or ends <= made:
        return ["生产日期应在今天之前，有效期应在生产日期之后。"]
    left = (ends - today).days
    near = left < int(quantity(rules, "months")) * _MONTH_DAYS or left < (ends - made).days * quantity(rules, "share")
    return ["有效期不足，应拒收，或由总药师同意接收。"] if near and not read.flag(row, "nearExpiry") else []


def _cold_problems(row: Line) -> list[str]:
    if not read.flag(row, "coldChain"):
        return []
    if read.number(row, "tempMin") is None or read.number(row, "tempMax") is None:
        return ["冷链药品要写途中最低和最高温度。"]
    if not read.text(row, "loggerNo"):
        return ["冷链药品要写温度记录仪编号。"]
    if _is_cold(row) or read.number(row, "breakMinutes") is not None:
        return []
    return ["途中温度超出 2–8 ℃：写明持续多少分钟，或者拒收，原因选温度。"]


def _is_cold(row: Line) -> bool:
    return COLD[0] <= quantity(row, "tempMin") <= quantity(row, "tempMax") <= COLD[1]


def _is_quarantined(row: Line, most: Decimal) -> bool:
    """Whether goods that came too warm for too long, or frozen, wait for a decision."""
    if not read.flag(row, "coldChain") or quantity(row, "qtyOk") <= 0 or read.text(row, "coldDecision") == "release":
        return False
    return not _is_cold(row) and (quantity(row, "tempMin") < COLD[0] or quantity(row, "breakMinutes") > most)


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "procurement.dispatch": dispatch,
        "procurement.accept": accept,
        "procurement.quarantine": quarantine,
        "procurement.takeIn": take_in,
        "procurement.stop": stop,
        "procurement.match": match,
        "procurement.paid": paid,
        "procurement.reverse": reverse,
    }
)
