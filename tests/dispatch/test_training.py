"""Further training and mentoring: from the application to the teaching back, from the pair to the examination."""

from __future__ import annotations

import pytest

from engine.errors import InvalidForm
from engine.testing import CaseView, County
from tests.dispatch.community import CLERK, DIRECTOR, DOCTOR, HEAD, HR, serving, until

TRAINEE = "CH05-003"
"""A general practitioner of the branch."""
WISH = {"hostKind": "lead", "hostName": "总医院妇产科", "hostDept": "OBGY", "specialty": "obgyn", "serviceYears": 3}
WISH |= {"fromDay": "2027-01-04", "toDay": "2027-03-31", "goal": "掌握产前超声筛查"}
REPORT = {"report": {"learnt": "产前筛查", "operations": 20, "nextMonth": "独立操作"}}


def applied(county: County, **more: object) -> tuple[CaseView, CaseView]:
    """An application that department and institution have agreed to, and the centre's case."""
    trainee, director = county.person(TRAINEE), county.person(DIRECTOR)
    case = trainee.start("further_training")
    trainee.complete(case.task("apply"), "submit", {**WISH, **more})
    director.complete(case.task("department"), "agree")
    if "institution" in case.open:
        director.complete(case.task("institution"), "agree")
    county.work()
    return case, county.cases("training_centre")[-1]


AGREED = {"agreementNo": "进〔2026〕1号", "serviceYears": 3, "penaltyPerMonth": "800.00"}


def test_a_training_ends_with_teaching_back(county: County) -> None:
    with pytest.raises(InvalidForm):
        applied(county, toDay="2027-01-04")
    case, centre = applied(county)
    county.person(HR).complete(centre.task("review"), "agree")
    county.person(HEAD).complete(centre.task("take_in"), "accept")
    county.person(HR).complete(centre.task("agreement"), "signed", AGREED)
    county.work()
    trainee = county.person(TRAINEE)
    for month in (2, 3):
        until(county, f"2027-{month:02d}-02")
        assert case.variables["period"] == f"2027-{month - 1:02d}"
        trainee.complete(case.task("monthly_report"), "submit", REPORT)
        county.work()
    until(county, "2027-04-02")
    trainee.complete(case.task("exam"), "passed", {"examScore": 92, "certificateNo": "结〔2027〕7号"})
    taught = {"teachOn": "2027-04-02", "teachTopic": "产前筛查规范", "teachHeads": 11}
    trainee.complete(case.task("teach_back"), data=taught)
    county.person(DIRECTOR).complete(case.task("confirm_teach"), "return", opinion="补签到表")
    trainee.complete(case.task("teach_back"), data=taught)
    county.person(DIRECTOR).complete(case.task("confirm_teach"), "confirm")
    county.work()
    assert (case.state, centre.variables["result"], centre.variables["months"]) == ("completed", "passed", 2)
    county.person(HR).complete(centre.task("file"))
    assert centre.state == "completed"
    assert county.incidents() == []


def test_a_partner_answers_by_letter_and_a_training_breaks_off(county: County) -> None:
    """The partner has no log-in: its first answer is a refusal, the second lets him come; breaking off costs by the month."""
    for outcome in ("refuse", "accept"):
        case, centre = applied(county, hostKind="partner", hostName="省城协作医院", hostDept=None)
        county.person(HR).complete(centre.task("review"), "agree")
        reply = {"replyNo": "省函1号", "replyOn": "2026-11-02"}
        county.person(HR).complete(centre.task("enter_reply"), outcome, reply, opinion="名额已满")
        county.work()
    first = county.cases("further_training")[0]
    assert (first.state, first.variables["hostNote"]) == ("completed", "进修单位不接收")
    county.person(HR).complete(centre.task("agreement"), "signed", AGREED)
    county.work()
    until(county, "2027-01-20")
    clerk = county.person(CLERK)
    clerk.complete(case.task("break_off"), "break", {"leftOn": "2027-01-19"}, opinion="家中有事")
    assert str(case.variables["penalty"]) == "2400.00"
    clerk.complete(case.task("settle_break"), opinion="已缴")
    county.work()
    assert (case.state, centre.variables["result"]) == ("completed", "broken")
    assert county.incidents() == []


