"""From a published post to the people who come to work, and what goes wrong on the way: too few applicants, reports, absences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidForm
from engine.functions.hiring import changed, rank, struck
from engine.testing import CaseView, County
from tests.recruitment.plans import HR, MONDAY, kept, replied, small
from tests.recruitment.test_recruitment_changes import passed

INQUIRER, CLERK = "CH00-091", "CH01-011"
"""The secretary of discipline inspection, and the office of the branch that asked for the post."""
ANNOUNCED = {"announceNo": "澄医招〔2026〕1号", "announceOn": "2026-11-02", "registerTo": "2026-11-13"}


def until(county: County, day: str) -> None:
    """Lets the days pass up to nine o'clock of a day."""
    county.pass_time(MONDAY.fromisoformat(f"{day}T01:00:00+00:00") - county.clock.now())


def opened(county: County) -> CaseView:
    """The post of two general practitioners whose plan was published."""
    case = small(county)
    kept(county, case)
    passed(county, case)
    for _ in range(3):
        replied(county, case)
    (hiring,) = county.cases("recruitment_hiring")
    return hiring


def registered(county: County, case: CaseView, applicants: int, **more: Any) -> None:
    """The announcement, and how many applied."""
    hr = county.person(HR)
    hr.complete(case.task("announce"), "announce", {**ANNOUNCED, **more})
    until(county, "2026-11-16")
    hr.complete(case.task("registration"), "count", {"applicants": applicants})


def examined(county: County, case: CaseView, *marks: tuple[str, int, int]) -> None:
    """Marks of candidates: number, written, interview."""
    rows = [{"ticketNo": number, "name": f"考生{number}", "written": w, "interview": i} for number, w, i in marks]
    county.person(HR).complete(case.task("exam"), "done", {"candidates": rows})


def checked(county: County, case: CaseView, *unfit: str) -> None:
    """Everybody who was proposed is healthy and vetted, but for some."""
    rows = [
        {"health": "fail", "vetting": "pass", "note": "体检不合格"}
        if row["ticketNo"] in unfit
        else {"health": "pass", "vetting": "pass"}
        for row in case.variables["proposed"]
    ]
    county.person(HR).complete(case.task("check_candidates"), "done", {"proposed": rows})


def published(county: County, case: CaseView) -> None:
    """The result is published."""
    day = county.clock.now().date().isoformat()
    county.person(HR).complete(case.task("publish_result"), "publish", {"publicityNo": "公示1号", "publicityOn": day})


def filed(county: County, case: CaseView) -> None:
    """Seven working days have passed, and the office has agreed."""
    county.pass_time("P12D")
    reply = {"replyNo": "澄人社函〔2026〕3号", "replyOn": county.clock.now().date().isoformat()}
    county.person(HR).complete(case.task("filing_reply"), "approve", reply)
    county.work()


def states(case: CaseView) -> dict[str, str]:
    return {row["ticketNo"]: row["state"] for row in case.variables["candidates"]}


def test_a_post_is_filled_by_rank_with_an_unfit_and_an_absent_candidate(both: County) -> None:
    """Too few apply, then enough; one is unfit, one does not come, the third and the fourth in rank take their places."""
    county = both
    case = opened(county)
    post = county.cases("recruitment_post")[-1]
    hr = county.person(HR)
    hr.complete(case.task("announce"), "announce", {**ANNOUNCED, "registerTo": "2026-11-10"})
    assert case.variables["problems"] == "公告要挂满 7 个工作日，报名最早到 2026-11-11，填的是 2026-11-10。"
    registered(county, case, 4)
    assert case.variables["ratioText"] == "招 2 人，应有 6 人报名，实有 4 人，只够招 1 人。"
    hr.complete(case.task("decide_ratio"), "cut", {"newHeads": 2}, opinion="报名少")
    assert case.variables["problems"] == "按报名人数最多招 1 人，核减到的人数应在 1 与 1 之间。"
    hr.complete(case.task("decide_ratio"), "lower", {"newRatio": 2}, opinion="紧缺岗位")
    county.work()
    county.person(CLERK).complete(post.task("read_change"), "read")
    county.restart()
    with pytest.raises(InvalidForm):
        examined(county, case, ("01", 120, 80))
    examined(county, case, ("01", 80, 80), ("02", 90, 80), ("03", 70, 70), ("04", 60, 62), ("04", 10, 10))
    assert case.variables["problems"] == "准考证号 04 写了两次。"
    examined(county, case, ("01", 80, 80), ("02", 90, 80), ("03", 70, 70), ("04", 60, 62), ("05", 50, 60))
    assert [(row["ticketNo"], row["rank"]) for row in case.variables["proposed"]] == [("02", 1), ("01", 2)]
    checked(county, case, "01")
    assert [row["ticketNo"] for row in case.variables["proposed"]] == ["03"]
    checked(county, case)
    published(county, case)
    filed(county, case)
    assert len(post.open) == 2
    clerk, today = county.person(CLERK), county.clock.now().date().isoformat()
    clerk.complete(post.task("report_hire"), "arrived", {"arrivedOn": today})
    clerk.complete(post.task("report_hire"), "absent", opinion="另有去处")
    county.work()
    found = states(case)
    assert sorted((found.pop("02"), found.pop("03"))) == ["absent", "hired"]
    assert found == {"01": "unfit", "04": "proposed", "05": "failed"}
    checked(county, case)
    published(county, case)
    filed(county, case)
    # The branch says nothing for ten working days: he has not come, and nobody is left.
    county.pass_time("P15D")
    county.work()
    assert (case.state, post.state) == ("completed", "completed")
    assert case.variables["hireText"] == "招 2 人，报到 1 人。"
    assert [row["what"] for row in case.variables["changes"]] == ["开考比例由 1:3 降为 1:2"]
    assert county.incidents() == []


