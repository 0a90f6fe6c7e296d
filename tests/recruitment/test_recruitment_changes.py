"""What changes a recruitment plan on its way: a line opened again, a member merged, a second batch, a batch that is cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.commands.delegation import Delegate
from engine.commands.message import BroadcastSignal
from engine.errors import InvalidForm
from engine.functions.recruitment import moved
from engine.store.tables import Message, Seat
from engine.testing import CaseView, County
from tests.recruitment.plans import (
    CHAIR,
    COMMITTEE,
    DIRECTORS,
    FINANCE,
    HR,
    OFFICE,
    PRESIDENT,
    called,
    kept,
    line,
    member,
    read,
    replied,
    report,
    reviewed,
    small,
    vote,
    waiting,
)

VICE = "CH00-003"
"""The vice president, who sits in no committee."""
NURSE = line("护士", 1, discipline="nursing", license="护士执业证", majors="1011 护理学")


def passed(county: County, case: CaseView) -> None:
    """The president agrees and the committee passes the plan."""
    county.person(PRESIDENT).complete(case.task("office_meeting"), "agree")
    vote(county, case)
    county.person(OFFICE).complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    county.work()


def test_a_line_opened_again_makes_a_second_version_with_opinions_to_be_looked_at(both: County) -> None:
    """The member changes the line it wanted back, its director signs, and every reviewer sees his opinion marked."""
    county = both
    case, own = small(county), member(county, "CH01")
    kept(county, case)
    assert case.open == ["office_meeting"]
    office, director = county.person("CH01-011"), county.person(DIRECTORS["CH01"])
    office.complete(own.task("withdraw_line"), "withdraw", {"lineNo": 1}, opinion="只要一人")
    county.work()
    county.person(HR).complete(case.task("decide_withdrawal"), "reopen", opinion="可以改成一人")
    county.work()
    county.restart()
    with pytest.raises(InvalidForm):
        office.complete(own.task("amend_line"), "amend", {"reopened": [{"headcount": 30}]})
    office.complete(own.task("amend_line"), "amend", {"reopened": [{"headcount": 1, "reason": "一人已调入"}]})
    director.complete(own.task("sign_amended"), "return", opinion="写清调入的人")
    office.complete(own.task("amend_line"), "amend", {"reopened": [{"headcount": 1, "reason": "一人由北渡分院调入"}]})
    director.complete(own.task("sign_amended"), "agree")
    county.work()
    # The president's task is gone: the plan is at its reviews again, in its second version.
    assert case.open == ["finance_review", "medical_review", "quality_review"]
    (row,) = case.variables["financeReview"]
    assert (row["opinion"], row["headcount"], row["recheck"]) == ("agree", 1, "第 2 版，需复核")
    (judged,) = case.variables["lines"]
    assert (judged["key"], judged["headcount"], judged["reason"]) == ("CH01-01", 1, "一人由北渡分院调入")
    assert (judged["verdict"], case.variables["planVersion"]) == (None, 2)
    reviewed(county, case)
    kept(county, case)
    assert case.open == ["office_meeting"]
    assert county.incidents() == []


def test_a_line_struck_while_an_office_answers_stays_struck(county: County) -> None:
    """An office that cuts a line which was withdrawn meanwhile does not bring it back, and cuts of two offices add up."""
    case = called(county)
    for code in DIRECTORS:
        report(county, code, *([line("全科医生", 3), NURSE] if code == "CH01" else []))
    hr, own = county.person(HR), member(county, "CH01")
    hr.complete(case.task("freeze"), "freeze")
    county.work()
    reviewed(county, case)
    kept(county, case)
    passed(county, case)
    replied(county, case, "cut", cuts=[{"key": "CH01-01", "to": 2, "note": "控编"}, {"key": "CH01-02", "to": 0, "note": "控编"}])
    county.person("CH01-011").complete(own.task("withdraw_line"), "withdraw", {"lineNo": 2}, opinion="已有人")
    county.work()
    hr.complete(case.task("decide_withdrawal"), "strike", opinion="同意")
    # The next office sees two heads, not three.
    replied(county, case, "cut", cuts=[{"key": "CH01-01", "to": 2, "note": "再减"}])
    assert len(county.rows(select(Message.key).where(Message.name == "PlanLetter"))) == 2
    replied(county, case, "cut", cuts=[{"key": "CH01-01", "to": 1, "note": "再减"}])
    replied(county, case)
    county.pass_time("P7D")
    county.work()
    found = {row["key"]: (row["approved"], row["because"]) for row in case.variables["lines"]}
    assert found == {"CH01-01": (1, "再减"), "CH01-02": (0, "成员撤回：已有人")}
    assert county.incidents() == []


def test_a_member_is_merged_into_another_while_the_plan_runs(county: County) -> None:
    """Its lines go with it and keep their numbers; who took it over answers for them, and what is published is its plan."""
    case = called(county)
    for code in DIRECTORS:
        report(county, code, *([line("全科医生", 2)] if code in ("CH06", "CH07") else []))
    county.person(HR).complete(case.task("freeze"), "freeze")
    county.work()
    reviewed(county, case)
    county.execute(BroadcastSignal(name="MemberMerged", payload={"institution": "CH06", "into": "CH07", "name": "白沙院区"}))
    county.work()
    assert [(row["key"], row["institution"], row["unit"]) for row in case.variables["lines"]] == [
        ("CH06-01", "CH07", "白沙院区"),
        ("CH07-01", "CH07", "白沙院区"),
    ]
    rows = [{"verdict": "cut", "to": 1, "because": "合并后编制有余"}, {"verdict": "keep"}]
    county.person(HR).complete(case.task("line_verdict"), "decide", {"lines": rows})
    county.work()
    assert waiting(county, "confirm") == ["CH07"]
    county.person(DIRECTORS["CH07"]).complete(
        member(county, "CH07").task("confirm"), "answer", {"verdicts": [{"answer": "accept"}]}
    )
    county.work()
    passed(county, case)
    for _ in range(3):
        replied(county, case)
    shares = {share["institution"]: [row["key"] for row in share["lines"]] for share in case.variables["shares"]}
    assert (shares["CH06"], shares["CH07"]) == ([], ["CH06-01", "CH07-01"])
    read(county)
    assert {found.state for found in county.cases("recruitment_member")} == {"completed"}
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_lines_of_a_member_whose_new_owner_has_no_case_are_answered_by_its_own_people() -> None:
    """The address stays the old code, only the name is the new owner's; a member that is merely renamed is no alias."""
    lines = [{"key": "CH06-01", "institution": "CH06", "unit": "北渡分院"}]
    given = {"lines": lines, "responding": [{"institution": "CH06", "name": "北渡分院"}], "former": {}, "institution": "CH06"}
    merged = moved({**given, "into": "CH00", "name": "总医院"})
    assert merged["lines"] == [{"key": "CH06-01", "institution": "CH06", "unit": "总医院"}]
    assert (merged["responding"], merged["former"]) == ([{"institution": "CH06", "name": "总医院"}], {"CH06": "CH00"})
    renamed = moved({**given, "into": "CH06", "name": "北渡院区"})
    assert (renamed["lines"][0]["unit"], renamed["former"]) == ("北渡院区", {})


