"""What goes wrong on the side of the supply: the platform is down, goods come to the wrong place, a supplier is bankrupt."""

from __future__ import annotations

from decimal import Decimal

from engine.testing import County
from tests.procurement.orders import (
    AMLODIPINE,
    BUYER,
    METFORMIN,
    PHARMACY,
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
    rows = [{"qtyOk": 600, "qtyRejected": 0, "traceCodes": "81"}]
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
