"""What goes wrong with orders: silent suppliers, bad goods, wrong invoices, cancelled orders; and that nothing is paid twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.message import SendMessage
from engine.errors import Conflict, EngineError
from engine.store.tables import Message, Reservation
from engine.testing import CaseView, County
from tests.engine.interleaving import codes, race
from tests.procurement.orders import (
    BUYER,
    CASHIER,
    CEFUROXIME,
    CHIEF,
    FINANCE,
    INSULIN,
    METFORMIN,
    MONDAY,
    OTHER_FINANCE,
    PHARMACY,
    TRACED,
    VICE,
    asked,
    batch,
    budget,
    clean,
    confirmed,
    counted,
    delivered,
    invoiced,
    judged,
    order,
    own,
    paid,
    started,
)


def cancelled(county: County, case: CaseView) -> None:
    """The director of pharmacy cancels an order."""
    director = county.person(PHARMACY)
    asked = director.start("order_cancellation")
    number = case.variables["order"]["orderNo"]
    director.complete(asked.task("fill_cancel"), "cancel", {"orderNo": number, "reason": "药品召回"})
    county.work()


def tell(county: County, case: CaseView, name: str, key: str, **payload: Any) -> None:
    """The supplier's system sends a message about an order, under a name of its own."""
    number = case.variables["order"]["orderNo"]
    message = SendMessage(
        name=name, to="CH00", business_key=number, message_id=key, correlation={"orderNo": number}, payload=payload
    )
    county.execute(message)
    county.work()


def test_an_order_cancelled_after_one_of_three_deliveries(county: County) -> None:
    """What was not used goes back by batch, what was is listed with its patients and paid, the budget is exact to the cent."""
    case = order(county)
    confirmed(county, case)
    delivered(county, case, "D1", batch(1, "A1", 200), batch(1, "A2", 50), batch(2, "B1", 100))
    county.person(BUYER).complete(
        case.task("enter_dispatch"), "enter", {"deliveryNo": "D2", "waybill": "W", "rows": [batch(1, "A3", 200)]}
    )
    county.work()
    held = budget(county)
    assert held[0] == (Decimal("2700"), Decimal(0), "held")
    cancelled(county, case)
    county.restart()
    # The delivery that is on its way is refused at the door, and nobody has a task of the order but the branch.
    assert own(county, "order_delivery", "CH01").state == "completed"
    assert case.open == []
    back, pharmacy = own(county, "order_return", "CH01"), county.person("CH01-021")
    pharmacy.complete(
        back.task("report_use"), "report", {"used": [{"usedQty": 201, "patients": "x"}, {"usedQty": 0}, {"usedQty": 0}]}
    )
    assert "批号 A1：入库 200" in back.variables["problems"]
    used = [{"usedQty": 37, "patients": "门诊 0001、门诊 0002"}, {"usedQty": 0}, {"usedQty": 0}]
    pharmacy.complete(back.task("report_use"), "report", {"used": used})
    county.work()
    county.restart()
    returned = [(row["batchNo"], row["qty"]) for row in case.variables["returned"]]
    assert returned == [("A1", 163), ("A2", 50), ("B1", 100)]
    [consumed] = case.variables["consumed"]
    assert (consumed["batchNo"], consumed["usedQty"], consumed["patients"]) == ("A1", 37, "门诊 0001、门诊 0002")
    assert budget(county)[0] == (Decimal("118.40"), Decimal(0), "held")
    values = {"invoiceNo": "F9", "invoiceDate": "2026-10-12"}
    county.person(FINANCE).complete(case.task("last_invoice"), "enter", values)
    paid(county, case)
    assert case.open == ["cancel_platform"]
    county.person(BUYER).complete(case.task("cancel_platform"), "cancelled")
    county.work()
    assert (case.state, case.variables["paidAmount"]) == ("completed", Decimal("118.40"))
    assert budget(county)[0] == (Decimal("118.40"), Decimal("118.40"), "released")
    clean(county)


