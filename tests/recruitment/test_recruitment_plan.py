"""A recruitment plan of the demo community from the call to its publication, with what goes wrong on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.message import BroadcastSignal
from engine.commands.recorded_votes import RecordAbsence
from engine.errors import InvalidForm
from engine.store.tables import Message, Seat
from engine.testing import CaseView, County

MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""A working day after the October holidays, nine o'clock in China."""
HR, FINANCE, QUALITY, MEDICAL, PRESIDENT, OFFICE = "CH00-061", "CH00-063", "CH00-064", "CH00-004", "CH00-001", "CH00-039"
CHAIR, COMMITTEE = "CH00-002", tuple(f"CH00-{number:03d}" for number in range(40, 46))
DIRECTORS = {**{f"CH0{n}": f"CH0{n}-001" for n in range(1, 9)}, "CH09": "CH09-001"}


def prepared(url: str) -> County:
    """The demo community with the recruitment plan and the committee's meeting deployed."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True)
    load_demo(county.engine)
    for name in ("meeting", "recruitment-plan"):
        county.execute(Deploy(name=name, resources=read_folder(LIBRARY / name)))
    return county


@pytest.fixture(scope="module")
def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all that, to be copied."""
    path = tmp_path_factory.mktemp("recruitment") / "county.sqlite"
    shutil.copyfile(sqlite_template, path)
    prepared(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def county(prepared_file: Path, tmp_path: Path) -> Iterator[County]:
    """A community of its own in an SQLite file."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(prepared_file, path)
    with County(f"sqlite:///{path}", clock=VirtualClock(MONDAY), demo=True) as county:
        yield county


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """A community of its own, once in each kind of database."""
    with prepared(database_url) as county:
        yield county


def line(post: str, heads: int = 1, **more: Any) -> dict[str, Any]:
    """One post that is needed."""
    usual = {"dept": "全科医疗科", "postKind": "professional", "discipline": "clinical", "staffing": "establishment"}
    wanted = {
        "education": "20",
        "majors": "1002 临床医学",
        "ageMax": 35,
        "sex": "any",
        "license": "执业医师",
        "examKind": "written",
    }
    return {**usual, **wanted, "urgency": "1", "reason": "缺编", "postName": post, "headcount": heads, **more}


def called(county: County) -> CaseView:
    """A batch that was sent to its members."""
    hr = county.person(HR)
    case = hr.start("recruitment_centre")
    hr.complete(case.task("open_batch"), "open", {"planYear": 2027, "batchNo": 1, "policy": "按编制空缺上报"})
    county.work()
    return case


def member(county: County, code: str) -> CaseView:
    """The member's own case."""
    key = county.institution(code)
    return next(found for found in county.cases("recruitment_member") if found.row.institution == key)


def report(county: County, code: str, *lines: Mapping[str, Any]) -> None:
    """A member reports its lines, or that it needs nothing."""
    case, office = member(county, code), county.person(f"{code}-011")
    if lines:
        office.complete(case.task("fill_lines"), "submit", {"lines": list(lines)})
    else:
        office.complete(case.task("fill_lines"), "nil", opinion="本年度无空缺")
    county.person(DIRECTORS[code]).complete(case.task("sign"), "agree")
    county.work()


def reviewed(county: County, case: CaseView, **finance: Mapping[str, Any]) -> None:
    """The three reviews; `finance` is what the finance centre says of a line, by the post's name."""
    for login, element, table in (
        (FINANCE, "finance_review", "financeReview"),
        (MEDICAL, "medical_review", "medicalReview"),
        (QUALITY, "quality_review", "qualityReview"),
    ):
        rows = [
            {"opinion": "agree", **(finance.get(row["postName"], {}) if element == "finance_review" else {})}
            for row in case.variables[table]
        ]
        county.person(login).complete(case.task(element), "done", {table: rows})


def vote(county: County, case: CaseView, agree: int = 6, absent: int = 0) -> None:
    """The committee meets: the first `agree` members are in favour, the last `absent` are not there, then the chair agrees."""
    office = county.person(OFFICE)
    office.complete(case.task("schedule"), "call", {"meetingOn": "2026-11-20"})
    for index, login in enumerate(COMMITTEE):
        key = county.person(login).key
        seat = next(found for found in case.seats("vote") if found.assignee == key and found.ended_at is None)
        if index >= len(COMMITTEE) - absent:
            office.do(RecordAbsence(task=seat.id, opinion="请假"))
        else:
            county.person(login).complete(seat, "agree" if index < agree else "refuse", opinion="已阅")
    key = county.person(CHAIR).key
    last = [found for found in case.seats("vote") if found.assignee == key and found.ended_at is None]
    if last:
        county.person(CHAIR).complete(last[-1], "agree" if agree == len(COMMITTEE) else "refuse", opinion="已阅")


def replied(county: County, case: CaseView, outcome: str = "approve", **more: Any) -> None:
    """The next outside office's letter is entered."""
    county.person(HR).complete(
        case.task("office_reply"), outcome, {"replyNo": "澄函〔2026〕1号", "replyOn": "2026-10-12", **more}
    )
    county.work()


def waiting(county: County, element: str) -> list[str]:
    """Codes of the institutions in whose own cases a task of an element is open."""
    statement = select(Seat.instance).where(Seat.element == element, Seat.state.in_(("open", "claimed")))
    open_in = {row.instance for row in county.rows(statement)}
    return sorted(
        code
        for code in DIRECTORS
        for case in county.cases("recruitment_member")
        if case.row.key in open_in and case.row.institution == county.institution(code)
    )


def test_a_batch_goes_its_whole_way(both: County) -> None:
    """Nine members, one of them with nothing to report, one late, one that revises twice; then all steps."""
    county = both
    case = called(county)
    assert waiting(county, "fill_lines") == sorted(DIRECTORS)
    for code in ("CH01", "CH02", "CH03", "CH04", "CH05", "CH07", "CH08"):
        report(
            county, code, line("全科医生", 2), line("护士", 1, discipline="nursing", license="护士执业证", majors="1011 护理学")
        )
    report(county, "CH09")

    # Whoever has reported may revise until the freeze, and each version has to be signed.
    first = member(county, "CH01")
    for version, heads in ((2, 3), (3, 4)):
        office = county.person("CH01-011")
        office.complete(first.task("revise"), "revise", {"lines": [line("全科医生", heads)]}, opinion="又有一人退休")
        county.person(DIRECTORS["CH01"]).complete(first.task("sign_revision"), "agree")
        county.work()
        assert case.variables["revisions"][-1]["version"] == version

    # CH06 says nothing: thirteen working days later a person decides, with a name and a reason.
    assert case.open == []
    county.pass_time("P21D")
    assert case.open == ["decide_late"]
    county.person(HR).complete(case.task("decide_late"), "zero", opinion="电话确认无需求")
    county.work()
    assert member(county, "CH06").state == "completed"
    assert case.open == ["freeze"]
    county.person(HR).complete(case.task("freeze"), "freeze")
    county.work()

    by_name = {row["institution"]: row for row in case.variables["reports"]}
    assert (by_name["CH06"]["status"], by_name["CH09"]["status"]) == ("zero", "nil")
    assert (by_name["CH01"]["version"], by_name["CH01"]["heads"]) == (3, 4)
    assert case.variables["poolText"] == "9 家答复，13 个岗位，22 人，合并为 2 类。"

    reviewed(county, case, 护士={"opinion": "cut", "to": 0, "note": "编外经费不足"})
    hr = county.person(HR)
    verdicts = [{"verdict": row["verdict"], "to": row["to"], "because": row["because"]} for row in case.variables["lines"]]
    assert {row["verdict"] for row in verdicts} == {"keep", "cut"}
    # A line cannot be cut to nothing: the table comes back and says where.
    hr.complete(case.task("line_verdict"), "decide", {"lines": [{**row, "to": 1} if row["to"] == 0 else row for row in verdicts]})
    assert "填的是 1" in case.variables["problems"]
    settled = [{"verdict": "reject" if row["verdict"] == "cut" else "keep", "because": row["because"]} for row in verdicts]
    hr.complete(case.task("line_verdict"), "decide", {"lines": [{**row, "to": None} for row in settled]})
    county.work()

    # Only members whose lines were changed are asked; one objects, the others accept or say nothing.
    assert waiting(county, "confirm") == ["CH02", "CH03", "CH04", "CH05", "CH07", "CH08"]
    county.person(DIRECTORS["CH02"]).complete(
        member(county, "CH02").task("confirm"), "answer", {"verdicts": [{"answer": "object", "note": "护士已空缺两年"}]}
    )
    for code in ("CH03", "CH04", "CH05", "CH07"):
        county.person(DIRECTORS[code]).complete(
            member(county, code).task("confirm"), "answer", {"verdicts": [{"answer": "accept"}]}
        )
    county.work()
    county.pass_time("P7D")
    assert "逾期未答复视为同意：松岗分院" in case.variables["confirmText"]
    assert case.open == ["line_verdict"]
    again = [
        {"verdict": row["verdict"], "because": row["because"]}
        if row["objection"] is None
        else {"verdict": "keep", "because": None}
        for row in case.variables["lines"]
    ]
    hr.complete(case.task("line_verdict"), "decide", {"lines": again})
    county.work()
    for code in waiting(county, "confirm"):
        county.person(DIRECTORS[code]).complete(
            member(county, code).task("confirm"), "answer", {"verdicts": [{"answer": "accept"}]}
        )
    county.work()

    county.person(PRESIDENT).complete(case.task("office_meeting"), "agree")
    vote(county, case)
    county.person(OFFICE).complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    county.work()

    # Three offices one after the other; the second cuts two of the lines, and only those two members are asked once more.
    replied(county, case)
    cuts = [{"key": "CH02-01", "to": 1, "note": "编制不足"}, {"key": "CH05-01", "to": 0, "note": "编制冻结"}]
    replied(county, case, "cut", cuts=[{"key": "CH99-01", "to": 1}, {"key": "CH02-01", "to": 2}])
    assert case.seats("office_reply")[-1].ended_at is None
    replied(county, case, "cut", cuts=cuts)
    replied(county, case)
    assert waiting(county, "confirm") == ["CH02", "CH05"]
    county.pass_time("P7D")
    county.work()
    assert case.state == "completed"
    shares = {share["institution"]: sum(row["approved"] for row in share["lines"]) for share in case.variables["shares"]}
    assert (shares["CH01"], shares["CH02"], shares["CH05"], shares["CH09"]) == (4, 2, 0, 0)
    assert {found.state for found in county.cases("recruitment_member")} == {"completed"}
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


def small(county: County) -> CaseView:
    """A batch in which one member asks for one post and the others for nothing, frozen and reviewed."""
    case = called(county)
    for code in DIRECTORS:
        report(county, code, *([line("全科医生", 2)] if code == "CH01" else []))
    county.person(HR).complete(case.task("freeze"), "freeze")
    county.work()
    reviewed(county, case)
    return case


def kept(county: County, case: CaseView) -> None:
    """The human resources centre keeps every line."""
    rows = [{"verdict": "keep"} for _ in case.variables["lines"]]
    county.person(HR).complete(case.task("line_verdict"), "decide", {"lines": rows})
    county.work()


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
    late = {row["institution"]: row["late"] for row in case.variables["answers"]}
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
    answer = next(row for row in case.variables["answers"] if row["institution"] == "CH06")
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


def test_every_return_goes_to_its_place(county: County) -> None:
    """The president sends back to the verdicts and to the review, an office sends everything back, the committee says no."""
    case = small(county)
    president = county.person(PRESIDENT)
    kept(county, case)
    president.complete(case.task("office_meeting"), "return_review", opinion="再看编制结构")
    assert case.open == ["finance_review", "medical_review", "quality_review"]
    reviewed(county, case)
    kept(county, case)
    president.complete(case.task("office_meeting"), "return_verdict", opinion="理由不充分")
    kept(county, case)
    president.complete(case.task("office_meeting"), "agree")
    vote(county, case)
    county.person(OFFICE).complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    county.work()
    county.person(HR).complete(
        case.task("office_reply"), "return", {"replyNo": "澄卫函〔2026〕9号", "replyOn": "2026-10-12"}, opinion="口径不符"
    )
    county.work()
    assert case.open == ["line_verdict"]
    kept(county, case)
    president.complete(case.task("office_meeting"), "agree")
    vote(county, case, agree=3)
    county.person(OFFICE).complete(case.task("lost_minutes"), "done", {"minutes": "会议未通过。"})
    county.work()
    assert (case.state, case.variables["partyResult"]) == ("completed", "lost")
    assert {found.state for found in county.cases("recruitment_member")} == {"completed"}
    assert county.incidents() == []


def test_a_member_takes_a_line_back_after_the_freeze(county: County) -> None:
    """The human resources centre decides; what it strikes is struck, what it keeps stays, and the member can ask again."""
    case, own = small(county), member(county, "CH01")
    office, hr = county.person("CH01-011"), county.person(HR)
    with pytest.raises(InvalidForm) as refusal:
        office.complete(own.task("withdraw_line"), "withdraw", {"lineNo": 2}, opinion="科室撤并")
    assert [error.path for error in refusal.value.errors] == ["lineNo"]
    for outcome, verdict in (("keep", "keep"), ("strike", "reject")):
        office.complete(own.task("withdraw_line"), "withdraw", {"lineNo": 1}, opinion="科室撤并")
        county.work()
        hr.complete(case.task("decide_withdrawal"), outcome, opinion="已核实")
        assert case.variables["lines"][0]["verdict"] == verdict
    assert case.variables["lines"][0]["because"] == "成员撤回：科室撤并"
    assert case.open == ["line_verdict"]


def test_frozen_quota_leaves_lines_outside_the_establishment(county: County) -> None:
    """Whatever step the plan has reached, it goes back to the verdicts with only contract lines left."""
    case = called(county)
    wanted = {"CH01": [line("全科医生", 2), line("收费员", 1, staffing="contract", discipline="finance", license=None)]}
    for code in DIRECTORS:
        report(county, code, *wanted.get(code, []))
    county.person(HR).complete(case.task("freeze"), "freeze")
    county.work()
    reviewed(county, case)
    kept(county, case)
    assert case.open == ["office_meeting"]
    county.execute(BroadcastSignal(name="QuotaFrozen"))
    county.work()
    assert case.open == ["line_verdict"]
    assert [(row["staffing"], row["verdict"]) for row in case.variables["lines"]] == [
        ("establishment", "reject"),
        ("contract", "keep"),
    ]
    county.person(HR).complete(case.task("line_verdict"), "decide", {"lines": [{}, {}]})
    county.work()
    assert waiting(county, "confirm") == ["CH01"]
    county.person(DIRECTORS["CH01"]).complete(
        member(county, "CH01").task("confirm"), "answer", {"verdicts": [{"answer": "accept"}]}
    )
    county.work()
    county.person(PRESIDENT).complete(case.task("office_meeting"), "agree")
    vote(county, case)
    county.person(OFFICE).complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    county.work()
    # The staffing office has nothing to say about contract lines.
    assert [office["code"] for office in case.variables["offices"]] == ["X80", "X83"]
    assert county.incidents() == []
