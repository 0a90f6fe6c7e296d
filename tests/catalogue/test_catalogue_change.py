"""A round of the drug catalogue in the demo community, from the proposals to what is left of the drugs that go out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.errors import InvalidForm, NotAllowed
from engine.queries.timeline import GetTimeline
from engine.store.base import dump_json, load_json
from engine.store.tables import Message, PublishedList, Seat
from engine.testing import CaseView, County, bpmn, process
from tests.counties import county_fixtures
from tests.engine.models import END, START

MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
PHARMACY, PRESIDENT = "CH00-071", "CH00-001"
EXPERTS = ("CH00-023", "CH00-025", "CH00-026")
BRANCHES = ("CH01", "CH03", "CH07")


def prepared(url: str) -> County:
    """The demo community with the processes deployed, of which three branches take part."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True)
    load_demo(county.engine)
    for name in ("collect", "meeting"):
        county.execute(Deploy(name=name, resources=read_folder(LIBRARY / name)))
    # Three branches, and without the order cycles of the folder, which begin by themselves.
    files = read_folder(LIBRARY / "procurement")
    own = {name: content for name, content in files.items() if name.startswith("catalogue_")}
    own["parameters.json"] = dump_json({**load_json(files["parameters.json"].decode()), "memberTypes": ["20", "22"]}).encode()
    county.execute(Deploy(name="procurement", resources=own))
    return county


prepared_file, county, both = county_fixtures(prepared)


def code(number: int) -> str:
    """A drug code of 23 characters."""
    return f"XA01CH{number:017d}"


def drug(number: int, generic: str, action: str = "add", **more: Any) -> dict[str, Any]:
    """A proposal."""
    usual = {
        "doseForm": "片剂",
        "spec": f"{number}mg",
        "maker": "甲制药",
        "insurance": "A",
        "expectedUse": 100,
        "reason": "临床需要",
    }
    return {"action": action, "itemCode": code(number), "generic": generic, **usual, **more}


def opened(county: County, *own: dict[str, Any]) -> CaseView:
    """A round that was sent to the members."""
    pharmacy = county.person(PHARMACY)
    case = pharmacy.start("catalogue_centre")
    lines = [{"department": "心血管内科", **line} for line in own]
    pharmacy.complete(case.task("open_round"), "open", {"policy": "一品两规，优先集采和基药", "ownLines": lines})
    county.work()
    return case


def branch(county: County, process: str, institution: str) -> CaseView:
    """The newest case of one of a member's processes."""
    key = county.institution(institution)
    return [found for found in county.cases(process) if found.row.institution == key][-1]


def proposed(county: County, **lines: list[dict[str, Any]]) -> None:
    """Every member proposes these, or nothing."""
    for institution in BRANCHES:
        case, pharmacist = branch(county, "catalogue_member", institution), county.person(f"{institution}-021")
        if institution in lines:
            pharmacist.complete(case.task("propose"), "submit", {"lines": lines[institution]})
        else:
            pharmacist.complete(case.task("propose"), "nil", opinion="本季度不调整")
        county.person(f"{institution}-001").complete(case.task("sign"), "agree")
    county.work()


def checked(county: County, case: CaseView) -> None:
    """The director of pharmacy follows the rules."""
    rows = [{"verdict": row["suggestion"], "because": row["because"]} for row in case.variables["items"]]
    county.person(PHARMACY).complete(case.task("formal_check"), "decide", {"items": rows})


def evaluated(county: County, case: CaseView, *marks: int, interested: str | None = None) -> None:
    """Three experts give every item these marks, one each; `interested` keeps out of the first item."""
    experts = [{"taken": row["person"] in EXPERTS} for row in case.variables["experts"]]
    county.person(PHARMACY).complete(case.task("appoint_experts"), "appoint", {"experts": experts})
    count = len(case.variables["accepted"])
    for expert, mark in zip(EXPERTS, marks, strict=True):
        person = county.person(expert)
        seat = next(seat for seat in case.seats("evaluate") if seat.assignee == person.key and seat.ended_at is None)
        rows: list[dict[str, Any]] = [
            {"interest": "none", "efficacy": mark, "safety": mark, "economy": mark} for _ in range(count)
        ]
        if expert == interested:
            rows[0] = {"interest": "declared"}
        person.complete(seat, "submit", {"rows": rows})


def voted(county: County, case: CaseView, *agree: int, present: int = 9) -> None:
    """The committee casts paper ballots: so many are in favour of each item, the others against."""
    pharmacy = county.person(PHARMACY)
    pharmacy.complete(case.task("schedule"), "call", {"meetingOn": "2026-11-20"})
    rows = [{"agree": votes, "refuse": present - votes, "abstain": 0} for votes in agree]
    pharmacy.complete(case.task("count"), "count", {"present": present, "ballots": rows})
    county.person(PRESIDENT).complete(case.task("witness"), "agree")