def test_a_paid_order_cannot_be_undone_without_a_claim(county: County) -> None:
    case = order(county)
    confirmed(county, case)
    delivered(county, case, "D1", batch(1, "A1", 100))
    invoiced(county, case, "F1", "D1", "320.00", (1, 100, "3.20"))
    paid(county, case)
    cancelled(county, case)
    back = own(county, "order_return", "CH01")
    county.person("CH01-021").complete(back.task("report_use"), "report", {"used": [{"usedQty": 10, "patients": "门诊 0003"}]})
    county.work()
    finance = county.person(FINANCE)
    assert case.open == ["claim"]
    with pytest.raises(EngineError):
        finance.complete(case.task("claim"), "refunded", {"refundAmount": Decimal("288.01"), "refundSlip": "H1"})
    finance.complete(case.task("claim"), "refunded", {"refundAmount": Decimal("288.00"), "refundSlip": "H1"})
    county.person(BUYER).complete(case.task("cancel_platform"), "cancelled")
    county.work()
    assert (case.state, budget(county)[0]) == ("completed", (Decimal("2700"), Decimal("32.00"), "released"))
    # What comes late for an order that is gone lies on the desk of dead messages.
    cancelled(county, case)
    cycles = len(county.cases("order_cycle"))
    county.pass_time("P31D")
    # Meanwhile the clock has opened cycles of its own, every ten working days.
    assert len(county.cases("order_cycle")) == cycles + 2
    assert county.rows(select(Message.name).where(Message.state == "dead")) == [("OrderCancelled",)]


def test_a_silent_supplier_starts_a_search_for_each_line(county: County) -> None:
    """After 48 hours of business each line has its case; the first usable answer withdraws the other searches."""
    case = order(county)
    county.person(BUYER).complete(case.task("place"), "placed", {"platformNo": "PT-1"})
    county.pass_time("P2DT10H")
    searches = county.cases("shortage")
    assert (case.state, [search.variables["qty"] for search in searches]) == ("completed", [600, 400])
    assert budget(county)[0] == (Decimal("2700"), Decimal(0), "released")
    first, second = searches
    ways = ["alternative", "off_platform", "other_distributor", "same_generic"]
    assert sorted(first.open) == ways
    county.person(BUYER).complete(first.task("other_distributor"), "none", opinion="两家都没有")
    donor = next(found for found in county.cases("shortage_donor") if donor_of(found, first))
    county.person(f"{donor_code(county, donor)}-021").complete(donor.task("offer_stock"), "none", opinion="自己也不够")
    county.work()
    county.person(PHARMACY).complete(first.task("same_generic"), "usable", {"answerText": "丙厂 0.5g×48，明日到"})
    county.work()
    assert (first.state, first.variables["solution"]["way"]) == ("completed", "same_generic")
    assert {found.state for found in county.cases("shortage_donor") if donor_of(found, first)} == {"completed"}
    assert sorted(second.open) == ways
    county.person("CH01-021").complete(own(county, "shortage_arrival", "CH01").task("arrive"), "arrived")
    assert own(county, "shortage_arrival", "CH01").state == "completed"
    clean(county)


def donor_of(donor: CaseView, search: CaseView) -> bool:
    """Whether a donor was asked in this search."""
    return bool(donor.variables["shortageKey"] == search.variables["shortageKey"])


def donor_code(county: County, donor: CaseView) -> str:
    """Code of the institution that is asked."""
    return next(code for code in ("CH03", "CH07") if county.institution(code) == donor.row.institution)


def test_a_branch_gives_what_another_lacks_and_the_patient_is_called(county: County) -> None:
    """A life-saving drug is registered with its patient; a branch spares it within minutes; nobody fetches it twice."""
    pharmacy = county.person("CH01-021")
    registration = pharmacy.start("shortage_registration")
    wanted = {"itemCode": INSULIN, "generic": "甘精胰岛素注射液", "qty": 5, "urgent": True}
    patient = {"patientName": "丁一·演示", "patientPhone": "19900000001"}
    pharmacy.complete(registration.task("register"), "search", {**wanted, **patient})
    county.work()
    [case] = county.cases("shortage")
    # Who the patient is stays with the pharmacy that knows him.
    assert "patientName" not in case.variables
    donors = county.cases("shortage_donor")
    county.person(f"{donor_code(county, donors[0])}-021").complete(donors[0].task("offer_stock"), "offer", {"offerQty": 5})
    county.work()
    assert case.variables["solution"]["institution"] == donor_code(county, donors[0])
    assert (donors[0].open, donors[1].state) == (["ship"], "completed")
    pharmacy.complete(registration.task("fetch"), "arrived")
    for _ in range(2):
        pharmacy.complete(registration.task("call_patient"), "unfetched", opinion="电话通了，没有来")
    assert (registration.state, registration.variables["blacklisted"]) == ("completed", True)
    # Without an answer in two hours the vice president has to decide.
    again = pharmacy.start("shortage_registration")
    pharmacy.complete(again.task("register"), "search", wanted)
    county.work()
    other = county.cases("shortage")[-1]
    county.pass_time("PT2H")
    assert other.open == ["decide"]
    county.person(VICE).complete(other.task("decide"), "unsolved", opinion="省内断供")
    county.work()
    assert (other.open, other.variables["solution"]["way"]) == (["report_scarce"], "unsolved")
    clean(county)


