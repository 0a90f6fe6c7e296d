"""The demo community with staff dispatch deployed, and what its people do on the way of one assignment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.store.tables import Appointment, Person
from engine.testing import CaseView, County

MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""A working day, nine o'clock in China."""
HR, PRESIDENT, VICE, OFFICE = "CH00-061", "CH00-001", "CH00-003", "CH00-039"
BRANCH, CLERK, DIRECTOR = "CH05", "CH05-011", "CH05-001"
DOCTOR, HEAD = "CH00-028", "CH00-016"
"""A specialist of obstetrics, and the head of her department."""
HALF_YEAR = b"R/2026-12-01T08:00:00+08:00/P6M"
CHIEF, COLLEAGUE = "CH00-014", "CH00-025"
"""The head of cardiology, and a specialist there who acts for him."""


def prepared(url: str) -> County:
    """The demo community with the dispatch and the committee's meeting deployed; the assignments may make appointments."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True, stationing="dispatch_assignment")
    load_demo(county.engine)
    for name in ("collect", "meeting"):
        county.execute(Deploy(name=name, resources=read_folder(LIBRARY / name)))
    county.execute(Deploy(name="dispatch", resources={**read_folder(LIBRARY / "dispatch"), **without_calls()}))
    return county


def without_calls() -> dict[str, bytes]:
    """The diagram of needs whose half-yearly call begins when every test is over: it has a test of its own."""
    name = "dispatch_need.bpmn"
    drawn = read_folder(LIBRARY / "dispatch")[name]
    assert HALF_YEAR in drawn
    return {name: drawn.replace(HALF_YEAR, b"R/2099-12-01T08:00:00+08:00/P6M")}


def need(**more: Any) -> dict[str, Any]:
    """A year's stay of an obstetrician at the branch."""
    tasks = [{"indicator": "outOfCounty", "base": 120, "target": 90, "source": "医保结算"}]
    usual = {"specialty": "obgyn", "kind": "long", "level": "intermediate", "number": 1, "dept": "妇产科", "weeklyDays": 5}
    days = {"fromDay": "2027-01-04", "toDay": "2027-12-31"}
    words = {"housing": "职工宿舍、食堂", "contact": "霍艳 199-0000-0511", "reason": "没有产科医师", "urgency": "1"}
    return {**usual, **days, **words, "tasks": tasks, **more}


def raised(county: County, *needs: Mapping[str, Any], code: str = BRANCH) -> list[CaseView]:
    """The branch raises needs, its director signs; the cases in which somebody is sought, one a head."""
    before = {case.id for case in county.cases("dispatch_match")}
    clerk, case = county.person(f"{code}-011"), county.person(f"{code}-011").start("dispatch_need")
    for number, row in enumerate(needs, 1):
        clerk.complete(case.task("fill_need"), "submit" if number == len(needs) else "more", row)
    county.person(f"{code}-001").complete(case.task("sign"), "agree")
    county.work()
    return [found for found in county.cases("dispatch_match") if found.id not in before]


def candidate(person: str = DOCTOR, **more: Any) -> dict[str, Any]:
    """A row of the nomination."""
    usual = {"specialty": "obgyn", "titleLevel": "intermediate", "servedDays": 0, "lastDispatchTo": "2023-06-30"}
    return {"person": person, **usual, "deptStaff": 14, "deptMinimum": 10, "travelMinutes": 120, **more}


def nominated(county: County, match: CaseView, *rows: Mapping[str, Any]) -> None:
    """The centre enters its candidates."""
    county.person(HR).complete(match.task("nominate"), "match", {"candidates": list(rows) or [candidate()]})


def agreed(county: County, match: CaseView, person: str = DOCTOR, head: str = HEAD) -> None:
    """Chosen, released by the head of department, confirmed by the person."""
    county.person(HR).complete(match.task("choose"), "choose", {"person": person})
    county.person(head).complete(match.task("release"), "agree")
    county.person(person).complete(match.task("confirm"), "confirm")
    county.work()


def accepted(county: County, match: CaseView, outcome: str = "accept", **more: Any) -> None:
    """The branch says what it thinks of the newest candidate."""
    case = county.cases("dispatch_candidate")[-1]
    county.person(DIRECTOR).complete(case.task("accept"), outcome, **more)
    county.work()


AGREEMENT = {"agreementNo": "派〔2026〕1号", "postAtHost": "SPEC_DOC", "allowance": "80.00", "penaltyPerMonth": "1500.00"}
AGREEMENT |= {"transport": "单位班车", "emergencyContact": "家属 199-0000-0001"}
SIGNED = {"signedByHost": True, "signedByHome": True, "signedByPerson": True}


def assigned(county: County, match: CaseView, **more: Any) -> CaseView:
    """Approved by the president, the agreement signed, the chair made."""
    county.person(PRESIDENT).complete(match.task("approve"), "agree")
    county.work()
    case = county.cases("dispatch_assignment")[-1]
    county.person(HR).complete(case.task("agreement"), "signed", {**AGREEMENT, **SIGNED, **more})
    county.work()
    return case


def arrived(county: County, case: CaseView, on: str = "2027-01-04") -> CaseView:
    """The day has come and the person is there; the host's own case."""
    while county.clock.now().date().isoformat() < on:
        county.pass_time("P1D")
    host = county.cases("dispatch_host")[-1]
    county.person(CLERK).complete(host.task("report_in"), "reported", {"reportedOn": on})
    county.work()
    return host


def serving(county: County, **more: Any) -> tuple[CaseView, CaseView]:
    """A stay that has begun: the assignment and the host's case."""
    (match,) = raised(county, need(**more))
    nominated(county, match)
    agreed(county, match)
    accepted(county, match)
    case = assigned(county, match)
    return case, arrived(county, case, more.get("fromDay", "2027-01-04"))


LOG = {
    "attendedDays": 22,
    "visits": 310,
    "operations": 12,
    "consultations": 9,
    "rounds": 4,
    "trainings": 1,
    "nextMonth": "开展宫腔镜",
}


def until(county: County, day: str) -> None:
    """Lets the days pass up to nine o'clock of a day."""
    target = datetime.fromisoformat(f"{day}T01:00:00+00:00")
    county.pass_time(target - county.clock.now())


def logged(county: County, case: CaseView, host: CaseView, **more: Any) -> None:
    """The person writes the log that is open, and the branch confirms it."""
    county.person(DOCTOR).complete(case.task("monthly_log"), "submit", {"log": {**LOG, **more}})
    county.work()
    county.person(DIRECTOR).complete(host.task("confirm_log"), "confirm")
    county.work()


OFFICE_MARK = {"workload": 90, "quality": 92, "outOfCounty": 88}


def marked(county: County, case: CaseView, host: CaseView | None) -> None:
    """The marks of all who give any, then the result with the number of the certificate."""
    county.person(OFFICE).complete(
        case.task("office_mark"), data={"officeMark": {"workload": 90, "quality": 92, "outOfCounty": 88}}
    )
    county.person(HEAD).complete(case.task("department_mark"), data={"departmentMark": {"quality": 90, "teaching": 95}})
    if host is not None:
        names = ("workload", "quality", "specialty", "outOfCounty", "teaching", "satisfaction")
        county.person(DIRECTOR).complete(host.task("host_mark"), data={"mark": dict.fromkeys(names, 94)})
    county.work()


def concluded(county: County, case: CaseView) -> None:
    """The certificate is issued."""
    county.person(HR).complete(case.task("conclude"), data={"certificateNo": "证〔2028〕1号"})
    county.work()


def chairs(county: County, person: str, code: str) -> list[tuple[str, date, date | None]]:
    """The chairs that somebody has, had or will have at an institution: post, first and last day."""
    found = select(Appointment.post, Appointment.from_date, Appointment.to_date).join(Person, Person.key == Appointment.person)
    found = found.where(Person.staff_number == person, Appointment.institution == county.institution(code))
    return [(row.post, row.from_date, row.to_date) for row in county.rows(found.order_by(Appointment.from_date))]
