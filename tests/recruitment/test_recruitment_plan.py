"""A recruitment plan of the demo community from the call to its publication, with what goes wrong on the way."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from engine.commands.message import BroadcastSignal
from engine.errors import InvalidForm
from engine.queries.documents import PrintDocument
from engine.store.tables import Copy, Message, Person
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
    read,
    replied,
    report,
    reviewed,
    small,
    vote,
    waiting,
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
        assert collected(county, case, "revisions")[-1]["version"] == version

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
    # The announcement lists every post that is left, with its heads, and no other.
    assert sum(row["approved"] for row in case.variables["announcement"]) == sum(shares.values())
    query = PrintDocument(instance=case.id, document="recruitment_announcement")
    pages = PdfReader(io.BytesIO(county.engine.query(query, hr.actor).content)).pages
    printed = "".join("".join(page.extract_text().split()) for page in pages)
    assert ("东湾分院" in printed, "望山分院" in printed) == (True, False)
    # Every member is shown what was published, its director has a copy.
    own = member(county, "CH01")
    assert [row["postName"] for row in own.variables["approvedLines"]] == ["全科医生"]
    copies = select(Person.staff_number).join(Copy, Copy.person == Person.key).where(Copy.seat == own.task("read_plan").key)
    assert {row.staff_number for row in county.rows(copies)} == {DIRECTORS["CH01"]}
    read(county)
    assert {found.state for found in county.cases("recruitment_member")} == {"completed"}
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []


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