def test_goods_are_accepted_by_two_people_and_by_the_rules(county: County) -> None:
    case = order(county, "S02")
    confirmed(county, case, {"lineNo": 1, "answer": "partial", "qty": 50, "reason": "厂家限量"})
    assert [search.variables["qty"] for search in county.cases("shortage")] == [10]
    buyer = county.person(BUYER)
    too_much = {"deliveryNo": "D1", "waybill": "W", "rows": [batch(1, "I1", 51)]}
    buyer.complete(case.task("enter_dispatch"), "enter", too_much)
    assert case.variables["problems"] == "第 1 行：还可送 50，送货单写的是 51。"
    near = batch(1, "I1", 50, expiry="2027-03-01", made="2026-03-01")
    receipt = delivered(county, case, "D1", near, qtyOk=40, qtyRejected=9, rejectReason="broken", tempMin=1, tempMax=9)
    said = receipt.variables["problems"]
    assert all(part in said for part in ("应等于送货的 50", "有效期不足", "温度超出"))
    row = {"qtyOk": 48, "qtyRejected": 2, "rejectReason": "broken", "nearExpiry": True, "tempMin": 3, "tempMax": 6}
    first, second = county.person("CH01-021"), county.person("CH01-022")
    first.complete(receipt.task("receive"), "received", {"rows": [{**row, **TRACED, "loggerNo": "L-1"}]})
    with pytest.raises(EngineError) as refusal:
        first.complete(receipt.task("second"), "agree")
    assert refusal.value.code == "not-yours"
    second.complete(receipt.task("second"), "agree")
    county.work()
    # Two are broken: they go back, and stay open with the supplier.
    assert (case.variables["stock"], case.open.count("enter_dispatch")) == (48, 1)
    assert county.rows(select(Message.name).where(Message.name == "Returned")) == [("Returned",)]
    buyer.complete(case.task("enter_dispatch"), "stop", opinion="余量不补")
    county.work()
    assert [search.variables["qty"] for search in county.cases("shortage")] == [10, 2]
    assert case.open == ["enter_invoice"]
    invoiced(county, case, "F1", "D1", "2032.80", (1, 48, "42.35"))
    paid(county, case)
    assert case.state == "completed"


def test_a_broken_cold_chain_is_quarantined_until_quality_has_decided(county: County) -> None:
    """Half an hour too warm passes; longer, or frozen, waits outside the stock for the quality centre, batch by batch."""
    case = order(county, "S02")
    confirmed(county, case)
    rows = (batch(1, "I1", 20), batch(1, "I2", 20), batch(1, "I3", 20))
    receipt = delivered(county, case, "D1", *rows, tempMin=4, tempMax=9)
    assert "写明持续多少分钟" in receipt.variables["problems"]
    given = [
        {"qtyOk": 20, "qtyRejected": 0, **TRACED, "loggerNo": "L-1", "tempMin": low, "tempMax": high, "breakMinutes": minutes}
        for low, high, minutes in ((4, 9, 30), (4, 9, 31), (1, 6, 5))
    ]
    first, second, quality = county.person("CH01-021"), county.person("CH01-022"), county.person("CH00-064")
    first.complete(receipt.task("receive"), "received", {"rows": given})
    assert (receipt.open, receipt.variables["quarantined"]) == (["quarantine"], 2)
    quality.complete(receipt.task("quarantine"), "reject", opinion="冻过的和超温的都不能用")
    second.complete(receipt.task("second"), "agree")
    county.work()
    assert [(row["batchNo"], row["qty"]) for row in case.variables["batches"]] == [("I1", 20)]
    assert (case.variables["receipts"][0]["conclusion"], case.variables["stock"]) == ("partial", 20)
    again = delivered(county, case, "D2", batch(1, "I4", 40), tempMin=4, tempMax=10, breakMinutes=45)
    quality.complete(again.task("quarantine"), "release", opinion="稳定性资料支持 10 ℃ 2 小时")
    second.complete(again.task("second"), "agree")
    county.work()
    assert (case.variables["stock"], case.variables["receipts"][1]["rows"][0]["coldDecision"]) == (60, "release")
    clean(county)


