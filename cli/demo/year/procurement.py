"""Centralised procurement in the invented year: order cycles from the count to the payment, shortages, and the agreed volumes.

Suppliers answer through the buyers. The third of them is often out of stock, some deliveries come in two parts, and now and
then a box is broken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from cli.demo.year.county import Act, Arrival, County, Habit, Step, always, decided
from cli.library import LIBRARY
from engine.calendar import TIME_ZONE, published_days

PARAMETERS = json.loads((LIBRARY / "procurement" / "parameters.json").read_text(encoding="utf-8"), parse_float=Decimal)
BY_CLOCK = datetime.fromisoformat(PARAMETERS["schedule"].split("/")[1]).date()
"""From this day on the cycles begin by themselves; before it a buyer begins one a month."""
BRANCHES = ("CH01", "CH02", "CH03", "CH05", "CH06", "CH07")
STOCKED = tuple(rule for rule in PARAMETERS["stockRules"]["all"] if not rule["itemCode"].startswith("XN"))
"""What members count; narcotics are ordered by another way."""
OUT_OF_STOCK = "S03"
"""A supplier that often has nothing."""
REGISTERED = 8
"""Patients a year who ask for a drug that their pharmacy lacks."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
VOLUME_DRUGS = (
    ("XA10BAE046A001010100001", "盐酸二甲双胍片", "0.5g×60", "4.80", "3.20"),
    ("XC08CAA010A001010200002", "苯磺酸氨氯地平片", "5mg×28", "5.10", "1.95"),
)


def procurement(county: County, since: date, until: date) -> Iterator[Arrival]:
    """One round of volumes, a cycle of orders on the third working day of each month, and patients who lack a drug."""
    days = published_days()
    if county.share >= 1:
        yield Arrival(at=_morning(county, since + DAY), act=lambda county: county.start("volume_centre", "PHARM_DIR", "CH00"))
    day = since
    while day < until:
        worked = [day.replace(day=number) for number in range(1, 12) if days.works(day.replace(day=number))]
        if since < worked[2] < min(until, BY_CLOCK):
            yield Arrival(at=_morning(county, worked[2]), act=lambda county: county.start("order_cycle", "BUYER", "CH00"))
        day = (day.replace(day=1) + 32 * DAY).replace(day=1)
    number = round(REGISTERED * county.share)
    for at in range(number):
        lacks = since + (until - since) * (2 * at + 1) / (2 * number)
        yield Arrival(at=_morning(county, lacks), act=partial(_register, BRANCHES[at % len(BRANCHES)]))


def _morning(county: County, day: date) -> datetime:
    return county.working(datetime(day.year, day.month, day.day, 9, 5, tzinfo=TIME_ZONE))


def _register(branch: str, county: County) -> None:
    county.start("shortage_registration", "BR_PHARM", branch)


def _day(at: datetime) -> str:
    return at.astimezone(TIME_ZONE).date().isoformat()


# --- a cycle


def count_stock(county: County, step: Step) -> Act:
    """Half of the items lie above what is kept at least. Who is usually late is sometimes served by the standing request."""
    random = county.random
    if step.institution == "CH06" and random.random() < 0.3:
        return Act(never=True)
    rows = []
    for rule in STOCKED:
        full = random.random() < 0.5
        stock = random.randint(int(rule["min"]), int(rule["max"])) if full else random.randint(0, int(rule["min"]) - 1)
        rows.append({"itemCode": rule["itemCode"], "stock": stock, "use30": int(rule["max"]), "inTransit": 0})
    return Act(outcome="counted", data={"counted": rows}, prompt=True)


def request(county: County, step: Step) -> Act:
    rows = [{"qty": row["suggested"], "urgency": "routine"} for row in step.values["lines"]]
    return Act(outcome="submit", data={"lines": rows}, wait=county.random.randint(20, 200) * MINUTE)


def line_verdict(county: County, step: Step) -> Act:
    names = ("verdict", "verdictQty", "verdictItem", "because")
    return Act(outcome="decide", data={"review": [{name: row.get(name) for name in names} for row in step.values["review"]]})


def accept_substitutes(county: County, step: Step) -> Act:
    return Act(outcome="answer", data={"rows": [{"answer": "accept"} for _ in step.values["rows"]]}, prompt=True)


# --- an order


