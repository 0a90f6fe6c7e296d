"""What goes wrong on the side of the supply: the platform is down, goods come to the wrong place, a supplier is bankrupt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.commands.message import SendMessage
from engine.errors import EngineError
from engine.store.tables import Message
from engine.testing import County
from tests.procurement.orders import (
    AMLODIPINE,
    BUYER,
    CHIEF,
    FINANCE,
    INSULIN,
    METFORMIN,
    MONDAY,
    MORPHINE,
    PHARMACY,
    STENT,
    TRACED,
    VICE,
    batch,
    budget,
    clean,
    confirmed,
    delivered,
    invoiced,
    order,
    own,
    paid,
)


def test_an_order_on_paper_waits_for_its_number_on_the_platform(county: County) -> None:
    """The platform is down: the order goes out on paper, and does not end before it has been entered."""
    case, buyer = order(county, "S02"), county.person(BUYER)
    buyer.complete(case.task("place"), "paper", {"placedOn": "2026-10-12", "placedNote": "传真，供应商已签收"})
    assert sorted(case.open) == ["enter_confirmation", "record_platform"]
    buyer.complete(case.task("enter_confirmation"), "enter", {"answers": [{"lineNo": 1, "answer": "full"}]})
    county.work()
    delivered(county, case, "D1", batch(1, "I1", 60), tempMin=3, tempMax=6)
    invoiced(county, case, "F1", "D1", "2541.00", (1, 60, "42.35"))
    paid(county, case)
    assert (case.state, case.open) == ("active", ["record_platform"])
    buyer.complete(case.task("record_platform"), "recorded", {"platformNo": "PT-9"})
    county.work()
    assert (case.state, case.variables["platformNo"], case.variables["placedOn"]) == ("completed", "PT-9", "2026-10-12")
    clean(county)


def test_goods_at_the_wrong_branch_are_brought_on_or_sent_back(county: County) -> None:
    """Who gets goods that are not his puts them aside; the buyer decides, and the order knows what became of them."""
    case, buyer, other = order(county), county.person(BUYER), county.person("CH03-021")
    confirmed(county, case)
    for number, decision in (("D1", "back"), ("D2", "forward")):
        sent = {"deliveryNo": number, "waybill": f"W-{number}", "rows": [batch(1, number, 600)]}
        buyer.complete(case.task("enter_dispatch"), "enter", sent)
        county.work()
        astray = other.start("order_misdelivery")
        told = {"orderNo": case.variables["orderNo"], "deliveryNo": number, "note": "600 盒，放在退货区"}
        other.complete(astray.task("put_aside"), "report", told)
        county.work()
        buyer.complete(case.task("decide_astray"), decision, opinion="司机送错")
        county.work()
        assert astray.variables["rightUnit"] == "东湾分院"
        other.complete(astray.task("hand_over"), "done", {"handedTo": "乙车 0001"})
        assert astray.state == "completed"
    # What went back is no stock and still owed; what is brought on is received where it belongs.
    [refused] = case.variables["receipts"]
    assert (refused["conclusion"], refused["rows"][0]["rejectReason"], case.variables["stock"]) == ("rejected", "wrong", 0)
    receipt = own(county, "order_delivery", "CH01")
    rows = [{"qtyOk": 600, "qtyRejected": 0, **TRACED}]
    county.person("CH01-021").complete(receipt.task("receive"), "received", {"rows": rows})
    county.person("CH01-022").complete(receipt.task("second"), "agree")
    county.work()
    assert (case.variables["stock"], receipt.variables["deliveryNo"]) == (600, "D2")
    # A number that no order knows is answered by nobody: the branch is asked to look again.
    lost = other.start("order_misdelivery")
    other.complete(lost.task("put_aside"), "report", {"orderNo": "CG-0", "deliveryNo": "D9", "note": "单据看不清"})
    county.pass_time("P2D")
    assert (lost.open, lost.variables["unanswered"]) == (["put_aside"], True)


def test_a_bankrupt_supplier_s_open_lines_go_to_his_replacement(county: County) -> None:
    """What has come is paid, what is open is ordered anew, what the replacement lacks is searched; no cent of budget is lost."""
    case, waiting = order(county), order(county, "S02")
    confirmed(county, case)
    delivered(county, case, "D1", batch(1, "A1", 250))
    before = sum(amount for amount, _, _ in budget(county))
    director, vice = county.person(PHARMACY), county.person(VICE)
    stop = director.start("supplier_stop")
    told = {"action": "stop", "distributor": "S01", "replacement": "S01", "reason": "法院裁定破产"}
    director.complete(stop.task("fill_stop"), "submit", told)
    assert "另外一家" in stop.variables["problems"]
    director.complete(stop.task("fill_stop"), "submit", {**told, "replacement": "S02"})
    county.restart()
    vice.complete(stop.task("approve_stop"), "agree")
    county.work()
    assert (stop.state, waiting.variables["rerouted"]) == ("completed", False)
    new = county.cases("order_case")[-1]
    number = case.variables["orderNo"]
    assert (new.variables["orderNo"], new.open, case.open) == (f"{number}-S02", ["place"], ["enter_invoice"])
    [line] = new.variables["lines"]
    assert (line["itemCode"], line["qty"], line["amount"]) == (METFORMIN, 350, Decimal("1120.00"))
    [search] = county.cases("shortage")
    assert (search.variables["itemCode"], search.variables["qty"]) == (AMLODIPINE, 400)
    held = [(amount, state) for amount, _, state in budget(county)]
    assert (held[0], held[-1]) == ((Decimal("800.00"), "held"), (Decimal("1120.00"), "held"))
    assert sum(amount for amount, _ in held) == before - Decimal("780.00")
    invoiced(county, case, "F1", "D1", "800.00", (1, 250, "3.20"))
    paid(county, case)
    assert (case.state, case.variables["paidAmount"]) == ("completed", Decimal("800.00"))
    # An order that nobody has confirmed goes over as a whole, and the next cycle buys from who is left.
    again = director.start("supplier_stop")
    director.complete(again.task("fill_stop"), "submit", {**told, "distributor": "S02", "replacement": "S01"})
    assert "自己也停供" in again.variables["problems"]
    director.complete(again.task("fill_stop"), "submit", {"action": "resume", "distributor": "S01", "reason": "重整成功"})
    vice.complete(again.task("approve_stop"), "agree")
    director.complete(
        (third := director.start("supplier_stop")).task("fill_stop"),
        "submit",
        {**told, "distributor": "S02", "replacement": "S01"},
    )
    vice.complete(third.task("approve_stop"), "agree")
    county.work()
    assert (new.state, waiting.state) == ("completed", "completed")
    [last] = [found for found in county.cases("order_case") if found.variables["orderNo"] == f"{number}-S02-S01"]
    assert last.variables["lines"][0]["qty"] == 350
    clean(county)


def test_a_member_disputes_what_it_is_charged(county: County) -> None:
    """Each payment is told to the member it is for: silence accepts; the shares that are decided on add up to the payment."""
    case = order(county)
    confirmed(county, case)
    for number, name, batches in (("D1", "F1", 100), ("D2", "F2", 100)):
        delivered(county, case, number, batch(1, number, batches))
        invoiced(county, case, name, number, "320.00", (1, batches, "3.20"))
        paid(county, case)
    first, second = (found for found in county.cases("order_clearing"))
    clerk, finance, chief = county.person("CH01-031"), county.person(FINANCE), county.person(CHIEF)
    with pytest.raises(EngineError):
        clerk.complete(first.task("confirm_clearing"), "dispute", {"ownAmount": Decimal("320.01")}, opinion="多了")
    clerk.complete(first.task("confirm_clearing"), "dispute", {"ownAmount": Decimal("200.00")}, opinion="一部分是白沙院区领走的")
    county.work()
    [dispute] = county.cases("clearing_dispute")
    told = {"ownAmount": Decimal("200.00"), "findings": "领用单 3 张属实"}
    finance.complete(dispute.task("examine"), "propose", {**told, "borneBy": "CH01"})
    assert "填另一家成员或牵头医院" in dispute.variables["problems"]
    finance.complete(dispute.task("examine"), "propose", {**told, "borneBy": "CH07"})
    with pytest.raises(EngineError):
        finance.complete(dispute.task("decide_share"), "agree", opinion="同意")
    chief.complete(dispute.task("decide_share"), "agree", opinion="按领用单分")
    county.work()
    assert [(row["unit"], row["amount"]) for row in dispute.variables["clearing"]] == [("CH01", 200), ("CH07", 120)]
    assert (first.state, first.variables["ownAmount"], first.variables["clearingResult"]) == ("completed", 200, "decided")
    other = own(county, "order_clearing", "CH07")
    assert (other.variables["amount"], other.open) == (120, ["confirm_clearing"])
    # Who says nothing for five working days has accepted.
    county.pass_time("P8D")
    results = [(found.state, found.variables["clearingResult"]) for found in (second, other)]
    assert results == [("completed", "silent"), ("completed", "silent")]
    clean(county)


def test_a_drug_that_is_short_again_and_again_is_reported(county: County) -> None:
    """The third shortage of a drug in a year goes to the platform's list of scarce drugs, as does one that nobody can solve."""
    buyer, director, pharmacy = county.person(BUYER), county.person(PHARMACY), county.person("CH01-021")
    searches = []
    for number in range(3):
        registration = pharmacy.start("shortage_registration")
        pharmacy.complete(registration.task("register"), "search", {"itemCode": INSULIN, "generic": "甘精胰岛素", "qty": 5})
        county.work()
        searches.append(county.cases("shortage")[-1])
        director.complete(searches[-1].task("same_generic"), "usable", {"answerText": f"丙厂第 {number} 批"})
        county.work()
    assert [search.open for search in searches] == [[], [], ["report_scarce"]]
    buyer.complete(searches[2].task("report_scarce"), "reported", {"scarceNo": "DQ-1", "scarceOn": "2026-10-12"})
    county.work()
    sent = select(Message.payload).where(Message.name == "ScarceDrugReported")
    [[told]] = county.rows(sent)
    assert (searches[2].state, told["shortageCount"], told["scarceNo"]) == ("completed", 3, "DQ-1")
    clean(county)