def test_who_follows_a_department_of_the_lead_is_appraised_by_it(county: County) -> None:
    """上派跟班: only at the lead hospital; the head there appraises instead of an examination, then she teaches back."""
    with pytest.raises(InvalidForm) as refused:
        applied(county, trainingKind="shadow", hostKind="partner", hostDept=None)
    assert [error.path for error in refused.value.errors] == ["hostDept"]
    cases = []
    for _ in range(2):
        case, centre = applied(county, trainingKind="shadow", fromDay="2027-01-04", toDay="2027-01-29")
        county.person(HR).complete(centre.task("review"), "agree")
        county.person(HEAD).complete(centre.task("take_in"), "accept")
        county.person(HR).complete(centre.task("agreement"), "signed", {**AGREED, "serviceYears": 0})
        cases.append((case, centre))
    county.work()
    until(county, "2027-01-30")
    for (case, centre), outcome in zip(cases, ("good", "poor"), strict=True):
        county.person(HEAD).complete(centre.task("appraise"), outcome, opinion="操作规范" if outcome == "good" else "未参加值班")
        county.work()
        assert case.variables["appraisalNote"] == ("操作规范" if outcome == "good" else "未参加值班")
    (case, centre), (failed, _) = cases
    assert (case.open, failed.state, failed.variables["result"]) == (["teach_back"], "completed", "failed")
    assert case.row.subject == f"上派跟班 {case.row.number}"
    taught = {"teachOn": "2027-01-30", "teachTopic": "产前筛查规范", "teachHeads": 8}
    county.person(TRAINEE).complete(case.task("teach_back"), data=taught)
    county.person(DIRECTOR).complete(case.task("confirm_teach"), "confirm")
    county.work()
    assert (case.state, centre.variables["result"]) == ("completed", "passed")
    assert county.incidents() == []


def test_a_pair_goes_with_its_assignment_and_may_go_on_without(county: County) -> None:
    """Two pupils: the mentor writes each quarter; when she leaves, one gets another mentor, the other is examined."""
    pairs = [{"pupil": "莫成林", "plan": "产科常见急症"}, {"mentor": "本人", "pupil": "戴娟", "plan": "产后访视"}]
    case, host = serving(county, kind="rotate", toDay="2027-06-30", pairs=pairs)
    first, second = county.cases("mentoring")
    doctor = county.person(DOCTOR)
    for found in (first, second):
        doctor.complete(found.task("confirm_plan"), "confirm", {"plan": "每周两次查房"})
    until(county, "2027-04-06")
    step = {"skills": "会阴裂伤缝合", "sessions": 12, "level": "supervised", "next": "独立接产"}
    doctor.complete(first.task("report_progress"), "submit", {"step": step})
    assert [row["skills"] for row in first.variables["progress"]] == ["会阴裂伤缝合"]
    correlation = {"assignmentKey": case.variables["assignmentKey"]}
    county.send("PersonLeaves", correlation=correlation, payload={"on": "2027-04-06", "reason": "调离"})
    county.work()
    done = {"handoverPatients": "已交接", "handoverKeys": "已收回", "handoverAccounts": "已停用"}
    county.person(CLERK).complete(case.task("handover"), data=done)
    county.person(HR).complete(case.task("settle_leave"), opinion="无违约金")
    county.work()
    clerk = county.person(CLERK)
    clerk.complete(first.task("new_mentor"), "replace", {"mentor": HEAD})
    clerk.complete(second.task("new_mentor"), "end", opinion="已学完")
    county.person(HEAD).complete(first.task("confirm_plan"), "confirm", {"plan": "远程带教"})
    assert first.open == ["finish"]
    county.person(DIRECTOR).complete(second.task("exam"), "passed", {"examScore": 88, "certificateNo": "徒〔2027〕2号"})
    assert second.state == "completed"
    assert host.state == "completed"
    assert county.incidents() == []


def test_a_pair_of_the_branch_itself(county: County) -> None:
    """Named by the office without an assignment, examined early, and not passed."""
    clerk = county.person(CLERK)
    case = clerk.start("mentoring")
    clerk.complete(case.task("name_pair"), "start", {"mentor": TRAINEE, "pupil": "新入职医师", "plan": "门诊规范"})
    county.person(TRAINEE).complete(case.task("confirm_plan"), "confirm", {"plan": "门诊规范"})
    county.person(DIRECTOR).complete(case.task("finish"), "finish", opinion="提前考核")
    county.person(DIRECTOR).complete(case.task("exam"), "failed", {"examScore": 55}, opinion="病历书写不合格")
    assert case.state == "completed"