def published(county: County) -> list[list[str]]:
    """Codes of each version of the catalogue."""
    rows = county.rows(select(PublishedList.rows).order_by(PublishedList.version))
    return [[drug["itemCode"] for drug in row.rows] for row in rows]


def first_version(county: County, day: str = "2026-01-01") -> None:
    """A catalogue with drugs 1 to 3, valid from that day on."""
    row = '<liandong:in name="rows" value="${rows}"/><liandong:in name="effectiveOn" value="${day}"/>'
    call = f'<liandong:call function="published.put"><liandong:in name="name" value="drugCatalogue"/>{row}'
    call += '<liandong:in name="after" value="${0}"/></liandong:call>'
    put = f'<serviceTask id="put"><extensionElements>{call}</extensionElements></serviceTask>'
    county.deploy(bpmn(process("first", START, put, END, flows="s > put > e")), name="first")
    drugs = [drug(1, "氨氯地平"), drug(2, "氨氯地平"), drug(3, "二甲双胍", essential=True)]
    county.run("first", at="CH00", rows=drugs, day=day)


def acknowledged(county: County, **stocks: list[dict[str, Any]]) -> None:
    """Every member acknowledges the new version, with these stocks."""
    for institution in BRANCHES:
        case = branch(county, "catalogue_ack", institution)
        count = len(case.variables["rows"])
        rows = stocks.get(institution, [{"stock": 0} for _ in range(count)])
        county.person(f"{institution}-022").complete(case.task("acknowledge"), "done", {"rows": rows})
    county.work()