def test_a_branch_that_lacks_drugs_for_a_patient_sent_down_gets_them(county: County) -> None:
    """What a referral reports as missing is searched drug by drug; the committee may vote on an alternative within a day."""
    gap = {"referralNo": "ZZ1", "unit": "CH01", "missing": "drug", "text": "没有甘精胰岛素", "drugs": "甘精胰岛素 10U"}
    county.execute(SendMessage(name="DrugGap", to="CH00", business_key="ZZ1", correlation={"referralNo": "ZZ1"}, payload=gap))
    county.work()
    director, [case] = county.person(PHARMACY), county.cases("drug_gap")
    missing = {"itemCode": INSULIN, "generic": "甘精胰岛素注射液", "qty": 3, "urgent": True}
    director.complete(case.task("list_gaps"), "search", {"gaps": [missing]})
    county.work()
    [search] = county.cases("shortage")
    assert (case.state, search.variables["institution"], search.variables["urgent"]) == ("completed", "CH01", True)
    director.complete(search.task("alternative"), "vote", {"answerText": "门冬胰岛素 30，同剂量换用"})
    for member in ("CH00-072", "CH00-071", "CH00-013", "CH00-014", "CH00-016", "CH00-017", "CH00-020", "CH00-021", "CH00-001"):
        if "emergency_vote" in search.open:
            county.person(member).complete(search.task("emergency_vote"), "agree")
    county.work()
    assert (search.state, search.variables["solution"]["by"]) == ("completed", "药事会应急表决")
    assert own(county, "shortage_arrival", "CH01").open == ["arrive"]
    clean(county)


