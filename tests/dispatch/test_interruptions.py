"""What happens in the middle of an assignment: recall, leave, resignation, an early return, a change, a branch that leaves."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.commands.message import BroadcastSignal
from engine.store.tables import AuditEntry, Delegation, Message, Person, Seat
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.dispatch.community import (
    AGREEMENT,
    BRANCH,
    CHIEF,
    COLLEAGUE,
    DIRECTOR,
    DOCTOR,
    HR,
    LOG,
    SIGNED,
    VICE,
    accepted,
    agreed,
    arrived,
    assigned,
    candidate,
    chairs,
    concluded,
    logged,
    marked,
    need,
    nominated,
    raised,
    serving,
    until,
)

APPROVALS = bpmn(
    process("at_home", '<startEvent id="s1"/>', user_task("approve", post="DEPT_HEAD"), flows="s1 > approve"),
    process("at_host", '<startEvent id="s2"/>', user_task("check", post="BR_GP"), flows="s2 > check"),
)
"""Something that a head of department approves at home, and something that a doctor of the branch does there."""


def holder(county: County, case: CaseView, element: str) -> str | None:
    """Staff number of who holds an open task."""
    found = select(Person.staff_number).join(Seat, Seat.assignee == Person.key).where(Seat.key == case.task(element).key)
    return next((row.staff_number for row in county.rows(found)), None)


def test_a_recall_of_twenty_days_shifts_the_end_by_twenty_days(county: County) -> None:
    """§4.3, 12: no log is asked for while he is away, none is lost, and every date moves by exactly the days."""
    case, host = serving(county, fromDay="2027-01-04", toDay="2027-07-09")
    until(county, "2027-02-02")
    logged(county, case, host)
    until(county, "2027-02-20")
    county.execute(BroadcastSignal(name="EmergencyRecall", payload={"persons": [DOCTOR, "CH00-026"]}))
    county.work()
    assert county.incidents() == []
    assert case.open == ["resume"]
    assert case.variables["eventKind"] == "recall"

    # The first of March passes: the log of February is not asked for until she is back.
    until(county, "2027-03-05")
    assert case.open == ["resume"]
    until(county, "2027-03-12")
    county.restart()
    # A day before the recall is refused, with the sentence in the form.
    county.person(HR).complete(case.task("resume"), "resume", {"resumeOn": "2027-02-01"})
    assert "早于中断开始的 2027-02-20" in case.variables["problems"]
    county.person(HR).complete(case.task("resume"), "resume", {"resumeOn": "2027-03-12"})
    county.work()
    assert case.variables["pauses"] == [{"from": "2027-02-20", "to": "2027-03-11", "kind": "recall"}]
    assert (case.variables["toDay"], case.variables["suspendedDays"]) == ("2027-07-29", 20)
    assert chairs(county, DOCTOR, BRANCH) == [("SPEC_DOC", date(2027, 1, 4), date(2027, 7, 29))]
    assert case.open == ["monthly_log", "register"]
    assert case.variables["period"] == "2027-02"
    logged(county, case, host, attendedDays=14)

    for month in (3, 4, 5, 6):
        until(county, f"2027-{month + 1:02d}-02")
        assert case.variables["period"] == f"2027-{month:02d}"
        logged(county, case, host)
    until(county, "2027-07-10")
    assert "last_log" not in case.open
    until(county, "2027-07-30")
    assert case.open == ["last_log"]
    county.person(DOCTOR).complete(case.task("last_log"), "submit", {"log": LOG})
    county.work()
    marked(county, case, host)
    # 207 days from the first to the last, less twenty: the recall counts for nothing.
    assert case.variables["years"] == [{"onYear": 2027, "days": 187, "counted": 187}]
    assert case.variables["reached"] == [2027]
    concluded(county, case)
    assert [row["period"] for row in case.variables["logs"]] == [f"2027-{month:02d}" for month in range(1, 8)]
    assert county.incidents() == []


def test_a_deputy_head_resigns_in_month_five(both: County) -> None:
    """§4.3, 11: rights closed, open approvals in both institutions re-offered, actual days, a successor's need raised."""
    county = both
    county.deploy(APPROVALS)
    (match,) = raised(county, need(specialty="cardiology"))
    nominated(county, match, candidate(CHIEF, specialty="cardiology", titleLevel="associate"))
    county.person(HR).complete(match.task("choose"), "choose", {"person": CHIEF})
    # Who heads the department does not release himself.
    county.person(VICE).complete(match.task("overrule"), "release", opinion="同意下派")
    county.person(CHIEF).complete(match.task("confirm"), "confirm")
    county.work()
    accepted(county, match)
    # An agent who is no colleague is told of, and nothing is written.
    case = assigned(county, match, postAtHost="BR_GP", agent=DIRECTOR)
    assert "在派出单位没有岗位" in case.variables["problems"]
    assert chairs(county, CHIEF, BRANCH) == []
    data = {**AGREEMENT, **SIGNED, "postAtHost": "BR_GP", "agent": COLLEAGUE}
    county.person(HR).complete(case.task("agreement"), "signed", data)
    county.work()
    host = arrived(county, case)
    until(county, "2027-05-12")
    county.restart()

    home, there = county.run("at_home", at="CH00"), county.run("at_host", at=BRANCH)
    county.person(CHIEF).claim(home.task("approve"))
    county.person(CHIEF).claim(there.task("check"))
    correlation = {"assignmentKey": case.variables["assignmentKey"]}
    county.send("PersonLeaves", correlation=correlation, payload={"on": "2027-05-12", "reason": "另谋他就"})
    county.work()

    # The chair and the agency are gone at once, and nobody offers him anything there.
    assert chairs(county, CHIEF, BRANCH) == [("BR_GP", date(2027, 1, 4), date(2027, 5, 11))]
    (agency,) = county.rows(select(Delegation.to_at).where(Delegation.principal == county.person(CHIEF).key))
    assert agency.to_at <= county.clock.now()
    assert county.person(CHIEF).box() == []
    # His tasks are with his agent at home and with the other doctor at the branch; both are told of in the timelines.
    assert (holder(county, home, "approve"), holder(county, there, "check")) == (COLLEAGUE, "CH05-003")
    assert case.variables["reoffered"] >= 2
    # Actual days, the penalty to the cent, and the need of a successor with priority.
    assert case.variables["servedDays"] == 129
    assert str(case.variables["penalty"]) == "12000.00"
    successor = county.cases("dispatch_match")[-1]
    assert (successor.variables["priority"], successor.variables["unit"]) == ("1", BRANCH)
    assert successor.open == ["nominate"]
    done = {"handoverPatients": "已交接", "handoverKeys": "已收回", "handoverAccounts": "已停用"}
    county.person("CH05-011").complete(case.task("handover"), data=done)
    county.person(HR).complete(case.task("settle_leave"), opinion="按协议结算")
    county.work()
    assert (case.state, host.state) == ("completed", "completed")
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []
    actions = {row.action for row in county.rows(select(AuditEntry.action).where(AuditEntry.instance.is_(None)))}
    assert {"appointment-made", "delegation-made", "appointment-changed", "tasks-reoffered"} <= actions


