"""Volumes are reported to the province by its deadline, agreed, watched month by month, and settled at the end of the cycle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.message import BroadcastSignal
from engine.errors import InvalidForm
from engine.functions import volume
from engine.store.base import dump_json, load_json
from engine.store.tables import Message
from engine.testing import CaseView, County

MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
PHARMACY, PRESIDENT, ACCOUNTANT, BUYER = "CH00-071", "CH00-001", "CH00-073", "CH00-074"
BRANCHES = ("CH01", "CH03", "CH07", "CH09")
DRUG = {
    "itemCode": "XA01CH00000000000000001",
    "generic": "氨氯地平",
    "spec": "5mg",
    "unit": "盒",
    "referencePrice": Decimal("12.5"),
}
LATE, NIL, NEWCOMER = "CH07", "CH09", "CH04"


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """The demo community with the volume report deployed for four members, once in each kind of database."""
    with County(database_url, clock=VirtualClock(MONDAY), demo=True) as county:
        load_demo(county.engine)
        county.execute(Deploy(name="collect", resources=read_folder(LIBRARY / "collect")))
        files = read_folder(LIBRARY / "procurement")
        own = {name: content for name, content in files.items() if name.startswith("volume_")}
        few = {**load_json(files["parameters.json"].decode()), "memberTypes": ["12", "20", "22"]}
        own["parameters.json"] = dump_json(few).encode()
        county.execute(Deploy(name="procurement", resources=own))
        yield county


def branch(county: County, process: str, institution: str) -> CaseView:
    """The newest case of one of a member's processes."""
    key = county.institution(institution)
    return [found for found in county.cases(process) if found.row.institution == key][-1]


def reported(county: County, institution: str, quantity: int, **more: Any) -> None:
    """A member reports how much it needs."""
    case = branch(county, "volume_member", institution)
    rows = [{"quantity": quantity, **more}]
    county.person(f"{institution}-021").complete(case.task("report"), "submit", {"rows": rows})
    county.person(f"{institution}-001").complete(case.task("sign"), "agree")
    county.work()


def told(county: County, done: dict[str, int]) -> None:
    """Members report what they have bought so far; who is not named says nothing."""
    for institution, quantity in done.items():
        case = branch(county, "volume_progress", institution)
        county.person(f"{institution}-022").complete(case.task("report_progress"), "submit", {"rows": [{"done": quantity}]})
    county.work()


def test_a_round_from_the_call_to_the_surplus(both: County) -> None:
    """Four members: one late, one with no need, one that reports less; the deadline moves; then two months of buying."""
    county, pharmacy = both, both.person(PHARMACY)
    case = pharmacy.start("volume_centre")
    history = [{"institution": code, "itemCode": DRUG["itemCode"], "lastYear": 100} for code in BRANCHES if code != "CH01"]
    given = {"vbpRound": "第十二批", "dueOn": "2026-10-20", "provinceDueOn": "2026-10-26", "drugs": [DRUG], "history": history}
    with pytest.raises(InvalidForm) as refusal:
        pharmacy.complete(case.task("open_round"), "open", {**given, "provinceDueOn": "2026-10-19"})
    assert [error.path for error in refusal.value.errors] == ["dueOn"]
    pharmacy.complete(case.task("open_round"), "open", given)
    county.work()
    # A member sees its own figures and nobody else's; the suggestion is last year's use and five per cent.
    (row,) = branch(county, "volume_member", "CH03").variables["rows"]
    assert (row["lastYear"], str(row["suggested"])) == (100, "105.000")
    assert "calls" not in branch(county, "volume_member", "CH03").variables

    # Less than 80 % of last year's use needs a reason; without the centre's figure the member gives its own.
    first = branch(county, "volume_member", "CH01")
    with pytest.raises(InvalidForm) as refusal:
        county.person("CH01-021").complete(first.task("report"), "submit", {"rows": [{"ownUse": 200, "quantity": 159}]})
    assert [error.path for error in refusal.value.errors] == ["rows.0.reason"]
    reported(county, "CH01", 150, ownUse=200, reason="慢病患者转到县医院取药")
    for institution in BRANCHES[1:]:
        if institution not in (LATE, NIL):
            reported(county, institution, 105)
    nil = branch(county, "volume_member", NIL)
    county.person(f"{NIL}-021").complete(nil.task("report"), "nil", opinion="本院不用这个药")
    county.person(f"{NIL}-001").complete(nil.task("sign"), "agree")
    county.work()

    # The province moves its deadline: whoever has not answered gets the new one, and is not late before it.
    moved = {"newDueOn": "2026-10-28", "newProvinceDueOn": "2026-11-02"}
    pharmacy.complete(case.task("move_deadline"), "move", moved, opinion="联采办延期")
    county.work()
    assert branch(county, "volume_member", LATE).variables["dueAt"].startswith("2026-10-28")
    county.pass_time("P12D")
    assert case.open == ["move_deadline"]
    county.restart()
    county.pass_time("P5D")
    assert case.open == ["chief_sign"]
    late = next(row for row in case.variables["answers"] if row["institution"] == LATE)
    assert (late["status"], late["late"], str(late["lines"][0]["quantity"])) == ("standing", True, "80.000")
    (pooled,) = case.variables["pooled"]
    assert str(pooled["total"]) == "335.000"
    assert ("白沙院区 80.000（自动）" in pooled["from"], pooled["short"].startswith("东湾分院：慢病患者")) == (True, True)

    pharmacy.complete(case.task("chief_sign"), "agree", {"pooled": [{}]})
    county.person(PRESIDENT).complete(case.task("president_sign"), "return", opinion="核对东湾的数")
    pharmacy.complete(case.task("chief_sign"), "agree", {"pooled": [{}]})
    county.person(PRESIDENT).complete(case.task("president_sign"), "agree")
    buyer = county.person(BUYER)
    buyer.complete(case.task("upload"), "done", {"receiptNo": "SB-2026-118", "uploadedOn": "2026-10-29"})
    assert [row.state for row in county.rows(select(Message.state).where(Message.name == "VolumeReported"))] == ["recorded"]
    agreed = {"letterNo": "联采〔2026〕12号", "cycleFrom": "2026-11-01", "cycleTo": "2026-12-31"}
    rows = [{"agreed": 300, "agreedPrice": Decimal("3.25")}]
    buyer.complete(case.task("enter_agreed"), "enter", {**agreed, "pooled": rows})
    county.work()
    shares = {line["institution"]: Decimal(line["agreed"]) for line in case.variables["lines"]}
    assert (sum(shares.values()), str(shares["CH01"]), NIL in shares) == (300, "134.328", False)
    assert nil.state == "completed"

    # One month of two has passed: half of the agreed quantity would be in time, 80 % of that is enough.
    county.pass_time("P34D")
    # Who joins meanwhile has no share yet and nothing to report.
    county.execute(BroadcastSignal(name="MemberJoined", payload={"institution": NEWCOMER, "name": "青禾分院"}))
    county.work()
    newcomer = branch(county, "volume_progress", NEWCOMER)
    assert (newcomer.open, newcomer.variables["rows"]) == (["report_progress"], [])
    told(county, {code: 40 for code in shares if code not in ("CH01", LATE)} | {"CH01": 20})
    county.pass_time("P9D")
    lines = {line["institution"]: line for line in case.variables["lines"]}
    assert {code for code, line in lines.items() if line["behind"]} == {"CH01", LATE}
    county.person("CH01-021").complete(
        branch(county, "volume_member", "CH01").task("explain"), "done", {"measures": "与县医院对接，患者回流。"}
    )
    assert branch(county, "volume_member", "CH03").open == []
    county.pass_time("P21D")
    told(county, {code: 95 for code in shares if code not in ("CH01", LATE)} | {"CH01": 125, LATE: 10})
    county.work()
    assert case.open == ["confirm_settlement"]
    results = {line["institution"]: (line["result"], str(line["retained"])) for line in case.variables["lines"]}
    assert results["CH03"] == ("retain", "439.38")
    assert (results["CH01"], results[LATE]) == (("retain", "346.88"), ("penalty", "0.00"))
    county.person(ACCOUNTANT).complete(case.task("confirm_settlement"), "agree")
    county.work()
    assert case.state == "completed"
    assert branch(county, "volume_member", LATE).variables["results"][0]["result"] == "penalty"
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_what_is_agreed_is_divided_to_the_last_place() -> None:
    """Three equal needs of an amount that three does not divide: the shares add up to it, and nobody gets a thousandth twice."""
    lines = [{"itemCode": "a", "institution": code, "member": code, "quantity": Decimal(1)} for code in ("x", "y", "z")]
    pooled = [{"itemCode": "a", "agreed": Decimal(100), "agreedPrice": Decimal("1.2345")}]
    found = volume.allocate({"lines": lines, "pooled": pooled, "groups": []})["lines"]
    assert sorted(str(line["agreed"]) for line in found) == ["33.333", "33.333", "33.334"]
