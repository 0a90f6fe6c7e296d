"""An inspection of two institutions from its plan to the end of its last finding, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Row, select

from engine.errors import InvalidForm, NotAllowed
from engine.queries.documents import PrintDocument
from engine.store.tables import Message, Person
from engine.testing import CaseView, County, Someone
from tests.inspection import community as do
from tests.inspection.community import PRESIDENT, QUALITY

UNITS = ("CH03", "CH07")
VISIT_DAY = "2026-10-19"


def who(county: County, seat: Row[Any]) -> Someone:
    """Whose task it is."""
    return county.person(county.scalar(select(Person.staff_number).where(Person.key == seat.assignee)))


def each(county: County, case: CaseView, element: str, outcome: str, data: Mapping[str, Any] | None = None) -> None:
    """Everybody who has a task of an element does it."""
    for seat in [seat for seat in case.seats(element) if seat.state in ("open", "claimed")]:
        who(county, seat).complete(seat, outcome, data)
    county.work()


def approved(county: County, kind: str = "regular", **plan: Any) -> CaseView:
    """A plan that the president has approved; its team waits to be confirmed."""
    quality = county.person(QUALITY)
    case = quality.start("inspection_plan")
    usual = {"scope": "医疗质量", "checklist": "quality2026", "rule": "listed", "visitOn": VISIT_DAY}
    listed = {"listed": [{"unit": "石桥院区"}, {"unit": "CH07"}]}
    quality.complete(case.task("draft_plan"), "submit", {"kind": kind, **usual, **listed, **plan})
    county.person(PRESIDENT).complete(case.task("approve_plan"), "approve")
    county.work()
    return case


def arrived(county: County, kind: str = "regular") -> CaseView:
    """An inspection whose teams stand before the doors."""
    case = approved(county, kind)
    county.person(QUALITY).complete(case.task("confirm_team"), "confirm")
    each(county, case, "accept_assignment", "accept")
    county.pass_time("P7D")
    return case


def scored(county: County, case: CaseView, verdict: str = "unmet", on: str = VISIT_DAY) -> None:
    """Every chapter is scored: its first item as said, the other met."""
    rows = [{"verdict": verdict, "note": "缺记录" if verdict == "unmet" else None}, {"verdict": "met"}]
    each(county, case, "score", "submit", {"groupItems": rows, "scoredAt": on, "samples": "病历 20 份"})


def own(county: County, code: str) -> CaseView:
    """What an inspected institution has of it."""
    key = county.institution(code)
    return next(case for case in county.cases("inspection_member") if case.row.institution == key)


def signed(county: County, code: str, *answers: Mapping[str, Any]) -> None:
    """The director signs at the exit meeting; what he says of the first findings is given, he accepts the others."""
    case = own(county, code)
    rows = [*answers, *({"answer": "accept"} for _ in case.variables["findings"])][: len(case.variables["findings"])]
    county.person(f"{code}-001").complete(case.task("exit_meeting"), "sign", {"findings": rows})
    county.work()


def clean(county: County) -> bool:
    """Whether nothing is stuck and no message has missed its case."""
    return county.incidents() == [] and county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_an_inspection_goes_its_whole_way(both: County) -> None:
    """Sampled by a seed that nobody chose, teams without ties, objections judged, six findings closed before the plan ends."""
    county = both
    case = approved(county, "random", rule="sample", size=2)
    assert case.variables["seed"].startswith(f"{case.row.number}@")
    assert {row["person"] for row in case.variables["ties"] if row["institution"] == "CH03"} == {"CH00-094"}
    units = [row["institution"] for row in case.variables["visits"]]
    assert units == [row["institution"] for row in case.variables["chosen"]] == list(UNITS)
    assert {case.variables["visits"][0][role] for role in ("leader", "second")}.isdisjoint({"CH00-094"})
    # Whoever draws the team by hand against the rules is told where.
    quality = county.person(QUALITY)
    quality.complete(case.task("confirm_team"), "confirm", {"visits": [{"leader": "CH00-094"}, {}]})
    assert case.variables["teamProblems"] == "石桥院区：柯雨桐·演示须回避。"
    quality.complete(case.task("confirm_team"), "confirm", {"visits": [{"leader": QUALITY}, {}]})
    each(county, case, "accept_assignment", "accept")
    for code in UNITS:
        office = county.person(f"{code}-011")
        office.complete(own(county, code).task("acknowledge"), "receive")
        items = [{"verdict": "met"} for _ in own(county, code).variables["selfItems"]]
        office.complete(own(county, code).task("self_check"), "submit", {"selfItems": items})
    county.work()
    county.pass_time("P7D")
    each(county, case, "begin_visit", "begin")
    county.restart()
    scored(county, case)
    signed(county, "CH07")
    signed(county, "CH03", {"answer": "object", "objection": "记录在纸质本上"}, {"answer": "object", "objection": "已补"})
    reviewer = county.person("CH00-092")
    rulings = [{"ruling": "dropped", "rulingNote": "查见纸质记录"}, {"ruling": "stands", "rulingNote": "检查后才补"}]
    reviewer.complete(case.task("review"), "done", {"objected": rulings})
    county.work()
    assert [row["ruling"] for row in own(county, "CH03").variables["objected"]] == ["dropped", "stands"]
    do.confirmed(county, case)
    quality.complete(case.task("write_report"), "done", {"report": "共检查两家。"})
    county.person(PRESIDENT).complete(case.task("hear_report"), "heard")
    county.work()
    summary = {
        row["institution"]: (row["findingCount"], row["objectionCount"], row["upheldCount"]) for row in case.variables["summary"]
    }
    assert summary == {"CH03": (2, 2, 1), "CH07": (3, 0, 0)}
    assert own(county, "CH03").state == "completed"
    do.acknowledged(county)
    numbers = [str(found.row.number) for found in county.cases("finding")]
    assert numbers == [f"{case.row.number}-{n:03d}" for n in range(1, 6)]
    for number in numbers:
        assert case.state == "active"
        do.rectified(county, number, "2026-10-20", letter=False)
    assert (case.state, case.variables["counts"]["closed"]) == ("completed", 5)
    assert clean(county)


def test_an_inspector_who_recuses_himself_is_replaced(county: County) -> None:
    """After the assignment he is drawn out of that unit alone; on the spot another one takes his chapter."""
    case = approved(county)
    county.person(QUALITY).complete(case.task("confirm_team"), "confirm")
    before = case.variables["visits"]
    leader = before[0]["leader"]
    task = next(seat for seat in case.seats("accept_assignment") if seat.assignee == county.person(leader).key)
    county.person(leader).complete(task, "recuse", {"recuseUnit": "石桥院区"}, opinion="配偶在该院工作")
    each(county, case, "accept_assignment", "accept")
    assert leader not in (case.variables["visits"][0]["leader"], case.variables["visits"][0]["second"])
    assert case.variables["visits"][1] == before[1]
    assert case.variables["declared"] == [{"person": leader, "institution": "CH03", "reason": "配偶在该院工作"}]
    county.person(QUALITY).complete(case.task("confirm_team"), "confirm")
    each(county, case, "accept_assignment", "accept")
    county.pass_time("P7D")
    each(county, case, "begin_visit", "begin")
    second = case.variables["visits"][1]["second"]
    seat = next(seat for seat in case.seats("score") if seat.assignee == county.person(second).key)
    county.person(second).complete(seat, "recuse", opinion="是投诉的当事人")
    newcomer = who(county, case.seats("score")[-1])
    assert newcomer.login not in (second, case.variables["visits"][1]["leader"])
    with pytest.raises(NotAllowed):
        county.person(second).complete(case.seats("score")[-1], "submit", {})
    scored(county, case)
    chapters = [group for visit in do.inner(county, case, "scored") for group in visit]
    assert [group["inspector"] for group in chapters if group["replacedFrom"] == second] == [newcomer.login]
    assert clean(county)


def test_a_visit_is_put_off_refused_and_witnessed(county: County) -> None:
    """A flood puts it off; one director refuses to sign and another says nothing: two witnesses stand in, the findings remain."""
    case = arrived(county)
    flooded = next(seat for seat in case.seats("begin_visit"))
    leader = who(county, flooded)
    leader.complete(flooded, "unreachable", {"newVisitOn": "2026-10-21"}, opinion="望山路塌方")
    each(county, case, "begin_visit", "begin")
    assert {own(county, code).variables["visitOn"] for code in UNITS} == {VISIT_DAY, "2026-10-21"}
    scored(county, case)
    county.pass_time("P2D")
    each(county, case, "begin_visit", "begin")
    scored(county, case)
    late, refused = (code for code in sorted(UNITS, key=lambda code: own(county, code).open == []))
    county.person(f"{refused}-001").complete(own(county, refused).task("exit_meeting"), "refuse", opinion="不认可检查组")
    county.work()
    county.pass_time("P4D")
    task = case.task("witness")
    with pytest.raises(InvalidForm):
        who(county, task).complete(
            task, "done", {"witness1": "张三（镇政府）", "witness2": "张三（镇政府）", "witnessRecord": "宣读"}
        )
    each(
        county,
        case,
        "witness",
        "done",
        {"witness1": "张三（镇政府）", "witness2": "李四（村委会）", "witnessRecord": "当场宣读，拒签"},
    )
    assert own(county, late).open == []
    assert [result["signed"] for result in case.variables["summary"]] == [False, False]
    assert len(case.variables["found"]) == 6
    assert clean(county)


def test_a_plan_is_revoked_before_the_first_visit_and_not_after_it(county: County) -> None:
    """Before the team is confirmed nobody knows of it; later those who have had notice are told, and the day is theirs again."""
    quality = county.person(QUALITY)
    early = approved(county)
    quality.complete(early.task("confirm_team"), "revoke", opinion="与省厅检查重复")
    assert (early.state, county.cases("inspection_member")) == ("completed", [])
    case = approved(county)
    quality.complete(case.task("confirm_team"), "confirm")
    each(county, case, "accept_assignment", "accept")
    county.person("CH03-011").complete(own(county, "CH03").task("acknowledge"), "receive")
    with pytest.raises(InvalidForm):
        quality.complete(case.task("plan_in_force"), "revoke")
    quality.complete(case.task("plan_in_force"), "revoke", opinion="与省厅检查重复")
    county.work()
    assert (case.state, case.row.subject.endswith("（已撤销）")) == ("terminated", True)
    for code in UNITS:
        assert (own(county, code).open, own(county, code).variables["bulletin"]) == (["read_revoked"], "与省厅检查重复")
        county.person(f"{code}-011").complete(own(county, code).task("read_revoked"), "read")
        assert own(county, code).state == "completed"
    # Nobody can revoke what one team has begun.
    begun = arrived(county)
    first = begun.seats("begin_visit")[0]
    assert begun.open.count("plan_in_force") == 1
    who(county, first).complete(first, "begin")
    county.work()
    assert "plan_in_force" not in begun.open
    assert clean(county)


def test_notice_is_given_three_working_days_before(county: County) -> None:
    """Too early a day is refused in the plan; where the team was late, the visit itself is put off, with the reason."""
    quality = county.person(QUALITY)
    case = quality.start("inspection_plan")
    plan = {"kind": "regular", "scope": "院感", "checklist": "quality2026", "rule": "listed", "listed": [{"unit": "CH03"}]}
    quality.complete(case.task("draft_plan"), "submit", {**plan, "visitOn": "2026-10-14"})
    assert case.variables["planProblems"] == "检查要提前通知，最早可定在 2026-10-15，填的是 2026-10-14。"
    quality.complete(case.task("draft_plan"), "submit", {**plan, "visitOn": "2026-10-15"})
    county.pass_time("P1D")
    county.person(PRESIDENT).complete(case.task("approve_plan"), "approve")
    quality.complete(case.task("confirm_team"), "confirm")
    each(county, case, "accept_assignment", "accept")
    assert own(county, "CH03").variables["visitOn"] == "2026-10-16"
    (put_off,) = [value for value in do.inner(county, case, "unreachable") if value]
    assert put_off == [{"on": "2026-10-15", "reason": "通知不足 3 个工作日，顺延"}]
    county.pass_time("P2D")
    assert "begin_visit" not in case.open
    county.pass_time("P1D")
    each(county, case, "begin_visit", "begin")
    scored(county, case, on="2026-10-16")
    # The record of the visit is printed by the institution that signs it, and by whoever planned it.
    assert [row["verdict"] for row in own(county, "CH03").variables["records"]] == ["unmet", "met"] * 3
    signed(county, "CH03")
    words = _printed(county, own(county, "CH03"), "CH03-001", "inspection_record")
    assert [told in words.replace(" ", "") for told in ("现场检查记录", "缺记录", "病历20份")] == [True] * 3
    assert "石桥院区" in _printed(county, case, QUALITY, "inspection_records")


def _printed(county: County, case: CaseView, login: str, document: str) -> str:
    actor = county.person(login).actor
    paper = county.engine.query(PrintDocument(instance=case.id, document=document, language="zh"), actor).content
    return "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).replace("\n", "")


def test_an_unannounced_visit_gives_notice_at_the_door(county: County) -> None:
    """Nobody at the institution knows before; a plan without findings ends with its bulletin."""
    with pytest.raises(InvalidForm):
        approved(county, "flying", rule="sample", size=None)
    case = county.person(QUALITY).start("inspection_plan")
    plan = {"kind": "flying", "scope": "院感", "checklist": "quality2026", "rule": "listed", "visitOn": "2026-10-11"}
    county.person(QUALITY).complete(case.task("draft_plan"), "submit", {**plan, "listed": [{"unit": "东湖"}]})
    assert case.variables["planProblems"].splitlines() == [
        "没有名为“东湖”的成员单位，应填机构代码或名称。",
        "检查日期应在今天之后（飞行检查、暗访可以是今天），填的是 2026-10-11。",
    ]
    case = arrived(county, "flying")
    assert county.cases("inspection_member") == []
    each(county, case, "begin_visit", "begin")
    assert sorted(do.code_of(county, found) for found in county.cases("inspection_member")) == list(UNITS)
    scored(county, case, "met")
    for code in UNITS:
        signed(county, code)
    county.person(QUALITY).complete(case.task("write_report"), "done", {"report": "没有发现问题。"})
    county.person(PRESIDENT).complete(case.task("hear_report"), "heard")
    county.work()
    assert (case.state, {own(county, code).state for code in UNITS}) == ("completed", {"completed"})
    assert county.cases("finding_ledger") == []
    assert clean(county)
