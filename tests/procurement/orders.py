"""What the people of the demo community do in a cycle of orders, as steps that tests are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.store.base import dump_json
from engine.store.tables import Message, Reservation
from engine.testing import CaseView, County

MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""A working day after the October holidays, nine o'clock in China."""
PRESIDENT, PHARMACY, VICE, CHIEF = "CH00-001", "CH00-071", "CH00-072", "CH00-073"
BUYER, OTHER_BUYER, CASHIER, FINANCE, OTHER_FINANCE = "CH00-074", "CH00-075", "CH00-076", "CH00-063", "CH00-077"
METFORMIN, AMLODIPINE, BRANDED = "XA10BAE046A001010100001", "XC08CAA010A001010200002", "XC08CAA010A001010200003"
INSULIN, MORPHINE, CEFUROXIME = "XA10ABG067B002010100004", "XN02AAM102B002010100006", "XJ01DCT044B001010100007"
STENT = "C0101010101001000001"


TRACED = {"traceCodes": "8100", "traceReason": "整箱一码"}
"""The trace code of a carton, which stands for all of its packs."""


def prepared(url: str) -> County:
    """The demo community with procurement deployed, of which three branches take part: CH01, CH03 and CH07."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True)
    load_demo(county.engine)
    county.execute(Deploy(name="collect", resources=read_folder(LIBRARY / "collect")))
    changed(county, {})
    return county


def changed(county: County, cycle: Mapping[str, Any], **parameters: Any) -> None:
    """Deploys procurement for three branches; `cycle` and `parameters` are what a community has set otherwise."""
    resources = dict(read_folder(LIBRARY / "procurement"))
    given = json.loads(resources["parameters.json"], parse_float=Decimal)
    given |= {"memberTypes": ["20", "22"], "orderCycle": {**given["orderCycle"], **cycle}, **parameters}
    county.execute(Deploy(name="procurement", resources={**resources, "parameters.json": dump_json(given).encode()}))


def counted(code: str, stock: int = 0, use30: int = 0) -> dict[str, Any]:
    """One counted item."""
    return {"itemCode": code, "stock": stock, "use30": use30, "inTransit": 0}


def own(county: County, process: str, code: str) -> CaseView:
    """The newest case of a process that an institution owns."""
    key = county.institution(code)
    return [case for case in county.cases(process) if case.row.institution == key][-1]


def started(county: County) -> CaseView:
    """A cycle that all members know of."""
    case = county.person(BUYER).start("order_cycle")
    county.work()
    return case


def asked(county: County, code: str, *rows: Mapping[str, Any], **lines: Mapping[str, Any]) -> None:
    """A member counts, asks for what is suggested (`lines` changes a row by its item), and its director signs."""
    case, pharmacy = own(county, "order_member", code), county.person(f"{code}-021")
    pharmacy.complete(case.task("count_stock"), "counted", {"counted": list(rows)})
    wanted = [{"qty": row["suggested"], **lines.get(row["itemCode"], {})} for row in case.variables["lines"]]
    pharmacy.complete(case.task("request"), "submit", {"lines": wanted})
    county.person(f"{code}-001").complete(case.task("sign"), "agree")
    county.work()


def judged(county: County, case: CaseView, **changed: Mapping[str, Any]) -> None:
    """The buyer takes the verdicts of the table over; `changed` are others, by the key of the line with an underscore."""
    rows = [
        {name: row[name] for name in ("verdict", "verdictQty", "verdictItem", "because")}
        | changed.get(row["key"].replace("-", "_"), {})
        for row in case.variables["review"]
    ]
    county.person(BUYER).complete(case.task("line_verdict"), "decide", {"review": rows})


def ordered(county: County, *rows: Mapping[str, Any], code: str = "CH01") -> tuple[CaseView, list[CaseView]]:
    """The cycle and the orders of one member that has asked for these; the others are reported with nothing to order."""
    case = started(county)
    asked(county, code, *rows)
    for other in {"CH01", "CH03", "CH07"} - {code}:
        asked(county, other, counted(METFORMIN, 500))
    judged(county, case)
    county.person(PHARMACY).complete(case.task("approve_pharm"), "agree")
    county.person(CHIEF).complete(case.task("check_budget"), "agree")
    county.work()
    return case, county.cases("order_case")


def order(county: County, supplier: str = "S01") -> CaseView:
    """The order of CH01 from a supplier."""
    return next(case for case in county.cases("order_case") if case.variables["order"]["distributor"] == supplier)


def confirmed(county: County, order: CaseView, *answers: Mapping[str, Any]) -> None:
    """The order is placed, and the supplier confirms it in full or as said."""
    buyer = county.person(BUYER)
    buyer.complete(order.task("place"), "placed", {"platformNo": "PT-1"})
    full = [{"lineNo": line["lineNo"], "answer": "full"} for line in order.variables["lines"]]
    buyer.complete(order.task("enter_confirmation"), "enter", {"answers": list(answers) or full})
    county.work()


def batch(line: int, number: str, qty: int, expiry: str = "2028-06-30", made: str = "2026-06-30") -> dict[str, Any]:
    """One row of a dispatch note."""
    return {"lineNo": line, "batchNo": number, "qty": qty, "mfgDate": made, "expiry": expiry}


def delivered(county: County, order: CaseView, number: str, *rows: Mapping[str, Any], **receipt: Any) -> CaseView:
    """A delivery is entered for the supplier and accepted by two pharmacists, in full or as `receipt` says of its first row."""
    county.person(BUYER).complete(
        order.task("enter_dispatch"), "enter", {"deliveryNo": number, "waybill": f"W-{number}", "rows": list(rows)}
    )
    county.work()
    code = order.variables["order"]["deliverTo"]
    case = own(county, "order_delivery", code)
    accepted = [{"qtyOk": row["qty"], "qtyRejected": 0, **TRACED, "loggerNo": "L-1"} for row in rows]
    accepted[0].update(receipt)
    county.person(f"{code}-021").complete(case.task("receive"), "received", {"rows": accepted})
    if case.open == ["second"]:
        county.person(f"{code}-022").complete(case.task("second"), "agree")
        county.work()
    return case


def invoiced(county: County, order: CaseView, number: str, deliveries: str, amount: str, *lines: tuple[int, int, str]) -> None:
    """An invoice is entered by the finance centre."""
    rows = [{"lineNo": line, "qty": qty, "price": Decimal(price)} for line, qty, price in lines]
    values = {"invoiceNo": number, "invoiceDate": "2026-10-12", "invoiceAmount": Decimal(amount), "makerInvoiceNo": f"M-{number}"}
    county.person(FINANCE).complete(
        order.task("enter_invoice"), "enter", {**values, "invoiceDeliveries": deliveries, "invoiceLines": rows}
    )


def paid(county: County, order: CaseView, auditor: str = OTHER_FINANCE) -> None:
    """The payment goes its way to the cashier, past an auditor who has not entered the invoice."""
    county.person(auditor).complete(order.task("audit"), "agree")
    county.person(CHIEF).complete(order.task("approve"), "agree")
    county.person(CASHIER).complete(order.task("pay_out"), "paid", {"paidOn": "2026-10-12", "slip": "B-1"})
    county.work()


def budget(county: County) -> list[tuple[Decimal, Decimal, str]]:
    """Amount, used and state of what was reserved of the budget."""
    rows = select(Reservation.amount, Reservation.used, Reservation.state).where(Reservation.resource.like("budget/%"))
    return [tuple(row) for row in county.rows(rows.order_by(Reservation.key))]


def clean(county: County) -> None:
    """Nothing has stopped, and no message was lost."""
    assert [(row.element, row.message) for row in county.incidents()] == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []
