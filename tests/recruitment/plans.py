"""People of the demo community who carry a recruitment plan on, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.recorded_votes import RecordAbsence
from engine.store.tables import Scope, Seat, Variable
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
    for name in ("meeting", "collect", "recruitment-plan"):
        county.execute(Deploy(name=name, resources=read_folder(LIBRARY / name)))
    return county


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


def collected(county: County, case: CaseView, name: str) -> Any:
    """A variable of the collection while it runs."""
    statement = select(Variable.value).join(Scope, Scope.key == Variable.scope)
    return county.scalar(
        statement.where(Scope.instance == case.key, Variable.name == name, Variable.scope != case.row.root_scope)
    )


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


def read(county: County) -> None:
    """Every member's office reads the plan that was published."""
    for code in DIRECTORS:
        for case in county.cases("recruitment_member"):
            if case.row.institution == county.institution(code) and "read_plan" in case.open:
                county.person(f"{code}-011").complete(case.task("read_plan"), "read")


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