def test_a_rescue_is_ordered_at_once_and_outside_the_cycle(county: County) -> None:
    """Two signatures, a verdict, and the goods within four hours; narcotics go apart, and two receive them at once."""
    pharmacy, director, buyer = county.person("CH01-021"), county.person(PHARMACY), county.person(BUYER)
    held = len(budget(county))
    asked = pharmacy.start("urgent_request")
    lines = [{"itemCode": INSULIN, "qty": 5}, {"itemCode": MORPHINE, "qty": 10}, {"itemCode": "XZ99", "qty": 1}]
    pharmacy.complete(asked.task("fill_urgent"), "submit", {"lines": lines, "purpose": "急诊抢救"})
    county.person("CH01-001").complete(asked.task("sign_urgent"), "agree")
    county.work()
    [case] = county.cases("order_urgent")
    assert case.task("urgent_verdict").due_at == MONDAY + timedelta(hours=1)
    rows = [{"verdict": "pass", "verdictQty": 5}, {"verdict": "pass", "verdictQty": 10}]
    unknown = {"verdict": "shortage", "verdictQty": 0, "because": "目录外"}
    director.complete(case.task("urgent_verdict"), "decide", {"review": [*rows, unknown]})
    county.work()
    assert (case.state, asked.state, [found.variables["urgent"] for found in county.cases("shortage")]) == (
        "completed",
        "completed",
        [True],
    )
    plain, narcotic = county.cases("order_case")[-2:]
    assert (plain.variables["rescue"], plain.variables["controlled"], narcotic.variables["controlled"]) == (True, False, True)
    # The money went over to the orders with the request's end.
    assert [(amount, state) for amount, _, state in budget(county)[held:]] == [
        (Decimal("211.75"), "held"),
        (Decimal("81.00"), "held"),
    ]
    confirmed(county, narcotic)
    assert narcotic.task("enter_dispatch").due_at == MONDAY + timedelta(hours=4)
    sent = {"deliveryNo": "D1", "waybill": "W", "rows": [batch(1, "N1", 10)]}
    buyer.complete(narcotic.task("enter_dispatch"), "enter", sent)
    county.work()
    assert own(county, "order_delivery", "CH01").task("receive").due_at == MONDAY + timedelta(hours=2)
    clean(county)