def test_a_report_during_the_publication_stops_this_post_alone(county: County) -> None:
    """Unfounded, the seven days begin anew; founded, the candidate is struck and the next in rank is examined."""
    case = opened(county)
    registered(county, case, 8)
    examined(county, case, ("01", 90, 90), ("02", 80, 80), ("03", 70, 70))
    checked(county, case)
    inquirer = county.person(INQUIRER)
    published(county, case)
    county.pass_time("P8D")
    inquirer.complete(case.task("whistle"), "suspend", {"reportAbout": "学历存疑", "reportTicket": "02"}, opinion="来信")
    assert case.open == ["investigate"]
    county.pass_time("P20D")
    assert case.open == ["investigate"]
    inquirer.complete(case.task("investigate"), "unfounded", opinion="学历属实")
    published(county, case)
    county.pass_time("P8D")
    assert case.open == ["whistle"]
    inquirer.complete(case.task("whistle"), "suspend", {"reportAbout": "考场作弊"}, opinion="来电")
    inquirer.complete(case.task("investigate"), "strike", {"reportTicket": "03"}, opinion="监控为证")
    assert case.variables["problems"] == "公示的人里没有准考证号“03”。"
    inquirer.complete(case.task("investigate"), "strike", {"reportTicket": "02"}, opinion="监控为证")
    assert states(case) == {"01": "cleared", "02": "struck", "03": "proposed"}
    checked(county, case)
    published(county, case)
    assert [row["result"] for row in case.variables["inquiries"]] == ["unfounded", "strike", "strike"]
    inquirer.complete(case.task("whistle"), "suspend", {"reportAbout": "岗位为人设定"}, opinion="来信")
    inquirer.complete(case.task("investigate"), "void", opinion="条件为一人设定")
    county.work()
    assert (case.state, case.variables["hired"]) == ("completed", 0)
    assert county.cases("recruitment_post")[-1].state == "completed"
    assert county.incidents() == []


def test_a_post_is_announced_again_cut_and_cancelled_for_want_of_applicants(county: County) -> None:
    case, hr = opened(county), county.person(HR)
    registered(county, case, 1)
    hr.complete(case.task("decide_ratio"), "again", opinion="延长一周")
    assert case.open == ["announce"]
    hr.complete(case.task("announce"), "announce", {**ANNOUNCED, "announceOn": "2026-11-16", "registerTo": "2026-11-27"})
    until(county, "2026-11-28")
    hr.complete(case.task("registration"), "count", {"applicants": 3})
    hr.complete(case.task("decide_ratio"), "cut", {"newHeads": 1}, opinion="报名少")
    assert (case.open, case.variables["heads"]) == (["exam"], 1)
    assert [row["what"] for row in case.variables["changes"]] == ["重新公告，延长报名", "招聘人数由 2 人核减到 1 人"]
    given = {"heads": 2, "ratio": 3, "most": 0, "applicants": 1, "because": "无人报名", "outcome": "cancel", "now": "2026-11-30"}
    assert changed(given)["text"] == "取消岗位：无人报名"
    assert county.incidents() == []


def test_ranking_needs_every_mark_and_breaks_ties_by_the_written_one() -> None:
    weights = {"written": 40, "interview": 60}
    rows = [{"ticketNo": "1", "name": "甲", "written": 70, "interview": 80}, {"ticketNo": "2", "name": "乙", "written": 85}]
    given = {"candidates": rows, "examKind": "written", "weights": weights, "pass": 60}
    assert rank(given)["problems"] == "乙：缺面试成绩。"
    rows[1]["interview"] = 70
    found = rank(given)["candidates"]
    assert [(row["ticketNo"], row["total"], row["rank"]) for row in found] == [
        ("2", Decimal("76.0"), 1),
        ("1", Decimal("76.0"), 2),
    ]
    alone = rank({**given, "examKind": "assessment", "candidates": [{"ticketNo": "1", "name": "甲", "interview": 59}]})
    assert alone["candidates"][0]["state"] == "failed"
    assert struck({"candidates": found, "ticketNo": "1", "because": "查实"})["problems"] == "公示的人里没有准考证号“1”。"
