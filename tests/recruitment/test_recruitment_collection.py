"""The members of a recruitment plan answer, late or not at all, join or revise, until it is frozen."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import select

from cli.library import LIBRARY, read_folder
from engine.commands.deployment import Deploy
from engine.commands.message import BroadcastSignal
from engine.commands.organisation import PutMembership
from engine.store.tables import Notification, Person
from engine.testing import County
from tests.recruitment.plans import (
    DIRECTORS,
    HR,
    OFFICE,
    PRESIDENT,
    called,
    collected,
    kept,
    line,
    member,
    replied,
    report,
    reviewed,
    vote,
    waiting,
)


def test_eight_members_one_late_one_nil_one_that_joins_and_one_that_revises_twice(county: County) -> None:
    """Eight answers in the pool, three versions of one of them; then an office cuts 3 of 40 lines of two members."""
    files = dict(read_folder(LIBRARY / "recruitment-plan"))
    parameters = {**json.loads(files["parameters.json"]), "memberTypes": ["20", "21", "22"]}
    county.execute(Deploy(name="recruitment-plan", resources={**files, "parameters.json": json.dumps(parameters).encode()}))
    for begins, ends in ((date(2026, 7, 1), date(2026, 9, 30)), (date(2026, 10, 15), None)):
        county.execute(PutMembership(institution="CH08", from_date=begins, to_date=ends))
    case = called(county)
    assert waiting(county, "fill_lines") == [f"CH0{number}" for number in range(1, 8)]
    county.pass_time("P3D")
    county.execute(BroadcastSignal(name="MemberJoined", payload={"institution": "CH08", "name": "松岗分院"}))
    county.work()
    wanted = {"CH01": 7, "CH02": 7, "CH03": 7, "CH04": 7, "CH05": 6, "CH06": 0, "CH08": 6}
    for code, count in wanted.items():
        report(county, code, *(line(f"全科医生{number}", 2) for number in range(count)))
    first = member(county, "CH01")
    for heads in (3, 4):
        lines = [line(f"全科医生{number}", heads) for number in range(7)]
        county.person("CH01-011").complete(first.task("revise"), "revise", {"lines": lines}, opinion="又有一人退休")
        county.person(DIRECTORS["CH01"]).complete(first.task("sign_revision"), "agree")
        county.work()
    county.pass_time("P18D")
    hr = county.person(HR)
    hr.complete(case.task("decide_late"), "zero", opinion="电话确认无需求")
    county.work()
    hr.complete(case.task("freeze"), "freeze")
    county.work()

    answers = {row["institution"]: row for row in case.variables["answers"]}
    statuses = {code: row["status"] for code, row in answers.items()}
    assert statuses == {**dict.fromkeys(wanted, "submitted"), "CH06": "nil", "CH07": "zero"}
    assert (answers["CH07"]["decidedBy"], answers["CH07"]["note"]) == ("吕佳宁·演示", "电话确认无需求")
    assert [(row["version"], row["total"]) for row in answers["CH01"]["versions"]] == [(1, 14), (2, 21), (3, 28)]
    assert case.variables["poolText"].startswith("8 家答复，40 个岗位")

    reviewed(county, case)
    kept(county, case)
    county.person(PRESIDENT).complete(case.task("office_meeting"), "agree")
    vote(county, case)
    county.person(OFFICE).complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    county.work()
    replied(county, case)
    cuts = [{"key": "CH03-01", "to": 1}, {"key": "CH03-04", "to": 0}, {"key": "CH05-02", "to": 1}]
    replied(county, case, "cut", cuts=[{**row, "note": "编制不足"} for row in cuts])
    replied(county, case)
    assert waiting(county, "confirm") == ["CH03", "CH05"]
    asked = {code: [row["key"] for row in member(county, code).variables["verdicts"]] for code in ("CH03", "CH05")}
    assert asked == {"CH03": ["CH03-01", "CH03-04"], "CH05": ["CH05-02"]}
    assert county.incidents() == []


def test_a_late_member_gets_one_extension_and_then_a_decision(county: County) -> None:
    """Extended once; who answers in the extension counts as late; who does not is decided on, never a silent nothing."""
    case, hr = called(county), county.person(HR)
    for code in sorted(set(DIRECTORS) - {"CH05", "CH06"}):
        report(county, code)
    county.pass_time("P21D")
    assert case.open == ["decide_late", "decide_late"]
    for index in (1, 0):
        hr.complete(case.task("decide_late", index), "extend", opinion="院务会延期")
    county.work()
    assert case.open == []
    report(county, "CH05", line("护士", discipline="nursing", majors="1011 护理学", license="护士执业证"))
    county.pass_time("P5D")
    assert case.open == ["decide_late"]
    # A report that comes while the decision is pending wins, and the task goes.
    report(county, "CH06", line("药师", discipline="pharmacy", majors="1007 药学"))
    assert case.open == ["freeze"]
    late = {row["institution"]: row["late"] for row in collected(county, case, "answers")}
    assert late == {code: code in ("CH05", "CH06") for code in DIRECTORS}
    assert county.incidents() == []


def test_a_second_extension_is_taken_as_leaving_the_member_out(county: County) -> None:
    case, hr = called(county), county.person(HR)
    for code in sorted(set(DIRECTORS) - {"CH06"}):
        report(county, code)
    county.pass_time("P21D")
    hr.complete(case.task("decide_late"), "extend", opinion="延期")
    county.work()
    county.pass_time("P5D")
    hr.complete(case.task("decide_late"), "exclude", opinion="移到补充批次")
    county.work()
    answer = next(row for row in collected(county, case, "answers") if row["institution"] == "CH06")
    assert (answer["status"], answer["decidedBy"], answer["note"]) == ("excluded", "吕佳宁·演示", "移到补充批次")
    assert member(county, "CH06").state == "completed"


def test_a_member_that_joins_during_the_collection_is_asked(county: County) -> None:
    case = called(county)
    county.execute(BroadcastSignal(name="MemberJoined", payload={"institution": "CH03-V01", "name": "石桥一村卫生室"}))
    county.work()
    assert [found.variables["batchKey"] for found in county.cases("recruitment_member")] == [case.row.number] * 10
    for code in DIRECTORS:
        report(county, code)
    # The batch waits for the one that joined, too; thirteen working days later it is decided like any other.
    county.person(HR).complete(case.task("freeze"), "freeze")
    county.work()
    assert case.open == []
    county.pass_time("P21D")
    county.person(HR).complete(case.task("decide_late"), "zero", opinion="卫生室不单独招聘")
    county.work()
    assert case.variables["reports"][-1] == {
        **case.variables["reports"][-1],
        "institution": "CH03-V01",
        "status": "zero",
        "heads": 0,
    }


def test_no_more_is_reported_than_there_are_vacancies(county: County) -> None:
    """A row of no member comes back; who asks for more has to say so; one school of one major is warned of."""
    hr = county.person(HR)
    case = hr.start("recruitment_centre")
    row = {"institution": "CH01", "quota": 118, "present": 115, "approvedBefore": 2, "retiring": 1}
    batch = {"planYear": 2027, "batchNo": 1, "policy": "按编制空缺上报"}
    hr.complete(case.task("open_batch"), "open", {**batch, "vacancies": [row, {**row, "institution": "CH77"}]})
    assert (case.open, case.variables["problems"]) == (["open_batch"], "没有代码为“CH77”的成员。")
    hr.complete(case.task("open_batch"), "open", {**batch, "vacancies": [row]})
    county.work()
    own, office = member(county, "CH01"), county.person("CH01-011")
    lines = [
        line("全科医生", 3, majors="1002 临床医学（省医科大学）"),
        line("收费员", 2, staffing="contract", discipline="finance"),
    ]
    lines[1] |= {"postKind": "management", "postGrade": 12}
    office.complete(own.task("fill_lines"), "submit", {"lines": lines})
    assert own.open == ["fill_lines"]
    assert own.variables["lineProblems"] == (
        "编制岗位报了 3 人，空缺 2 人；多出的岗位要勾选“超编申请”。\n第 2 条：管理岗位的等级是 1 至 10，填的是 12。"
    )
    assert own.variables["lineWarnings"].startswith("第 1 条只写了一个专业并限定学校")
    office.complete(own.task("fill_lines"), "submit", {"lines": [{**lines[0], "overQuota": True}, {**lines[1], "postGrade": 9}]})
    county.person(DIRECTORS["CH01"]).complete(own.task("sign"), "agree")
    office.complete(own.task("revise"), "revise", {"lines": [line("全科医生", 4)]}, opinion="改报")
    assert own.open == ["revise"]
    office.complete(own.task("revise"), "revise", {"lines": [line("全科医生", 2)]}, opinion="改报")
    assert own.open == ["sign_revision"]
    # A member of which nothing was given is not checked.
    report(county, "CH02", line("全科医生", 9))
    assert member(county, "CH02").open == ["revise"]
    assert county.incidents() == []


def test_who_is_reminded_of_a_report_and_who_is_told_when_it_is_late(county: County) -> None:
    """Three working days and one before the end the office is reminded; on the last its director gets the copy, too."""
    called(county)
    task = member(county, "CH06").task("fill_lines")
    county.pass_time("P15D")
    told = select(Person.staff_number, Notification.kind, Notification.at).join(Person, Person.key == Notification.person)
    rows = county.rows(told.where(Notification.seat == task.key).order_by(Notification.at))
    days = [
        (row.kind, row.at.date().isoformat(), row.staff_number) for row in rows if row.kind in ("remind", "overdue", "level2")
    ]
    assert days[:2] == [("remind", "2026-10-21", "CH06-011"), ("remind", "2026-10-23", "CH06-011")]
    assert {who for kind, day, who in days if kind == "overdue"} == {"CH06-011", DIRECTORS["CH06"]}
    assert {day for kind, day, who in days if kind == "overdue"} == {"2026-10-26"}
