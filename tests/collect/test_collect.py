"""The shared collection: each late policy, a member that joins twice, a deadline that moves; nothing is decided in silence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cli.library import LIBRARY, read_folder
from engine.commands.deployment import Deploy
from engine.commands.message import BroadcastSignal
from engine.commands.organisation import PutMembership
from engine.store.tables import Message
from engine.testing import CaseView, County
from tests.counties import county_fixtures

REPLY = Path(__file__).with_name("reply.bpmn").read_bytes()
TERMS = {"calendar": "ADMIN", "decideAfter": "P5D", "extension": "P2D", "decideLate": "P1D", "freeze": "P2D"}
MEMBERS = [{"institution": "CH01", "name": "东湾分院"}, {"institution": "CH02", "name": "柳塘分院"}]
STANDING = {"CH02": [{"item": "阿莫西林", "quantity": 7}]}


def prepared(url: str) -> County:
    """A small community with the collection, and two processes that use it."""
    county = County(url)
    county.settle()
    county.execute(Deploy(name="collect", resources=read_folder(LIBRARY / "collect")))
    county.deploy(REPLY)
    return county


prepared_file, county, both = county_fixtures(prepared)


def asked(county: County, policy: str = "ask", **more: Any) -> CaseView:
    """A collection that has asked CH01 and CH02."""
    given = {"collection": "YL1", "members": MEMBERS, "terms": TERMS, "standing": {}, "dueAt": None, "automatic": True, **more}
    case = county.run("asking", at="CH00", latePolicy=policy, **given)
    county.work()
    return case


def replies(county: County) -> dict[str, CaseView]:
    """The members' own cases, by the institution's code."""
    codes = {county.institution(code): code for code in ("CH01", "CH02", "CH09")}
    return {codes[case.row.institution]: case for case in county.cases("reply")}


def answer(county: County, code: str) -> None:
    """A member answers."""
    county.person({"CH01": "gan", "CH02": "liu", "CH09": "jiu"}[code]).complete(replies(county)[code].task("answer"))
    county.work()


def answers(case: CaseView) -> dict[str, dict[str, Any]]:
    return {row["institution"]: row for row in case.variables["answers"]}


def dead(county: County) -> list[Any]:
    return county.rows(select(Message.name).where(Message.state == "dead"))


def test_the_standing_request_is_taken_and_flagged(both: County) -> None:
    """Whoever misses the cut-off gets what stands, without anybody's decision; the member is told, and its case ends."""
    county = both
    case = asked(county, "standing", standing=STANDING)
    answer(county, "CH01")
    county.restart()
    county.pass_time("P9D")
    assert (case.state, replies(county)["CH02"].state) == ("completed", "completed")
    late = answers(case)["CH02"]
    assert (late["status"], late["late"], late["decidedBy"], late["lines"]) == ("standing", True, None, STANDING["CH02"])
    assert late["note"] == "逾期未报，自动按常备申请"
    own = answers(case)["CH01"]
    assert (own["status"], own["late"], str(own["total"])) == ("submitted", False, "12.5")
    assert case.variables["text"] == "2 家：已上报 1 家，按常备申请 1 家；其中逾期 1 家。"
    assert (dead(county), county.incidents()) == ([], [])


def test_without_a_standing_request_a_person_decides(county: County) -> None:
    case = asked(county, "standing", standing={"CH01": []})
    answer(county, "CH01")
    county.pass_time("P9D")
    assert case.open == ["decide_late"]
    county.person("yi").complete(case.task("decide_late"), "exclude", opinion="电话无人接")
    county.work()
    assert (answers(case)["CH02"]["status"], answers(case)["CH02"]["decidedBy"]) == ("excluded", "易务·演示")


def test_a_nil_is_signed_by_a_person_and_an_answer_that_comes_meanwhile_wins(county: County) -> None:
    case = asked(county, "zero_signed")
    county.pass_time("P9D")
    assert case.open == ["sign_zero", "sign_zero"]
    answer(county, "CH02")
    assert case.open == ["sign_zero"]
    county.person("yi").complete(case.task("sign_zero"), "zero", opinion="该院停诊")
    county.work()
    found = answers(case)
    assert (found["CH01"]["status"], found["CH01"]["decidedBy"], found["CH01"]["note"]) == ("zero", "易务·演示", "该院停诊")
    assert (found["CH02"]["status"], found["CH02"]["late"]) == ("submitted", True)
    assert (case.state, dead(county)) == ("completed", [])


def test_who_is_late_is_left_out_and_told_why(county: County) -> None:
    case = asked(county, "exclude")
    answer(county, "CH02")
    county.pass_time("P9D")
    assert case.state == "completed"
    assert {code: row["status"] for code, row in answers(case).items()} == {"CH01": "excluded", "CH02": "submitted"}
    assert "移出" in answers(case)["CH01"]["note"]
    assert replies(county)["CH01"].state == "completed"


def test_a_member_that_joins_is_asked_once_however_often_it_is_announced(county: County) -> None:
    """The one that joins has its own term; who is on the list already is not asked again."""
    case = asked(county, automatic=False)
    county.pass_time("P3D")
    county.execute(PutMembership(institution="CH09", from_date=date(2026, 3, 5)))
    for code, name in (("CH09", "旧渡分院"), ("CH01", "东湾分院"), ("CH09", "旧渡分院")):
        county.execute(BroadcastSignal(name="MemberJoined", payload={"institution": code, "name": name}))
        county.work()
    calls = select(Message.key).where(Message.name == "CollectionCall")
    assert len(county.rows(calls)) == 3
    for code in ("CH01", "CH02", "CH09"):
        answer(county, code)
    assert case.open == ["freeze"]
    county.person("yi").complete(case.task("freeze"), "freeze")
    county.work()
    assert list(answers(case)) == ["CH01", "CH02", "CH09"]
    assert {found.state for found in county.cases()} == {"completed"}
    assert (dead(county), county.incidents()) == ([], [])


def test_a_deadline_from_outside_moves_for_those_who_have_not_answered(county: County) -> None:
    """Later for who waits, and later again; then it holds. Who has answered is not told."""
    case = asked(county, "exclude", dueAt="2026-03-10T17:00:00+08:00")
    answer(county, "CH01")
    moved = "2026-03-16T17:00:00+08:00"
    county.send(
        "CollectionDeadline", to="CH00", correlation={"collection": "YL1"}, payload={"dueAt": moved, "reason": "省平台延期"}
    )
    county.work()
    assert replies(county)["CH02"].variables["dueAt"] == moved
    assert replies(county)["CH01"].variables["dueAt"] == "2026-03-10T17:00:00+08:00"
    county.pass_time("P10D")
    assert case.state == "active"
    county.pass_time("P5D")
    assert (case.state, answers(case)["CH02"]["status"]) == ("completed", "excluded")
    assert (dead(county), county.incidents()) == ([], [])