def place(county: County, step: Step) -> Act:
    """Now and then the platform is down, and the order is entered afterwards."""
    if county.random.random() < 0.02:
        return Act(outcome="paper", data=lambda at: {"placedOn": _day(at), "placedNote": "平台停机，传真下单"})
    return Act(outcome="placed", data={"platformNo": f"PT-{county.number():05d}"})


def record_platform(county: County, step: Step) -> Act:
    return Act(outcome="recorded", data={"platformNo": f"PT-{county.number():05d}"}, prompt=True)


def enter_confirmation(county: County, step: Step) -> Act:
    random = county.random
    scarce = step.values["order"]["distributor"] == OUT_OF_STOCK
    if random.random() < 0.02:
        return Act(never=True)
    rows: list[dict[str, Any]] = []
    for line in step.values["lines"]:
        row: dict[str, Any] = {"lineNo": line["lineNo"], "answer": "full"}
        if random.random() < (0.3 if scarce else 0.02):
            half = int(line["qty"]) // 2
            short = {"reason": "厂家断供"} if random.random() < 0.5 or not half else {"reason": "库存不足", "qty": half}
            row = {"lineNo": line["lineNo"], "answer": "partial" if "qty" in short else "refused", **short}
        rows.append(row)
    return Act(outcome="enter", data={"answers": rows}, prompt=True)