def test_an_urgent_need_after_the_freeze_is_a_second_batch_beside_the_first(county: County) -> None:
    """The first batch has no way in; the second asks all again, and neither sees the other's lines."""
    first = small(county)
    own = member(county, "CH01")
    assert own.open == ["withdraw_line"]
    hr = county.person(HR)
    second = hr.start("recruitment_centre")
    hr.complete(second.task("open_batch"), "open", {"planYear": 2027, "batchNo": 2, "policy": "急需岗位"})
    county.work()
    newest = {case.row.institution: case for case in county.cases("recruitment_member") if "fill_lines" in case.open}
    assert len(newest) == len(DIRECTORS)
    for code in DIRECTORS:
        case = newest[county.institution(code)]
        data = {"lines": [line("急诊医师", 1)]} if code == "CH02" else {}
        county.person(f"{code}-011").complete(case.task("fill_lines"), "submit" if data else "nil", data, opinion="第二批")
        county.person(DIRECTORS[code]).complete(case.task("sign"), "agree")
    county.work()
    hr.complete(second.task("freeze"), "freeze")
    county.work()
    assert [row["key"] for row in first.variables["lines"]] == ["CH01-01"]
    assert [(row["key"], row["postName"]) for row in second.variables["lines"]] == [("CH02-01", "急诊医师")]
    assert second.variables["planTitle"] == "2027年招聘计划第2批"
    assert first.open == ["line_verdict"]
    assert county.incidents() == []


def test_a_batch_is_cancelled_by_the_centre_and_the_president(county: County) -> None:
    """A refusal leaves it; with consent its tasks and those of all members are gone, and the reason has been told."""
    case, hr, president = called(county), county.person(HR), county.person(PRESIDENT)
    report(county, "CH01", line("全科医生"))
    for outcome in ("refuse", "agree"):
        cancel = hr.start("recruitment_cancel")
        with pytest.raises(InvalidForm):
            hr.complete(cancel.task("ask_cancel"), "ask", {"cancelNo": "CG1"}, opinion="编制政策调整")
        hr.complete(cancel.task("ask_cancel"), "ask", {"cancelNo": case.row.number}, opinion="编制政策调整")
        president.complete(cancel.task("approve_cancel"), outcome, opinion="再等一周")
        county.work()
        assert case.state == ("active" if outcome == "refuse" else "completed")
    assert {found.state for found in county.cases("recruitment_member")} == {"completed"}
    told = county.rows(select(Message.payload).where(Message.name == "BatchCancelled"))
    assert [row.payload for row in told] == [{"reason": "编制政策调整"}] * len(DIRECTORS)
    assert county.person(FINANCE).box() == []
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_an_absent_secretary_is_acted_for_by_an_agent(county: County) -> None:
    """AB角: the deputy who is no member of the committee votes last for the secretary, and the record names both."""
    case = small(county)
    kept(county, case)
    now = county.clock.now()
    away = Delegate(
        agent=county.person(VICE).id, from_at=now, to_at=now + timedelta(days=30), reason="外出学习", institution="CH00"
    )
    county.person(CHAIR).do(away)
    county.person(PRESIDENT).complete(case.task("office_meeting"), "agree")
    county.person(OFFICE).complete(case.task("schedule"), "call", {"meetingOn": "2026-11-20"})
    for login in COMMITTEE:
        key = county.person(login).key
        seat = next(found for found in case.seats("vote") if found.assignee == key and found.ended_at is None)
        county.person(login).complete(seat, "agree", opinion="已阅")
    chair = next(found for found in case.seats("vote") if found.ended_at is None)
    county.person(VICE).complete(chair, "agree", opinion="代书记表态")
    assert case.open == ["passed_minutes"]
    signed = county.row(select(Seat.ended_by, Seat.on_behalf_of).where(Seat.key == chair.key))
    assert (signed.ended_by, signed.on_behalf_of) == (county.person(VICE).key, county.person(CHAIR).key)
    assert county.incidents() == []