def test_an_implant_is_received_by_its_identification(county: County) -> None:
    """Each piece is scanned: its device, lot and expiry must be those of the delivery, and no serial number comes twice."""
    pharmacy = county.person("CH01-021")
    asked = pharmacy.start("urgent_request")
    wanted = {"lines": [{"itemCode": STENT, "qty": 2}], "purpose": "急诊介入"}
    pharmacy.complete(asked.task("fill_urgent"), "submit", wanted)
    county.person("CH01-001").complete(asked.task("sign_urgent"), "agree")
    county.work()
    case = county.cases("order_urgent")[-1]
    county.person(PHARMACY).complete(case.task("urgent_verdict"), "decide", {"review": [{"verdict": "pass", "verdictQty": 2}]})
    county.work()
    stents = county.cases("order_case")[-1]
    confirmed(county, stents)
    one = "(01)06900000000014(10)T1(17)280630(21)S1"
    scanned = "]d201069000000000141728063010T1|21S2"
    receipt = delivered(county, stents, "D1", batch(1, "T1", 2), udi=f"{one}\n{one.replace('T1', 'T9')}\n01069")
    said = receipt.variables["problems"]
    assert all(part in said for part in ("UDI 的批号是 T9，应为 T1", "校验位不对", "逐件扫 UDI"))
    row = {"qtyOk": 2, "qtyRejected": 0, "udi": f"{one}\n{scanned}"}
    pharmacy.complete(receipt.task("receive"), "received", {"rows": [row]})
    county.person("CH01-022").complete(receipt.task("second"), "agree")
    county.work()
    assert (stents.variables["stock"], stents.variables["batches"][0]["batchNo"]) == (2, "T1")
    clean(county)
