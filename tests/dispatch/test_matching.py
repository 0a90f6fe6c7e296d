"""Finding somebody for a need: competition, refusals, silence, appeals, the committee, who does not arrive, the call."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from cli.library import LIBRARY, read_folder
from engine.commands.deployment import Deploy
from engine.errors import InvalidForm
from engine.store.tables import Message
from engine.testing import CaseView, County
from tests.dispatch.community import (
    AGREEMENT,
    BRANCH,
    CLERK,
    DIRECTOR,
    DOCTOR,
    HEAD,
    HR,
    OFFICE,
    SIGNED,
    VICE,
    accepted,
    agreed,
    assigned,
    candidate,
    chairs,
    need,
    nominated,
    raised,
    until,
)

SECOND, THIRD = "CH00-026", "CH00-029"
"""Specialists of other departments who would do as well."""
ALL = (candidate(), candidate(SECOND), candidate(THIRD, travelMinutes=30))


def released(county: County, match: CaseView, person: str, head: str) -> None:
    """Chosen, and released by the head."""
    county.person(HR).complete(match.task("choose"), "choose", {"person": person})
    county.person(head).complete(match.task("release"), "agree")


def test_two_needs_compete_for_one_person(both: County) -> None:
    """Who takes him first has him; the other's list is reckoned anew and says why he is gone. Part-time work does not count."""
    county = both
    first, second, clinic = raised(county, need(), need(), need(kind="regular", weeklyDays=1))
    for match in (first, second, clinic):
        nominated(county, match, candidate(), candidate(SECOND))
    hr = county.person(HR)
    for match in (second, first):
        hr.complete(match.task("choose"), "choose", {"person": DOCTOR})
    assert second.open == ["release"]
    assert first.open == ["choose"]
    by_person = {row["person"]: row for row in first.variables["ranking"]}
    assert (by_person[DOCTOR]["eligible"], by_person[DOCTOR]["because"]) == (False, "同期已派往别处")
    hr.complete(first.task("choose"), "choose", {"person": DOCTOR})
    assert first.variables["problems"] == "魏婷·演示不能选派：同期已派往别处"
    hr.complete(clinic.task("choose"), "choose", {"person": DOCTOR})
    assert clinic.open == ["release"]
    # The department keeps her: she is free for the other need at once.
    county.person(HEAD).complete(second.task("release"), "other", opinion="派高年资的")
    hr.complete(first.task("choose"), "again")
    nominated(county, first)
    assert first.variables["ranking"][0]["eligible"]
    assert county.incidents() == []


def test_what_a_candidate_lacks_is_told(county: County) -> None:
    (match,) = raised(county, need(level="associate"))
    rows = (
        candidate(titleLevel="intermediate"),
        candidate(SECOND, titleLevel="none"),
        candidate(THIRD, titleLevel="senior", deptStaff=10, deptMinimum=10),
        candidate("CH00-030", titleLevel="associate", licenceTo="2027-06-30", exempt="哺乳期"),
    )
    with pytest.raises(InvalidForm) as refused:
        nominated(county, match, *rows, candidate("CH00-999"))
    assert [error.message for error in refused.value.errors] == ["工号：没有工号是“CH00-999”的在职人员，请从列出的人里选。"]
    nominated(county, match, *rows, candidate())
    assert match.open == ["nominate"]
    assert match.variables["problems"] == "工号 CH00-028 写了两次。"
    nominated(county, match, *rows)
    reasons = {row["person"]: row["because"] for row in match.variables["ranking"]}
    assert reasons == {
        DOCTOR: "职称低于要求",
        SECOND: "未填职称",
        THIRD: "科室在岗 10 人，派出后低于最低 10 人",
        "CH00-030": "执业证在派驻期满前到期；豁免：哺乳期",
    }
    county.person(HR).complete(match.task("choose"), "stop", opinion="改由远程会诊")
    assert match.state == "completed"


