"""Centralised procurement of the demo community: a cycle with its orders, deliveries and payments, and what goes wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
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


def prepared(url: str) -> County:
    """The demo community with procurement deployed, of which three branches take part: CH01, CH03 and CH07."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True)
    load_demo(county.engine)
    resources = dict(read_folder(LIBRARY / "procurement"))
    parameters = json.loads(resources["parameters.json"], parse_float=Decimal)
    few = dump_json({**parameters, "memberTypes": ["20", "22"]}).encode()
    county.execute(Deploy(name="procurement", resources={**resources, "parameters.json": few}))
    return county


@pytest.fixture(scope="module")
def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all that, to be copied."""
    path = tmp_path_factory.mktemp("procurement") / "county.sqlite"
    shutil.copyfile(sqlite_template, path)
    prepared(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def county(prepared_file: Path, tmp_path: Path) -> Iterator[County]:
    """A community of its own in an SQLite file."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(prepared_file, path)
    with County(f"sqlite:///{path}", clock=VirtualClock(MONDAY), demo=True) as county:
        yield county


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """A community of its own, once in each kind of database."""
    with prepared(database_url) as county:
        yield county


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


def report(county: County, code: str, *rows: Mapping[str, Any], **lines: Mapping[str, Any]) -> None:
    """A member counts, asks for what is suggested (`lines` changes a row by its item), and its director signs."""
    case, pharmacy = own(county, "order_member", code), county.person(f"{code}-021")
    pharmacy.complete(case.task("count_stock"), "counted", {"counted": list(rows)})
    asked = [{"qty": row["suggested"], **lines.get(row["itemCode"], {})} for row in case.variables["lines"]]
    pharmacy.complete(case.task("request"), "submit", {"lines": asked})
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
    for member in case.variables["members"]:
        institution = member["institution"]
        report(county, institution, *(rows if institution == code else [counted(METFORMIN, 500)]))
    judged(county, case)
    county.person(PHARMACY).complete(case.task("approve_pharm"), "agree")
    county.person(CHIEF).complete(case.task("check_budget"), "agree")
    county.work()
    return case, county.cases("order_case")


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
    accepted = [{"qtyOk": row["qty"], "qtyRejected": 0, "traceCodes": f"81{row['batchNo']}"} for row in rows]
    accepted[0].update(receipt)
    county.person(f"{code}-021").complete(case.task("receive"), "received", {"rows": accepted})
    if case.variables["problems"] is None:
        county.person(f"{code}-022").complete(case.task("second"), "agree")
        county.work()
    return case


def invoiced(county: County, order: CaseView, number: str, deliveries: str, amount: str, *lines: tuple[int, int, str]) -> None:
    """An invoice is entered by the finance centre."""
    rows = [{"lineNo": line, "qty": qty, "price": Decimal(price)} for line, qty, price in lines]
    values = {"invoiceNo": number, "invoiceDate": "2026-10-12", "invoiceAmount": Decimal(amount)}
    county.person(FINANCE).complete(
        order.task("enter_invoice"), "enter", {**values, "invoiceDeliveries": deliveries, "invoiceLines": rows}
    )


def paid(county: County, order: CaseView) -> None:
    """The payment goes its way to the cashier."""
    county.person(FINANCE).complete(order.task("audit"), "agree")
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


def test_a_cycle_goes_its_whole_way(both: County) -> None:
    """Two members report, the third misses the cut-off; one order is delivered in two parts and paid in two."""
    county = both
    case = started(county)
    report(county, "CH01", counted(METFORMIN, 50, 300), counted(AMLODIPINE, 90), counted(INSULIN, 5, 10))
    report(county, "CH03", counted(BRANDED, 0), **{BRANDED: {"qty": 20}})
    county.pass_time("P7D")
    # Who missed the cut-off is served from his standing request, and it says so; narcotics are never ordered by themselves.
    reports = {row["institution"]: row for row in case.variables["reports"]}
    assert [code for code, row in reports.items() if not row["auto"]] == ["CH01", "CH03"]
    automatic = [line for line in case.variables["lines"] if line["institution"] == "CH07"]
    assert {line["itemCode"] for line in automatic} == {METFORMIN, AMLODIPINE, INSULIN, "XJ01CAA040E001010100005"}
    assert {line["auto"] for line in automatic} == {True}
    assert own(county, "order_member", "CH07").state == "completed"

    # The table has put the volume-based item in the place of the branded one.
    swapped = next(line for line in case.variables["review"] if line["institution"] == "CH03")
    assert (swapped["verdict"], swapped["verdictItem"]) == ("replace", AMLODIPINE)
    judged(county, case, CH01_01={"verdict": "cut", "verdictQty": 9999, "because": "库存够"})
    assert "CH01-01" in case.variables["problems"]
    judged(county, case, CH01_01={"verdict": "pass", "verdictQty": 550, "because": None})
    county.person(PHARMACY).complete(case.task("approve_pharm"), "agree")
    county.restart()
    assert case.open == ["check_budget"]
    county.person(CHIEF).complete(case.task("check_budget"), "agree")
    county.work()
    orders = {order.variables["orderNo"]: order for order in county.cases("order_case")}
    assert len(orders) == len(case.variables["orders"])
    assert sum(amount for amount, _, _ in budget(county)) == case.variables["amount"]

    first = next(order for number, order in orders.items() if number.endswith("CH01-S01"))
    assert [(line["qty"], line["amount"]) for line in first.variables["lines"]] == [
        (Decimal(550), Decimal("1760.00")),
        (Decimal(310), Decimal("604.50")),
    ]
    confirmed(county, first)
    delivered(county, first, "D1", batch(1, "A1", 300), batch(2, "B1", 310))
    assert (first.variables["stock"], first.variables["receivedAmount"]) == (610, Decimal("1564.50"))
    invoiced(county, first, "F1", "D1", "1564.50", (1, 300, "3.20"), (2, 310, "1.95"))
    county.restart()
    paid(county, first)
    assert (first.variables["paidAmount"], first.open) == (Decimal("1564.50"), ["enter_dispatch", "enter_invoice"])
    county.pass_time("P46D")
    # The cycle has closed meanwhile, and the line is still open.
    assert case.state == "completed"
    assert case.variables["metrics"]["open"] == len(orders)
    delivered(county, first, "D2", batch(1, "A2", 250))
    invoiced(county, first, "F2", "D2", "800.00", (1, 250, "3.20"))
    paid(county, first)
    assert first.state == "completed"
    assert [(row["batchNo"], row["qty"]) for row in first.variables["batches"]] == [("A1", 300), ("B1", 310), ("A2", 250)]
    assert sum(row["amount"] for row in first.variables["clearing"]) == Decimal("2364.50")
    assert (Decimal("2364.5"), Decimal("2364.5"), "released") in budget(county)
    clean(county)
