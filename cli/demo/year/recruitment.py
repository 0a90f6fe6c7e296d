"""The recruitment plan of the invented year: one annual batch, answered by every member, cut here and there, published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from cli.demo.year.county import Act, Arrival, County, Habit, Step, always, decided
from cli.demo.year.staff import joining_day
from engine.calendar import TIME_ZONE

BEGINS = 0.55
"""Of the year, unless a branch joins the community in it: then it is asked while the others are still answering."""
ASKED_BEFORE = timedelta(days=6)
LATEST = 0.65
"""Of the year, so that the county's offices have answered at its end."""
POSTS = (
    ("全科医生", "clinical", "1002 临床医学", "执业医师"),
    ("护士", "nursing", "1011 护理学", "护士执业证"),
    ("中医师", "tcm", "1005 中医学", "执业医师"),
    ("药师", "pharmacy", "1007 药学", "药师资格"),
    ("检验技师", "technology", "1010 医学技术", "技师资格"),
)
TARDY = "CH06"
"""Says nothing, and is decided on."""


def recruitment(county: County, since: date, until: date) -> Iterator[Arrival]:
    """One batch, in a year that is lived whole."""
    if county.share < 1:
        return
    joins = joining_day()
    early = since < joins - ASKED_BEFORE and joins < since + (until - since) * LATEST
    day = joins - ASKED_BEFORE if early else since + (until - since) * BEGINS
    at = county.working(datetime(day.year, day.month, day.day, 9, 30, tzinfo=TIME_ZONE))
    yield Arrival(at=at, act=lambda county: county.start("recruitment_centre", "HR", "CH00"))


def open_batch(county: County, step: Step) -> Act:
    year = county.clock.now().astimezone(TIME_ZONE).year + 1
    data = {"planYear": year, "batchNo": 1, "policy": "按编制空缺上报，紧缺专业优先。"}
    return Act(outcome="open", data=data, wait=timedelta(minutes=50))


def fill_lines(county: County, step: Step) -> Act:
    random = county.random
    if step.institution == TARDY:
        return Act(never=True)
    wanted = random.randint(0, 3)
    if not wanted:
        return Act(outcome="nil", opinion="本年度无空缺", prompt=True)
    return Act(outcome="submit", data={"lines": [_line(county, *post) for post in random.sample(POSTS, wanted)]}, prompt=True)


def _line(county: County, post: str, discipline: str, majors: str, license: str) -> dict[str, Any]:
    random = county.random
    staffing = "establishment" if random.random() < 0.7 else "contract"
    kind = {"dept": "医疗科", "postKind": "professional", "discipline": discipline, "staffing": staffing}
    wanted = {"education": "20", "majors": majors, "ageMax": 35, "sex": "any", "license": license, "examKind": "written"}
    why = {"urgency": random.choice("12"), "reason": "缺编，现有人员超负荷"}
    return {**kind, **wanted, **why, "postName": post, "headcount": random.randint(1, 3)}


def finance_review(county: County, step: Step) -> Act:
    """Cuts a post by one head now and then."""
    rows: list[dict[str, Any]] = []
    for row in step.values["financeReview"]:
        heads = int(row.get("headcount") or 1)
        cut = heads > 1 and county.random.random() < 0.25
        rows.append({"opinion": "cut", "to": heads - 1, "note": "预算不足"} if cut else {"opinion": "agree"})
    return Act(data={"financeReview": rows})


def reviewed(table: str) -> Habit:
    """A review that agrees with every line."""
    return lambda county, step: Act(data={table: [{"opinion": "agree"} for _ in step.values[table]]})


def line_verdict(county: County, step: Step) -> Act:
    """Takes the cuts of the reviews over, but for those that a member has objected to."""
    return Act(outcome="decide", data={"lines": [_verdict(row) for row in step.values["lines"]]})