def test_refusals_silence_and_an_appeal_lead_to_somebody_else(county: County) -> None:
    """The vice president overrules a head once and not the other time; silence is no consent; one appeal is heard."""
    (match,) = raised(county, need())
    nominated(county, match, *ALL)
    hr, vice = county.person(HR), county.person(VICE)
    hr.complete(match.task("choose"), "choose", {"person": DOCTOR})
    county.person(HEAD).complete(match.task("release"), "refuse", opinion="人手紧")
    vice.complete(match.task("overrule"), "keep", opinion="情况属实")
    assert match.open == ["choose"]
    hr.complete(match.task("choose"), "choose", {"person": DOCTOR})
    county.person(HEAD).complete(match.task("release"), "refuse", opinion="人手紧")
    vice.complete(match.task("overrule"), "release", opinion="服从大局")
    county.pass_time("P3D")
    assert match.open == ["choose"]

    released(county, match, DOCTOR, HEAD)
    doctor = county.person(DOCTOR)
    with pytest.raises(InvalidForm):
        doctor.complete(match.task("confirm"), "appeal", opinion="孩子小")
    doctor.complete(match.task("confirm"), "appeal", {"appealKind": "carer"}, opinion="孩子小")
    vice.complete(match.task("decide_appeal"), "dismiss", opinion="可以安排")
    # Heard once: she may still refuse, and nobody is sent against her will.
    doctor.complete(match.task("confirm_again"), "refuse", opinion="确有困难")
    assert match.open == ["choose"]
    released(county, match, DOCTOR, HEAD)
    doctor.complete(match.task("confirm"), "appeal", {"appealKind": "pregnancy"}, opinion="已孕")
    vice.complete(match.task("decide_appeal"), "uphold", opinion="属实")
    assert match.open == ["choose"]
    assert match.variables["person"] is None
    assert county.incidents() == []


def test_the_host_refuses_two_and_the_third_is_decided(county: County) -> None:
    (match,) = raised(county, need())
    nominated(county, match, *ALL)
    for count in (1, 2):
        agreed(county, match)
        accepted(county, match, "refuse", opinion="经历不合适")
        assert (match.open, match.variables["refusals"]) == (["choose"], count)
        assert match.variables["hostNote"] == "经历不合适"
    agreed(county, match)
    accepted(county, match, "refuse", opinion="经历不合适")
    county.person(VICE).complete(match.task("arbitrate"), "send", opinion="已是第三名")
    assert match.open == ["approve"]
    assert county.incidents() == []


def test_who_does_not_arrive_leaves_no_chair_behind(county: County) -> None:
    """One working day: chased. Three: the chair is taken back by compensation, and somebody else is sought."""
    (match,) = raised(county, need())
    nominated(county, match, *ALL)
    agreed(county, match)
    accepted(county, match)
    case = assigned(county, match)
    host = county.cases("dispatch_host")[-1]
    until(county, "2027-01-06")
    assert case.open == ["chase"]
    until(county, "2027-01-08")
    assert (case.state, host.state, match.open) == ("active", "completed", ["choose"])
    county.person(HR).complete(case.task("chase"), opinion="联系不上")
    assert case.state == "completed"
    assert match.variables["lastNote"] == "到期未报到"
    (chair,) = chairs(county, DOCTOR, BRANCH)
    assert chair[2] == date(2027, 1, 6)
    # She is free again, and may be chosen again.
    assert all(row["eligible"] for row in match.variables["ranking"])
    assert county.incidents() == []