def enter_dispatch(county: County, step: Step) -> Act:
    """One delivery after the other: a further one is announced when the last has been accepted."""
    random, order = county.random, step.values["order"]["orderNo"]
    received = {receipt["deliveryNo"] for receipt in step.values.get("receipts") or ()}
    sent = county.sent.get(order)
    if sent is not None and sent not in received:
        return Act(again=4 * HOUR)
    rest = [(line, int(line["confirmed"]) - int(line["received"] or 0)) for line in step.values["lines"]]
    half = random.random() < 0.08
    rows = [_batch(county, line, max(1, qty // 2) if half else qty) for line, qty in rest if qty > 0]
    number = f"SH-{county.number():05d}"

    def note(at: datetime) -> Mapping[str, Any]:
        county.sent[order] = number
        made = at.astimezone(TIME_ZONE).date()
        dates = {"mfgDate": (made - 120 * DAY).isoformat(), "expiry": (made + 700 * DAY).isoformat()}
        return {"deliveryNo": number, "waybill": f"W-{number}", "rows": [{**row, **dates} for row in rows]}

    return Act(outcome="enter", data=note)


def _batch(county: County, line: Mapping[str, Any], qty: int) -> dict[str, Any]:
    return {"lineNo": line["lineNo"], "batchNo": f"B{county.random.randint(100000, 999999)}", "qty": qty}


def receive(county: County, step: Step) -> Act:
    rows = []
    for row in step.values["rows"]:
        broken = 1 if county.random.random() < 0.02 and int(row["qty"]) > 1 else 0
        found = {
            "qtyOk": int(row["qty"]) - broken,
            "qtyRejected": broken,
            "traceCodes": f"81{row['batchNo']}",
            "traceReason": "整箱一码",
        }
        told = {"rejectReason": "broken"} if broken else {}
        cold = {"tempMin": 3, "tempMax": 6, "loggerNo": "WD-01"} if row.get("coldChain") else {}
        rows.append({**found, **told, **cold})
    return Act(outcome="received", data={"rows": rows})


def enter_invoice(county: County, step: Step) -> Act:
    """The supplier's invoice comes some days after a delivery was accepted; one in thirty has a wrong price in it."""
    values = step.values
    settled = {number for row in values.get("paid") or () for number in str(row["deliveries"]).split(",")}
    accepted = [receipt for receipt in values.get("receipts") or () if receipt["deliveryNo"] not in settled]
    accepted = [receipt for receipt in accepted if any(Decimal(row["qtyOk"]) > 0 for row in receipt["rows"])]
    if not accepted:
        return Act(again=DAY)
    wrong = county.random.random() < 0.03 and not values.get("differences")
    lines: dict[int, tuple[Decimal, Decimal]] = {}
    for row in accepted[0]["rows"]:
        before = lines.get(row["lineNo"], (Decimal(0), Decimal(0)))[0]
        price = Decimal(row["price"])
        lines[row["lineNo"]] = (before + Decimal(row["qtyOk"]), price + (Decimal("0.10") if wrong else 0))
    rows = [{"lineNo": number, "qty": qty, "price": price} for number, (qty, price) in lines.items() if qty > 0]
    amount = sum((qty * price).quantize(Decimal("0.01")) for qty, price in lines.values())
    told = {"invoiceNo": f"FP{county.number():08d}", "invoiceAmount": amount, "invoiceDeliveries": accepted[0]["deliveryNo"]}
    told["makerInvoiceNo"] = f"SC{county.number():08d}"
    wait = county.random.randint(1, 6) * DAY
    return Act(
        outcome="enter", data=lambda at: {**told, "invoiceDate": _day(at), "invoiceLines": rows}, wait=_office(county, wait)
    )


def _office(county: County, wait: timedelta) -> timedelta:
    now = county.clock.now()
    return county.working(now + wait) - now


def signed_in_days(county: County, step: Step) -> Act:
    """A payment is signed within days, though it may take a month: the supplier waits."""
    return Act(outcome="agree", wait=_office(county, county.random.randint(6, 90) * HOUR))


def pay_out(county: County, step: Step) -> Act:
    number = f"YH{county.number():06d}"
    wait = _office(county, county.random.randint(6, 60) * HOUR)
    return Act(outcome="paid", data=lambda at: {"paidOn": _day(at), "slip": number}, wait=wait)


# --- shortages


def register(county: County, step: Step) -> Act:
    random = county.random
    item = random.choice([item for item in PARAMETERS["catalogue"] if not item["controlled"] and not item.get("device")])
    urgent = random.random() < 0.25
    drug = {"itemCode": item["itemCode"], "generic": item["generic"], "spec": item["spec"], "qty": random.randint(2, 20)}
    who = {"patientName": "患者·演示", "patientPhone": f"199-0000-{random.randint(0, 9999):04d}"}
    return Act(outcome="search", data={**drug, **who, "urgent": urgent}, wait=15 * MINUTE)


def searched(chance: float, found: str) -> Habit:
    """One of the ways to a drug that is short: it leads somewhere in so many cases of a hundred."""

    def habit(county: County, step: Step) -> Act:
        if county.random.random() < chance:
            return Act(outcome="usable", data={"answerText": found})
        return Act(outcome="none", opinion="没有")

    return habit


def offer_stock(county: County, step: Step) -> Act:
    if county.random.random() < 0.12:
        return Act(outcome="offer", data={"offerQty": step.values["qty"]}, prompt=True)
    return Act(outcome="none", opinion="没有余量", prompt=True)


def list_gaps(county: County, step: Step) -> Act:
    """What a branch lacks for a patient who is to be sent down to it."""
    item = county.random.choice([item for item in PARAMETERS["catalogue"] if not item["controlled"] and not item.get("device")])
    row = {"itemCode": item["itemCode"], "generic": item["generic"], "spec": item["spec"], "qty": county.random.randint(1, 5)}
    return Act(outcome="search", data={"gaps": [row]}, prompt=True)


def report_scarce(county: County, step: Step) -> Act:
    number = f"DQ{county.number():05d}"
    return Act(outcome="reported", data=lambda at: {"scarceNo": number, "scarceOn": _day(at)}, prompt=True)


def arrive(county: County, step: Step) -> Act:
    return Act(outcome="arrived", wait=_office(county, county.random.randint(4, 60) * HOUR))


def call_patient(county: County, step: Step) -> Act:
    if county.random.random() < 0.1:
        return Act(outcome="unfetched", opinion="电话通知后没有来")
    return Act(outcome="fetched")


# --- volumes


def open_round(county: County, step: Step) -> Act:
    """The members report within two weeks, so that the agreed cycle is a whole year."""
    today = county.clock.now().astimezone(TIME_ZONE).date()
    drugs = [
        {"itemCode": code, "generic": name, "spec": spec, "unit": "盒", "referencePrice": Decimal(before)}
        for code, name, spec, before, _ in VOLUME_DRUGS
    ]
    days = {"dueOn": (today + 12 * DAY).isoformat(), "provinceDueOn": (today + 24 * DAY).isoformat()}
    return Act(outcome="open", data={"vbpRound": "第十一批", **days, "drugs": drugs, "history": []}, wait=HOUR)


def report(county: County, step: Step) -> Act:
    rows = []
    for _ in step.values["rows"]:
        used = county.random.randint(60, 400) * 10
        rows.append({"ownUse": used, "quantity": used + county.random.randint(0, 20) * 10})
    return Act(outcome="submit", data={"rows": rows}, prompt=True)


def chief_sign(county: County, step: Step) -> Act:
    return Act(outcome="agree", data={"pooled": [{} for _ in step.values["pooled"]]})


def upload(county: County, step: Step) -> Act:
    return Act(data=lambda at: {"receiptNo": f"SB-{at:%Y}-118", "uploadedOn": _day(at)})


def enter_agreed(county: County, step: Step) -> Act:
    """Agreed from the beginning of the month that runs; eleven months further on its last one ends with the year."""
    today = county.clock.now().astimezone(TIME_ZONE).date()
    first = today.replace(day=1)
    last = first + 361 * DAY
    prices = {code: Decimal(after) for code, *_, after in VOLUME_DRUGS}
    rows = [{"agreed": int(row["total"]), "agreedPrice": prices[row["itemCode"]]} for row in step.values["pooled"]]
    cycle = {"cycleFrom": first.isoformat(), "cycleTo": last.isoformat()}
    return Act(
        outcome="enter", data={"letterNo": f"联采〔{today:%Y}〕12号", **cycle, "pooled": rows}, wait=_office(county, 3 * DAY)
    )


def report_progress(county: County, step: Step) -> Act:
    """A twelfth each month, give or take; some months nobody reports, and the last figures stand."""
    random = county.random
    if random.random() < 0.03:
        return Act(never=True)
    rows = []
    for row in step.values["rows"]:
        before = int(row.get("reported") or 0)
        rows.append({"done": before + round(float(row["agreed"]) / 12 * random.uniform(0.85, 1.25))})
    return Act(outcome="submit", data={"rows": rows}, prompt=True)


NEVER = always(Act(never=True))
HABITS: Mapping[str, Mapping[str, Habit]] = {
    "order_cycle": {
        "line_verdict": line_verdict,
        "approve_pharm": decided("agree"),
        "approve_vp": decided("agree"),
        "check_budget": decided("agree"),
    },
    "order_member": {"count_stock": count_stock, "request": request, "sign": decided("agree"), "revise": NEVER},
    "order_substitute": {"answer_substitute": accept_substitutes},
    "order_case": {
        "place": place,
        "record_platform": record_platform,
        "cancel_platform": decided("cancelled"),
        "enter_confirmation": enter_confirmation,
        "enter_dispatch": enter_dispatch,
        "enter_invoice": enter_invoice,
        "explain_buyer": decided("done", "已与供应商核对，重开发票"),
        "explain_finance": decided("done", "发票单价有误，退供应商"),
    },
    "order_delivery": {"receive": receive, "second": decided("agree"), "quarantine": decided("reject", "途中温度超出 2–8 ℃")},
    "payment": {
        "audit": signed_in_days,
        "approve": signed_in_days,
        "approve_president": signed_in_days,
        "pay_out": pay_out,
    },
    "shortage": {
        "other_distributor": searched(0.4, "乙医药配送有货，两日内到"),
        "same_generic": searched(0.35, "同通用名另一厂家，规格相同"),
        "off_platform": searched(0.1, "平台外备案采购，三日内到"),
        "decide": decided("solved", None, answerText="由总医院药房匀出"),
        "report_scarce": report_scarce,
    },
    "drug_gap": {"list_gaps": list_gaps},
    "shortage_alternative": {"alternative": searched(0.15, "按药事会替代目录用同类药")},
    "order_clearing": {"confirm_clearing": decided("agree")},
    "shortage_donor": {"offer_stock": offer_stock, "ship": decided("shipped")},
    "shortage_arrival": {"arrive": arrive},
    "shortage_registration": {"register": register, "fetch": arrive, "call_patient": call_patient},
    "volume_centre": {
        "open_round": open_round,
        "move_deadline": NEVER,
        "chief_sign": chief_sign,
        "president_sign": decided("agree"),
        "upload": upload,
        "enter_agreed": enter_agreed,
        "confirm_settlement": decided("agree"),
    },
    "volume_member": {
        "report": report,
        "sign": decided("agree"),
        "explain": always(Act(data={"measures": "与县医院对接，患者回流后补足。"})),
    },
    "volume_progress": {"report_progress": report_progress},
}