def test_nothing_is_paid_twice_nor_more_than_was_accepted(county: County) -> None:
    case, other = order(county), order(county, "S02")
    for each in (case, other):
        confirmed(county, each)
    delivered(county, case, "D1", batch(1, "A1", 100))
    delivered(county, other, "D2", batch(1, "I1", 10), tempMin=3, tempMax=6)
    # One piece, one cent of price, or two cents of the sum too many: both sides have to look, and nothing is paid.
    for qty, price, amount in ((101, "3.20", "323.20"), (100, "3.21", "321.00"), (100, "3.20", "320.02")):
        invoiced(county, case, "F1", "D1", amount, (1, qty, price))
        assert sorted(case.open) == ["enter_dispatch", "explain_buyer", "explain_finance"]
        county.person(BUYER).complete(case.task("explain_buyer"), "done", opinion="供应商重开")
        county.person(FINANCE).complete(case.task("explain_finance"), "done", opinion="退票")
    # Two people enter the invoice at once, and the supplier's system sends it three times: one payment is under way.
    values = {
        "invoiceNo": "F1",
        "invoiceDate": "2026-10-12",
        "invoiceAmount": Decimal("320.01"),
        "invoiceDeliveries": "D1",
        "makerInvoiceNo": "M",
    }
    values["invoiceLines"] = [{"lineNo": 1, "qty": 100, "price": Decimal("3.20")}]
    task = case.task("enter_invoice")
    people = [county.person(FINANCE), county.person(OTHER_FINANCE)]
    racers = race(*(lambda person=person: person.complete(task, "enter", values) for person in people))
    assert codes(racers).count("ok") == 1
    auditor = OTHER_FINANCE if racers[0].code == "ok" else FINANCE
    for key in ("m-1", "m-1", "m-2"):
        tell(county, case, "Invoice", key, **{**values, "taxId": None})
    assert case.open.count("audit") == 1
    # The same invoice number for the other order is refused as long as the first may still be paid, and after.
    rows = (1, 10, "42.35")
    invoiced(county, other, "F1", "D2", "423.50", rows)
    assert "explain_finance" in other.open
    paid(county, case, auditor)
    assert (case.variables["paidAmount"], len(case.variables["paid"])) == (Decimal("320.00"), 1)
    # The message that came twice is compared with what was paid, and both sides are asked again.
    assert "已经付过" in case.variables["differences"]
    used = select(Reservation.used).where(Reservation.resource == "invoice/F1")
    assert county.rows(used) == [(Decimal(1),)]
    assert sum(used for _, used, _ in budget(county)) == Decimal("320.00")


def test_who_entered_the_invoice_does_not_audit_it_and_the_payer_is_none_of_those_who_agreed(county: County) -> None:
    case = order(county)
    confirmed(county, case)
    delivered(county, case, "D1", batch(1, "A1", 100))
    invoiced(county, case, "F1", "D1", "320.00", (1, 100, "3.20"))
    # Five and twenty days from the receipt, whoever has it at the moment.
    assert case.task("audit").due_at == MONDAY + timedelta(days=25)
    with pytest.raises(EngineError) as refusal:
        county.person(FINANCE).complete(case.task("audit"), "agree")
    assert refusal.value.code == "not-yours"
    county.person(OTHER_FINANCE).complete(case.task("audit"), "agree")
    county.person(CHIEF).complete(case.task("approve"), "return", opinion="合同没有附")
    county.work()
    assert "合同没有附" in case.variables["differences"]
    invoiced(county, case, "F1", "D1", "320.00", (1, 100, "3.20"))
    county.person(OTHER_FINANCE).complete(case.task("audit"), "agree")
    county.person(CHIEF).complete(case.task("approve"), "agree")
    values = {"paidOn": "2026-10-12", "slip": "B-1"}
    cashier, task = county.person(CASHIER), case.task("pay_out")
    cashier.complete(task, "paid", values)
    with pytest.raises(Conflict):
        cashier.complete(task, "paid", values)
    assert len(case.variables["paid"]) == 1


