"""What changes in the middle of an assignment by a decision: leave with its pay, a new title, a stop by notice, another host."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.errors import InvalidForm
from engine.functions.leave import pay
from engine.store.tables import Copy, Message, Person, Scope, Variable
from engine.testing import CaseView, County
from tests.dispatch.community import (
    BRANCH,
    CLERK,
    DIRECTOR,
    DOCTOR,
    HR,
    LOG,
    PRESIDENT,
    chairs,
    concluded,
    logged,
    marked,
    serving,
    until,
)

ELSEWHERE = "CH03"
"""The branch she is moved to."""


def told(county: County, host: CaseView) -> str:
    """The newest notice that lies before the branch, which its office then has read."""
    task = host.task("read_notice", -1)
    found = select(Variable.value).join(Scope, Scope.key == Variable.scope)
    found = found.where(Scope.instance == host.key, Variable.name == "notice").order_by(Variable.scope.desc())
    text = str(county.scalar(found.limit(1)))
    county.person(CLERK).complete(task, "read")
    return text


def copied(county: County, element: CaseView, task: str) -> set[str]:
    """Staff numbers of those who have a copy of a task."""
    found = select(Person.staff_number).join(Copy, Copy.person == Person.key).where(Copy.seat == element.task(task).key)
    return {row.staff_number for row in county.rows(found)}


def test_sick_leave_stops_the_clock_and_is_paid_by_its_bands(county: County) -> None:
    """Three months ill with eight years of service: two months in full, then nine tenths; no allowance for those days."""
    case, host = serving(county, kind="rotate", toDay="2027-06-30")
    until(county, "2027-01-20")
    hr = county.person(HR)
    ill = {"eventKind": "sick", "eventOn": "2027-01-20"}
    with pytest.raises(InvalidForm) as refused:
        hr.complete(case.task("register"), "suspend", ill, opinion="腰椎手术")
    assert [error.path for error in refused.value.errors] == ["serviceYears"]
    hr.complete(case.task("register"), "suspend", {**ill, "serviceYears": 8}, opinion="腰椎手术")
    county.work()
    assert "自 2027-01-20 起中断（病假）" in told(county, host)
    until(county, "2027-04-21")
    assert case.open == ["resume"]
    hr.complete(case.task("resume"), "resume", {"resumeOn": "2027-04-21"})
    county.work()
    assert case.variables["leavePay"] == [
        {"kind": "sick", "from": "2027-01-20", "to": "2027-03-19", "days": 59, "percent": 100},
        {"kind": "sick", "from": "2027-03-20", "to": "2027-04-20", "days": 32, "percent": 90},
    ]
    assert told(county, host).endswith("自 2027-04-21 起恢复，届满日 2027-09-29")
    # From the first of May on she is an associate: the days before count as they were.
    until(county, "2027-05-06")
    logged(county, case, host)
    hr.complete(case.task("register"), "promotion", {"eventOn": "2027-05-01", "newLevel": "associate"})
    assert case.variables["promotions"] == [{"on": "2027-05-01", "level": "associate"}]
    assert "register" in case.open
    assert county.incidents() == []


def test_bands_of_pay_follow_the_months_of_the_leave() -> None:
    bands = [{"afterMonths": 0, "percent": 100}, {"afterMonths": 2, "percent": 90}, {"afterMonths": 6, "percent": 70}]
    earlier = {"kind": "recall", "from": "2026-11-02", "to": "2026-11-04", "days": 3, "percent": 100}
    given = {"from": "2026-12-31", "to": "2027-07-31", "kind": "sick", "bands": bands, "paid": [earlier]}
    found = pay(given)["paid"]
    assert found[0] == earlier
    assert [(row["from"], row["to"], row["percent"]) for row in found[1:]] == [
        ("2026-12-31", "2027-02-27", 100),
        ("2027-02-28", "2027-06-29", 90),
        ("2027-06-30", "2027-07-31", 70),
    ]
    assert pay({**given, "from": None, "paid": []}) == {"paid": [], "text": None}
    with pytest.raises(Exception, match="after 0 months"):
        pay({**given, "bands": bands[1:]})


def test_the_lead_stops_an_assignment_with_ten_working_days_of_notice(county: County) -> None:
    """Too soon is refused with the earliest day; the president decides; the branch is told, and the allowance is exact."""
    case, host = serving(county)
    until(county, "2027-01-11")
    hr, president = county.person(HR), county.person(PRESIDENT)
    hr.complete(case.task("register"), "stop", {"stopOn": "2027-01-15"}, opinion="用人单位产科停诊")
    assert (case.open, case.variables["earliestStop"]) == (["restop"], "2027-01-25")
    hr.complete(case.task("restop"), "again", {"stopOn": "2027-01-25"})
    president.complete(case.task("approve_stop"), "refuse", opinion="再商量")
    county.work()
    assert case.variables["toDay"] == "2027-12-31"
    hr.complete(case.task("register"), "stop", {"stopOn": "2027-01-29"}, opinion="用人单位产科停诊")
    president.complete(case.task("approve_stop"), "agree")
    county.work()
    assert "于 2027-01-29 停止派驻" in told(county, host)
    assert chairs(county, DOCTOR, BRANCH) == [("SPEC_DOC", date(2027, 1, 4), date(2027, 1, 29))]
    until(county, "2027-01-30")
    county.person(DOCTOR).complete(case.task("last_log"), "submit", {"log": LOG})
    county.work()
    marked(county, case, host)
    assert (case.variables["servedDays"], Decimal(str(case.variables["allowanceDue"]))) == (26, Decimal("2080.00"))
    concluded(county, case)
    assert case.state == "completed"
    assert county.incidents() == []


def test_another_host_takes_her_over_without_a_gap_in_the_days(both: County) -> None:
    """A code that nobody has comes back; then the old chair ends, the new one begins, and both branches know."""
    county = both
    case, host = serving(county)
    until(county, "2027-02-02")
    logged(county, case, host)
    until(county, "2027-02-15")
    hr = county.person(HR)
    hr.complete(case.task("register"), "move", {"newUnit": ELSEWHERE}, opinion="石桥院区产科更缺人")
    signed = {"newPostAtHost": "SPEC_DOC", "addendumNo": "派补〔2027〕1号", "moveAgreed": True}
    with pytest.raises(InvalidForm) as refused:
        hr.complete(case.task("move_host"), "signed", {**signed, "newUnit": BRANCH, "moveAgreed": False})
    assert [error.path for error in refused.value.errors] == ["newUnit", "moveAgreed"]
    hr.complete(case.task("move_host"), "signed", {**signed, "newUnit": "CH77"})
    assert case.variables["moveProblems"] == "没有机构“CH77”。"
    county.restart()
    hr.complete(case.task("move_host"), "signed", {**signed, "newUnit": ELSEWHERE})
    county.work()
    assert host.state == "completed"
    there = county.cases("dispatch_host")[-1]
    assert there.row.institution == county.institution(ELSEWHERE)
    county.person(f"{ELSEWHERE}-011").complete(there.task("report_in"), "reported", {"reportedOn": "2027-02-15"})
    county.work()
    assert chairs(county, DOCTOR, BRANCH) == [("SPEC_DOC", date(2027, 1, 4), date(2027, 2, 14))]
    assert chairs(county, DOCTOR, ELSEWHERE) == [("SPEC_DOC", date(2027, 2, 15), date(2027, 12, 31))]
    assert [(row["unit"], row["from"], row["to"]) for row in case.variables["hosts"]] == [(BRANCH, "2027-01-04", "2027-02-14")]
    # The log of February goes to the new branch, and the days of both are one service.
    until(county, "2027-03-02")
    county.person(DOCTOR).complete(case.task("monthly_log"), "submit", {"log": LOG})
    county.work()
    county.person(f"{ELSEWHERE}-001").complete(there.task("confirm_log"), "confirm")
    county.work()
    assert {row["period"]: row["state"] for row in case.variables["logs"]} == dict.fromkeys(("2027-01", "2027-02"), "confirmed")
    assert case.variables["fromDay"] == "2027-01-04"
    # The certificate will name both, each with its days.
    assert case.variables["earlierUnits"] == "望山分院（2027-01-04 至 2027-02-14）、"
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def test_who_is_told_of_a_term(county: County) -> None:
    """Half-way and thirty days before the end, the person, the branch and the department at home have a copy."""
    case, host = serving(county, kind="rotate", toDay="2027-03-12")
    until(county, "2027-02-09")
    assert copied(county, case, "midterm") == {DOCTOR, DIRECTOR, "CH00-016"}
    until(county, "2027-02-12")
    assert copied(county, case, "renew") == {DOCTOR, DIRECTOR, "CH00-016"}
    assert host.open == ["request_change"]