def test_a_deputy_director_needs_the_committee_and_five_days_of_notice(county: County) -> None:
    (match,) = raised(county, need(kind="vice", specialty="management", level="associate"))
    nominated(county, match, candidate(titleLevel="senior", specialty="management"))
    agreed(county, match)
    accepted(county, match)
    county.person(OFFICE).complete(match.task("schedule"), "call", {"meetingOn": "2026-11-20"})
    committee = tuple(f"CH00-{number:03d}" for number in range(40, 46))
    for login in (*committee, "CH00-002"):
        key = county.person(login).key
        seat = next(found for found in match.seats("vote") if found.assignee == key and found.ended_at is None)
        county.person(login).complete(seat, "agree")
    county.person(OFFICE).complete(match.task("passed_minutes"), data={"minutes": "会议同意。"})
    assert match.open == []
    county.pass_time("P6D")
    assert match.open == []
    county.pass_time("P2D")
    county.person(OFFICE).complete(match.task("publicity_end"), "clear")
    county.work()
    case = county.cases("dispatch_assignment")[-1]
    # The post and the kind have to agree, and all three have to sign.
    with pytest.raises(InvalidForm) as refused:
        county.person(HR).complete(case.task("agreement"), "signed", {**AGREEMENT, **SIGNED, "signedByPerson": False})
    assert [error.path for error in refused.value.errors] == ["signedByPerson", "postAtHost"]
    county.person(HR).complete(case.task("agreement"), "signed", {**AGREEMENT, **SIGNED, "postAtHost": "BR_VD"})
    assert chairs(county, DOCTOR, BRANCH) == [("BR_VD", date(2027, 1, 4), date(2027, 12, 31))]
    assert county.incidents() == []


def test_every_member_is_asked_twice_a_year(county: County) -> None:
    """The clock begins the call; one needs two people, seven say nothing is needed, one is decided on by a person."""
    county.execute(Deploy(name="dispatch", resources=read_folder(LIBRARY / "dispatch")))
    until(county, "2026-12-01")
    (call,) = county.cases("dispatch_call")
    members = {case.row.institution: case for case in county.cases("dispatch_need")}
    codes = [f"CH0{number}" for number in range(1, 10)]
    for code in codes:
        case, clerk = members[county.institution(code)], county.person(f"{code}-011")
        if code == "CH06":
            continue
        if code == BRANCH:
            with pytest.raises(InvalidForm):
                clerk.complete(case.task("fill_need"), "submit", need(toDay="2027-06-30"))
            clerk.complete(case.task("fill_need"), "submit", need(number=2))
        else:
            clerk.complete(case.task("fill_need"), "nil", opinion="本期无需求")
        county.person(f"{code}-001").complete(case.task("sign"), "agree")
        county.work()
    assert len(county.cases("dispatch_match")) == 2
    county.pass_time("P21D")
    county.person(HR).complete(call.task("decide_late"), "zero", opinion="电话确认无需求")
    county.work()
    answers = {row["institution"]: (row["status"], row["total"]) for row in call.variables["answers"]}
    assert answers == {code: ("submitted", 2) if code == BRANCH else ("zero" if code == "CH06" else "nil", 0) for code in codes}
    county.person(HR).complete(call.task("review_answers"))
    county.work()
    assert {case.state for case in county.cases("dispatch_need")} == {"completed"}
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_a_director_who_sends_needs_back(county: County) -> None:
    """Both needs come back one after the other with all that was typed; one is mended, the other dropped, a third is added."""
    clerk, case = county.person(CLERK), county.person(CLERK).start("dispatch_need")
    clerk.complete(case.task("fill_need"), "more", need())
    clerk.complete(case.task("fill_need"), "submit", need(specialty="nursing", kind="nurse", dept="护理部"))
    county.person(DIRECTOR).complete(case.task("sign"), "return", opinion="任务再具体些")
    shown = {name: case.variables[name] for name in ("specialty", "fromDay", "tasks", "housing")}
    assert shown == {name: need()[name] for name in shown}
    assert case.variables["returnedText"] == "院长退回：任务再具体些。第 1 项，共 2 项。"
    # Sending the first asks for the second, too: nothing that came back is lost unseen.
    clerk.complete(case.task("fill_need"), "submit", {"reason": "产科、妇科各缺一人"})
    assert (case.open, case.variables["specialty"], case.variables["dept"]) == (["fill_need"], "nursing", "护理部")
    clerk.complete(case.task("fill_need"), "drop")
    assert (case.variables["specialty"], case.variables["tasks"], case.variables["returnedText"]) == (None, [], None)
    clerk.complete(case.task("fill_need"), "submit", need(specialty="imaging", reason="缺影像医师"))
    county.person(DIRECTOR).complete(case.task("sign"), "agree")
    county.work()
    reasons = [found.variables["need"]["reason"] for found in county.cases("dispatch_match")]
    assert reasons == ["产科、妇科各缺一人", "缺影像医师"]