def test_an_early_return_needs_the_host(county: County) -> None:
    """The branch refuses, then consents: only then the last day moves."""
    case, host = serving(county)
    for outcome, last in (("refuse", "2027-12-31"), ("agree", "2027-01-20")):
        county.person(HR).complete(case.task("register"), "early", {"earlyOn": "2027-01-20"}, opinion="科室低于最低人数")
        county.work()
        county.person(DIRECTOR).complete(host.task("consent"), outcome, opinion="已商量")
        county.work()
        assert case.variables["toDay"] == last
        assert chairs(county, DOCTOR, BRANCH)[0][2] == date.fromisoformat(last)
    until(county, "2027-01-21")
    county.person(DOCTOR).complete(case.task("last_log"), "submit", {"log": {**LOG, "attendedDays": 5}})
    county.work()
    # The host says nothing for ten working days: the others' marks count. Attendance below 80 % caps the grade.
    marked(county, case, None)
    until(county, "2027-02-26")
    assert (case.variables["grade"], case.variables["hostMark"]) == ("pass", None)
    concluded(county, case)
    assert case.state == host.state == "completed"
    assert county.incidents() == []


def test_the_host_wants_another_and_a_branch_leaves(county: County) -> None:
    """A change is decided by the centre and raises a need; when the branch leaves the community the assignment ends."""
    case, host = serving(county)
    county.person(DIRECTOR).complete(host.task("request_change"), "change", opinion="专业不对口")
    county.work()
    county.person(HR).complete(case.task("decide_change"), "keep", opinion="先沟通")
    county.work()
    assert "register" in case.open
    county.execute(BroadcastSignal(name="MemberLeft", payload={"institution": "CH08"}))
    county.work()
    assert "register" in case.open
    county.person(DIRECTOR).complete(host.task("request_change"), "change", opinion="专业不对口")
    county.work()
    county.person(HR).complete(case.task("decide_change"), "replace", opinion="同意更换")
    county.work()
    assert county.cases("dispatch_match")[-1].variables["priority"] == "1"
    assert "last_log" in case.open
    assert chairs(county, DOCTOR, BRANCH)[0][2] == county.clock.now().date()

    other, _ = serving(county, fromDay="2027-03-01", toDay="2028-02-28")
    county.execute(BroadcastSignal(name="MemberLeft", payload={"institution": BRANCH}))
    county.work()
    assert other.variables["toDay"] == "2027-03-01"
    assert "last_log" in other.open
    assert county.incidents() == []