def _verdict(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get("verdict") == "cut" and row.get("to") and not row.get("objection"):
        return {"verdict": "cut", "to": int(row["to"]), "because": row.get("because") or "预算不足"}
    if row.get("verdict") == "reject":
        return {"verdict": "reject", "to": None, "because": row.get("because") or "不符合条件"}
    return {"verdict": "keep", "to": None, "because": None}


def confirm(county: County, step: Step) -> Act:
    objects = county.random.random() < 0.2
    answer = {"answer": "object", "note": "该岗位已空缺两年"} if objects else {"answer": "accept"}
    return Act(outcome="answer", data={"verdicts": [answer for _ in step.values["verdicts"]]}, prompt=True)


def office_reply(county: County, step: Step) -> Act:
    number = f"澄函〔{county.clock.now():%Y}〕{county.number()}号"

    def letter(at: datetime) -> Mapping[str, Any]:
        return {"replyNo": number, "replyOn": at.astimezone(TIME_ZONE).date().isoformat()}

    arrives = county.working(county.clock.now() + timedelta(days=county.random.randint(8, 16)))
    return Act(outcome="approve", data=letter, wait=arrives - county.clock.now())


def announce(county: County, step: Step) -> Act:
    """The announcement hangs for two weeks."""
    number = f"澄医招〔{county.clock.now():%Y}〕{county.number()}号"

    def notice(at: datetime) -> Mapping[str, Any]:
        day = at.astimezone(TIME_ZONE).date()
        return {"announceNo": number, "announceOn": day.isoformat(), "registerTo": (day + timedelta(days=21)).isoformat()}

    return Act(outcome="announce", data=notice)


def registration(county: County, step: Step) -> Act:
    heads = int(step.values["heads"])
    return Act(outcome="count", data={"applicants": heads * county.random.randint(2, 6)})


def exam(county: County, step: Step) -> Act:
    """Two candidates more than there are places, so that somebody can move up."""
    random = county.random
    rows = [
        {
            "ticketNo": f"{number:03d}",
            "name": f"考生{number}·演示",
            "written": random.randint(50, 92),
            "interview": random.randint(60, 92),
        }
        for number in range(1, int(step.values["heads"]) + 3)
    ]
    return Act(data={"candidates": rows})


def check_candidates(county: County, step: Step) -> Act:
    fit = {"health": "pass", "vetting": "pass"}
    return Act(data={"proposed": [fit for _ in step.values["proposed"]]})


def publish_result(county: County, step: Step) -> Act:
    number = f"公示{county.number()}号"

    def notice(at: datetime) -> Mapping[str, Any]:
        return {"publicityNo": number, "publicityOn": at.astimezone(TIME_ZONE).date().isoformat()}

    return Act(outcome="publish", data=notice)


def report_hire(county: County, step: Step) -> Act:
    def day(at: datetime) -> Mapping[str, Any]:
        return {"arrivedOn": at.astimezone(TIME_ZONE).date().isoformat()}

    return Act(outcome="arrived", data=day, prompt=True)


NEVER = always(Act(never=True))
HABITS: Mapping[str, Mapping[str, Habit]] = {
    "recruitment_centre": {
        "open_batch": open_batch,
        "finance_review": finance_review,
        "medical_review": reviewed("medicalReview"),
        "quality_review": reviewed("qualityReview"),
        "line_verdict": line_verdict,
        "office_meeting": decided("agree"),
        "decide_withdrawal": decided("strike"),
    },
    "recruitment_office": {"office_reply": office_reply},
    "recruitment_cancel": {"ask_cancel": decided("drop", "继续"), "approve_cancel": decided("refuse", "继续")},
    "recruitment_hiring": {
        "announce": announce,
        "registration": registration,
        "decide_ratio": decided("lower", "紧缺岗位", newRatio=1),
        "exam": exam,
        "check_candidates": check_candidates,
        "publish_result": publish_result,
        "whistle": NEVER,
        "investigate": decided("unfounded", "查无实据"),
        "filing_reply": office_reply,
    },
    "recruitment_post": {"read_change": decided("read"), "report_hire": report_hire},
    "recruitment_member": {
        "fill_lines": fill_lines,
        "sign": decided("agree"),
        "revise": NEVER,
        "sign_revision": decided("agree"),
        "confirm": confirm,
        "withdraw_line": NEVER,
        "read_plan": decided("read"),
        "amend_line": decided("amend"),
        "sign_amended": decided("agree"),
    },
}