def test_a_round_goes_its_whole_way(both: County) -> None:
    """A drug is replaced, a third strength refused; the round waits until what goes out is used up."""
    county = both
    first_version(county, "2026-11-01")
    assert published(county) == [[code(1), code(2), code(3)]]

    replacing = drug(5, "氨氯地平", "replace", replaces=code(1), vbp=True)
    case = opened(county, drug(6, "阿托伐他汀", insurance="negotiated"))
    proposed(
        county,
        CH01=[drug(4, "氨氯地平"), replacing],
        CH03=[{**replacing, "expectedUse": Decimal("50.5"), "reason": "集采中选"}, drug(7, "自费药", insurance="none")],
    )
    items = {row["generic"] + row["action"]: row for row in case.variables["items"]}
    assert (items["氨氯地平add"]["suggestion"], items["氨氯地平add"]["sameGeneric"]) == ("refuse", 2)
    assert "一品两规" in items["氨氯地平add"]["note"]
    merged = items["氨氯地平replace"]
    assert (merged["proposers"], str(merged["expectedUse"]), merged["suggestion"]) == ("东湾分院、石桥院区", "150.5", "pass")
    assert (items["自费药add"]["suggestion"], items["阿托伐他汀add"]["suggestion"]) == ("supplement", "pass")
    # A refusal needs a reason, and the form says at which row.
    pharmacy = county.person(PHARMACY)
    with pytest.raises(InvalidForm) as refusal:
        pharmacy.complete(case.task("formal_check"), "decide", {"items": [{"verdict": "refuse"} for _ in items]})
    assert refusal.value.errors[0].path == "items.1.because"
    checked(county, case)
    assert [row["generic"] for row in case.variables["accepted"]] == ["阿托伐他汀", "氨氯地平"]

    county.restart()
    evaluated(county, case, 90, 50, 70, interested=EXPERTS[0])
    scored = case.variables["accepted"]
    # One expert has declared an interest: two marks are too few for that item, and others have to be asked.
    assert "有效评分 2 份，至少要 3 份" in case.variables["expertShort"]
    assert case.open == ["appoint_experts"]
    more = [{"taken": row["person"] == "CH00-027"} for row in case.variables["experts"]]
    pharmacy.complete(case.task("appoint_experts"), "appoint", {"experts": more})
    marks = {"interest": "none", "efficacy": 61, "safety": 60, "economy": 60}
    county.person("CH00-027").complete(case.task("evaluate"), "submit", {"rows": [marks for _ in scored]})
    scored = case.variables["accepted"]
    assert [(str(row["score"]), row["scored"], row["recusedExperts"]) for row in scored] == [
        ("60.1", 3, "余帆·演示"),
        ("67.6", 4, None),
    ]

    # The count must add up; who counts does not witness; 6 of 9 are two thirds, 5 of 9 are more than half of all.
    pharmacy.complete(case.task("schedule"), "call", {"meetingOn": "2026-12-10"})
    wrong = [{"agree": 5, "refuse": 2, "abstain": 0}, {"agree": 4, "refuse": 2, "abstain": 0}]
    pharmacy.complete(case.task("count"), "count", {"present": 6, "ballots": wrong})
    assert case.open == ["count"]
    right = [{"agree": 4, "refuse": 2, "abstain": 0}, {"agree": 5, "refuse": 0, "abstain": 1}]
    pharmacy.complete(case.task("count"), "count", {"present": 6, "ballots": right})
    with pytest.raises(NotAllowed):
        pharmacy.complete(case.task("witness"), "agree")
    county.person(PRESIDENT).complete(case.task("witness"), "agree")
    pharmacy.complete(case.task("passed_minutes"), "done", {"minutes": "通过一个品种。"})
    assert [row["passed"] for row in case.variables["ballots"]] == [False, True]
    assert [row["title"] for row in case.variables["removed"]] == ["氨氯地平 片剂 1mg 甲制药"]

    with pytest.raises(InvalidForm) as refusal:
        pharmacy.complete(case.task("publish"), "publish", {"effectiveOn": "2026-10-20"})
    assert [error.path for error in refusal.value.errors] == ["effectiveOn"]
    pharmacy.complete(case.task("publish"), "publish", {"effectiveOn": "2027-01-01", "switchOver": "新处方从生效日起用新品种"})
    county.work()
    assert published(county)[1] == [code(2), code(3), code(5)]
    left = {"stock": Decimal("30.5"), "runOutOn": "2027-01-15"}
    with pytest.raises(InvalidForm) as refusal:
        county.person("CH01-021").complete(
            branch(county, "catalogue_ack", "CH01").task("acknowledge"), "done", {"rows": [{"stock": 3}]}
        )
    assert refusal.value.errors[0].path == "rows.0.runOutOn"
    acknowledged(county, CH01=[left])
    assert (case.open, case.variables["runOutUntil"]) == ([], "2027-01-15")
    county.pass_time("P100D")
    assert case.open == ["confirm_run_out"]
    pharmacy.complete(case.task("confirm_run_out"), "done", {"stocks": [{"left": 0, "disposal": "used"}]})
    county.work()
    assert case.state == "completed"
    # The steps of the processes that were called are told by their names, too.
    titles = [line.title for line in county.engine.query(GetTimeline(instance=case.id), pharmacy.actor)]
    assert any("下达征集" in title for title in titles)
    assert not any("send_call" in title or "await_answer" in title for title in titles)
    told = {row["title"]: row["outcome"] for row in branch(county, "catalogue_member", "CH03").variables["results"]}
    assert told == {"替换 氨氯地平 片剂 5mg 甲制药": "passed", "调入 自费药 片剂 7mg 甲制药": "supplement"}
    assert {found.state for found in county.cases()} == {"completed"}
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_nobody_can_see_who_voted_what(county: County) -> None:
    """The ballots are of paper: nobody but the counter and the chair has a seat in the vote."""
    case = opened(county)
    proposed(county, CH01=[drug(1, "氨氯地平")])
    checked(county, case)
    evaluated(county, case, 70, 70, 70)
    voted(county, case, 5, present=5)
    # Five of nine are fewer than two thirds: the meeting is called again, and nothing is decided.
    assert (case.open, published(county)) == (["schedule"], [])
    voted(county, case, 4, present=7)
    voters = {county.person(PHARMACY).key, county.person(PRESIDENT).key}
    seats = county.rows(select(Seat.assignee).where(Seat.instance == case.key, Seat.element.in_(("vote", "count", "witness"))))
    assert {row.assignee for row in seats} == voters
    county.person(PHARMACY).complete(case.task("lost_minutes"), "done", {"minutes": "未通过。"})
    county.work()
    assert (case.state, published(county)) == ("completed", [])
    assert branch(county, "catalogue_member", "CH01").variables["results"][0]["outcome"] == "lost"


def test_a_drug_outside_the_catalogue_is_bought_twice_a_year_and_no_more(county: County) -> None:
    """Two members have it bought once each; a refused application costs nothing; the third is told why, and may give up."""
    first_version(county)
    pharmacy = county.person(PHARMACY)
    wanted = {"itemCode": code(9), "generic": "氟康唑", "spec": "50mg", "quantity": 20, "unit": "盒", "reason": "院内暂无同类"}

    def applied(institution: str, **more: Any) -> CaseView:
        pharmacist = county.person(f"{institution}-021")
        case = pharmacist.start("catalogue_temporary")
        pharmacist.complete(case.task("apply"), "submit", {**wanted, **more})
        return case

    for institution, outcome in (("CH01", "refuse"), ("CH01", "agree"), ("CH02", "agree")):
        case = applied(institution)
        pharmacy.complete(case.task("approve"), outcome, opinion="已核实")
        assert case.state == "completed"
    third = applied("CH03")
    assert (third.open, "已临时采购 2 次" in third.variables["temporaryProblem"]) == (["apply"], True)
    listed = applied("CH04", itemCode=code(1))
    assert (listed.open, "在现行目录里" in listed.variables["temporaryProblem"]) == (["apply"], True)
    county.pass_time(timedelta(days=90))
    county.person("CH03-021").complete(third.task("apply"), "submit", wanted)
    assert third.open == ["approve"]