@pytest.mark.parametrize("outcome", ["extend", "replace"])
def test_thirty_days_before_the_end_it_is_decided_what_comes_after(county: County, outcome: str) -> None:
    """Extended, the year goes on; replaced, the successor's arrival is told, and without him the end is a decision."""
    case, host = serving(county, kind="rotate", toDay="2027-03-12")
    until(county, "2027-02-02")
    logged(county, case, host)
    until(county, "2027-02-12")
    hr = county.person(HR)
    hr.complete(case.task("renew"), outcome, {"renewTo": "2027-05-31"} if outcome == "extend" else {}, opinion="效果好")
    county.work()
    until(county, "2027-03-13")
    if outcome == "extend":
        assert chairs(county, DOCTOR, BRANCH)[0][2] == date(2027, 5, 31)
        assert "last_log" not in case.open
        until(county, "2027-05-02")
        assert "renew" in case.open
        return
    successor = county.cases("dispatch_match")[-1].variables
    assert successor["predecessor"] == case.variables["assignmentKey"]
    # Five working days together: the last day of the leaver is Friday the twelfth.
    assert successor["need"]["from"] == "2027-03-08"
    assert "bridge" in case.open
    hr.complete(case.task("bridge"), "extend", {"renewTo": "2027-03-19"}, opinion="等接替人")
    county.send("SuccessorArrived", correlation={"assignmentKey": case.variables["assignmentKey"]}, payload={})
    county.work()
    until(county, "2027-03-20")
    assert "last_log" in case.open
    assert county.incidents() == []


def test_who_resigns_while_recalled_or_before_the_arrival(county: County) -> None:
    """The days up to the recall are what counts; a report of somebody who has resigned begins no service."""
    case, _ = serving(county, kind="rotate", toDay="2027-06-30")
    until(county, "2027-01-12")
    county.execute(BroadcastSignal(name="EmergencyRecall", payload={"persons": [DOCTOR]}))
    county.work()
    correlation = {"assignmentKey": case.variables["assignmentKey"]}
    county.send("PersonLeaves", correlation=correlation, payload={"on": "2027-01-20", "reason": "调离"})
    county.work()
    assert case.open == ["handover"]
    assert case.variables["years"] == [{"onYear": 2027, "days": 8, "counted": 0}]
    assert chairs(county, DOCTOR, BRANCH)[0][2] == date(2027, 1, 11)

    (match,) = raised(county, need(kind="rotate", fromDay="2027-02-01", toDay="2027-06-30"))
    nominated(county, match)
    agreed(county, match)
    accepted(county, match)
    other = assigned(county, match)
    correlation = {"assignmentKey": other.variables["assignmentKey"]}
    county.send("PersonLeaves", correlation=correlation, payload={"on": "2027-01-22", "reason": "调离"})
    county.work()
    arrived(county, other, "2027-02-01")
    assert other.open == ["handover"]
    assert other.variables["servedDays"] == 0
    assert county.incidents() == []
