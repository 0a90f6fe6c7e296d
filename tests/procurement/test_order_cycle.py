"""A cycle of orders of the demo community from the members' requests to the last payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.testing import County, bpmn, process
from tests.engine.models import END, START
from tests.procurement.orders import (
    AMLODIPINE,
    BRANDED,
    CHIEF,
    INSULIN,
    METFORMIN,
    PHARMACY,
    asked,
    batch,
    budget,
    changed,
    clean,
    confirmed,
    counted,
    delivered,
    invoiced,
    judged,
    own,
    paid,
    started,
)


@pytest.mark.timeout(300)
def test_a_cycle_goes_its_whole_way(both: County) -> None:
    """Two members report, the third misses the cut-off; one order is delivered in two parts and paid in two."""
    county = both
    case = started(county)
    asked(county, "CH01", counted(METFORMIN, 50, 300), counted(AMLODIPINE, 90), counted(INSULIN, 5, 10))
    asked(county, "CH03", counted(BRANDED, 0), **{BRANDED: {"qty": 25}})
    # Until the cut-off a branch may change what it has reported; its director signs again.
    revised, branch = own(county, "order_member", "CH03"), county.person("CH03-021")
    branch.complete(revised.task("revise"), "revise", {"lines": [{"qty": 20}]}, opinion="盘点后少要 5 盒")
    county.person("CH03-001").complete(revised.task("sign_revision"), "agree")
    county.work()
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
    # Whoever is to get another drug is asked: refused, the buyer decides anew; accepted, or silent, it is bought.
    county.work()
    pharmacy, asked_first = county.person("CH03-021"), own(county, "order_substitute", "CH03")
    pharmacy.complete(
        asked_first.task("answer_substitute"), "answer", {"rows": [{"answer": "refuse", "note": "患者已用原研三年"}]}
    )
    county.work()
    refused = next(line for line in case.variables["review"] if line["institution"] == "CH03")
    assert (case.open, refused["verdict"]) == (["line_verdict"], None)
    assert "患者已用原研三年" in refused["because"]
    again = {"verdict": "replace", "verdictQty": 20, "verdictItem": AMLODIPINE, "because": "集采优先，药师当面解释"}
    judged(county, case, CH03_01=again)
    county.pass_time("P1DT10H")
    assert own(county, "order_substitute", "CH03").variables["silent"]
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
    # The invoice comes when the month in which it should be paid is nearly over: what is late is still paid.
    county.pass_time("P26D")
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


def published(county: County, *rows: dict[str, Any]) -> None:
    """A version of the drug catalogue that is valid from today on, as a round of the catalogue publishes it."""
    given = {"name": "'drugCatalogue'", "rows": "rows", "effectiveOn": "'2026-10-12'", "after": "0"}
    ins = "".join(f'<liandong:in name="{name}" value="${{{value}}}"/>' for name, value in given.items())
    call = f'<liandong:call function="published.put">{ins}</liandong:call>'
    put = f'<serviceTask id="put"><extensionElements>{call}</extensionElements></serviceTask>'
    county.deploy(bpmn(process("list", START, put, END, flows="s > put > e")), name="list")
    county.run("list", at="CH00", rows=list(rows))


def test_the_published_catalogue_decides_what_is_bought_and_the_late_policy_is_a_parameter(county: County) -> None:
    """A drug that has gone out is returned, a new price counts, and whoever is late is decided on by a person."""
    changed(county, {"latePolicy": "ask"})
    kept = {"itemCode": AMLODIPINE, "generic": "苯磺酸氨氯地平片", "doseForm": "片剂", "spec": "5mg×28", "maker": "虚构制药乙"}
    new = {
        "itemCode": "XN99",
        "generic": "新药",
        "doseForm": "片剂",
        "spec": "1mg",
        "maker": "虚构制药辛",
        "price": Decimal("7.00"),
    }
    published(county, {**kept, "vbp": True, "price": Decimal("1.90")}, new)
    case = started(county)
    asked(county, "CH01", counted(METFORMIN), counted(AMLODIPINE), counted("XN99"), XN99={"qty": 5})
    asked(county, "CH03", counted(AMLODIPINE, 500))
    # Who has less than three days' use reports the shortage with the count, however often he counts, and waits for no order.
    low, pharmacy = own(county, "order_member", "CH07"), county.person("CH07-021")
    for _ in range(2):
        pharmacy.complete(low.task("count_stock"), "counted", {"counted": [counted(AMLODIPINE, 5, 60)]})
        county.work()
        pharmacy.complete(low.task("request"), "recount")
    assert [(found.variables["institution"], found.variables["qty"]) for found in county.cases("shortage")] == [("CH07", 20)]
    county.pass_time("P7D")
    assert case.open == ["decide_late"]
    county.person(PHARMACY).complete(case.task("decide_late"), "exclude", opinion="电话说本期不订")
    county.work()
    assert own(county, "order_member", "CH07").state == "completed"
    assert "CH07" not in {row["institution"] for row in case.variables["reports"]}
    assert case.variables["poolText"].endswith("目录第 1 版，2026-10-12 起有效。")
    lines = {row["itemCode"]: row for row in case.variables["review"]}
    assert (lines[METFORMIN]["verdict"], lines[METFORMIN]["verdictQty"]) == ("return", 0)
    assert (lines[AMLODIPINE]["verdict"], lines[AMLODIPINE]["price"], lines[AMLODIPINE]["amount"]) == (
        "pass",
        Decimal("1.90"),
        760,
    )
    # The platform has no distributor for the new drug yet: nobody can order it by mistake.
    judged(county, case)
    assert "没有配送企业" in case.variables["problems"]
    clean(county)