def test_a_recalled_drug_is_frozen_everywhere_and_its_orders_are_cancelled(county: County) -> None:
    """One branch reports at once, one late, one by telephone; only the order with the drug is cancelled."""
    director, insulin, other = county.person(PHARMACY), order(county, "S02"), order(county)
    recall = director.start("order_recall")
    told = {"itemCode": INSULIN, "generic": "甘精胰岛素注射液", "level": "1", "reason": "冷藏失控"}
    director.complete(recall.task("fill_recall"), "recall", told)
    county.work()
    assert (insulin.state, other.state, recall.open) == ("completed", "active", [])
    assert [row[2] for row in budget(county)] == ["held", "released"]
    report(county, "CH01", 4, 1, "门诊 0007")
    county.pass_time("P1D")
    assert recall.open == ["chase", "chase"]
    report(county, "CH03", 0, 0, None)
    director.complete(recall.task("chase"), "entered", {"stockQty": 2, "usedQty": 0})
    county.work()
    assert [(row["institution"], row["stockQty"], row["proxy"]) for row in recall.variables["reports"]] == [
        ("CH01", 4, False),
        ("CH03", 0, False),
        ("CH07", 2, True),
    ]
    director.complete(recall.task("conclude"), "done", opinion="退回厂家")
    assert recall.state == "completed"


def report(county: County, code: str, stock: int, used: int, patients: str | None) -> None:
    """A branch freezes what it has of a recalled drug and reports."""
    case, pharmacy = own(county, "order_recall_member", code), county.person(f"{code}-021")
    pharmacy.complete(case.task("freeze"), "frozen")
    values = {"stockQty": stock, "usedQty": used, "patients": patients}
    pharmacy.complete(case.task("report_stock"), "report", values)
    county.work()


def test_the_table_stops_what_must_not_be_bought_and_the_budget_holds(county: County) -> None:
    """A second cycle: unknown, dear, twice, over the quota; and the year's budget lets through only what is left of it."""
    case = started(county)
    rows = [counted(METFORMIN), counted(CEFUROXIME), counted(INSULIN, 0, 10), counted(METFORMIN), counted("XZ99")]
    wanted = {CEFUROXIME: {"qty": 10}, INSULIN: {"qty": 201, "note": "流感"}, "XZ99": {"qty": 5}}
    asked(county, "CH01", *rows, **wanted)
    county.pass_time("P7D")
    first = {row["key"]: (row["verdict"], row["verdictQty"]) for row in case.variables["review"]}
    assert [first[f"CH01-0{number}"] for number in range(1, 6)] == [
        ("pass", 600),
        ("return", 0),
        ("cut", 200),
        ("return", 0),
        ("return", 0),
    ]
    # What the price forbids nobody can let pass by hand.
    judged(county, case, CH01_02={"verdict": "pass", "verdictQty": 10, "because": None})
    assert "高于平台价" in case.variables["problems"]
    judged(county, case, CH01_02={"verdict": "shortage", "verdictQty": 0, "because": "等平台调价"})
    county.person(PHARMACY).complete(case.task("approve_pharm"), "return", opinion="二甲双胍太多")
    judged(county, case, CH01_01={"verdict": "cut", "verdictQty": 100, "because": "按总药师意见"})
    county.person(PHARMACY).complete(case.task("approve_pharm"), "agree")
    held = budget(county)
    county.person(CHIEF).complete(case.task("check_budget"), "return", opinion="等季度预算")
    assert [state for *_, state in budget(county)[len(held) - len(case.variables["parts"]) :]] == ["released"] * len(
        case.variables["parts"]
    )
    assert case.open == ["line_verdict"]
