"""Supervision in the invented year: two lists of outside reviews, two inspections of our own, and what becomes of findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from cli.demo.year.county import Act, Arrival, County, Habit, Step, always, decided
from engine.calendar import TIME_ZONE

REVIEWS: Mapping[str, tuple[str, str, int]] = {
    "04-14": ("市级评审专家组", "市评审〔2026〕8号", 22),
    "09-08": ("县委巡察组", "巡察〔2026〕3号", 13),
}
"""Month and day on which an outside list comes in -> who found it, its letter and how many findings."""
INSPECTIONS = ("03-10", "06-16")
"""Month and day on which quality control plans a visit."""
UNITS = ("CH01", "CH02", "CH03", "CH05", "CH06", "CH07", "CH04")
FAULTS = (
    ("quality", "病历书写不及时，三级查房记录缺失", "评审标准 3.2.1"),
    ("infection", "手卫生设施不全，依从性监测缺记录", "评审标准 4.1.3"),
    ("drugs", "近效期药品未登记，冷链温度记录中断", "药品管理办法第二十条"),
    ("finance", "收费公示未及时更新", "价格管理规定"),
    ("publicHealth", "慢病随访记录不完整", "国家基本公卫规范"),
)


def inspections(county: County, since: date, until: date) -> Iterator[Arrival]:
    """The lists and plans of every year between the two days."""
    for year in range(since.year, until.year + 1):
        begun = [(day, "finding_import") for day in REVIEWS] + [(day, "inspection_plan") for day in INSPECTIONS]
        for day, process in begun:
            month, number = map(int, day.split("-"))
            at = datetime(year, month, number, 9, 20, tzinfo=TIME_ZONE)
            if since <= at.date() < until and county.share >= 1:
                yield Arrival(at=at, act=partial(_begin, process))


def _begin(process: str, county: County) -> None:
    county.start(process, "QC", "CH00")


# --- outside lists


def enter_list(county: County, step: Step) -> Act:
    today = county.clock.now().astimezone(TIME_ZONE)
    who, letter, number = REVIEWS.get(f"{today:%m-%d}", next(iter(REVIEWS.values())))
    rows = [_found(county, at) for at in range(1, number + 1)]
    head = {"source": "review", "confirmer": who, "letterNo": letter, "letterOn": today.date().isoformat()}
    return Act(outcome="submit", data={**head, "rows": rows}, wait=timedelta(minutes=40))


def _found(county: County, at: int) -> dict[str, Any]:
    random = county.random
    category, description, basis = FAULTS[at % len(FAULTS)]
    marks = {"risk": False, "repeated": random.random() < 0.2, "onSpot": random.random() < 0.25, "beyond": at % 11 == 0}
    where = {"externalNo": f"W-{at:02d}", "unit": random.choice(UNITS)}
    return {**where, "category": category, "description": description, "basis": basis, **marks, "advice": at % 9 == 0}


# --- what becomes of a finding


def grade(county: County, step: Step) -> Act:
    """The grades of the table are taken over; what the same institution was told twice is one finding."""
    first: dict[tuple[str, str], str] = {}
    rows: list[dict[str, Any]] = []
    for found in step.values["findings"]:
        same = first.setdefault((str(found.get("institution")), str(found.get("description"))), found["findingNo"])
        merged = same != found["findingNo"] and len(rows) > 15 and not any(rows)
        rows.append({"mergeInto": same} if merged else {})
    return Act(outcome="confirm", data={"findings": rows})


def measures_plan(county: County, step: Step) -> Act:
    now = county.clock.now().astimezone(TIME_ZONE).date()
    due = date.fromisoformat(str(step.values["dueOn"]))
    target = min(due, now + timedelta(days=20))
    plan = {"cause": "培训和督促不到位", "steps": [{"step": "组织培训并每周自查"}], "targetOn": target.isoformat()}
    return Act(outcome="submit", data={**plan, "responsible": county.staff_number_of(step.asked[0])})


def evidence_task(county: County, step: Step) -> Act:
    return Act(outcome="submit", data={"evidenceText": "已按措施整改，附照片"}, files={"evidence": "整改后.png"})


def verify(county: County, step: Step) -> Act:
    if county.random.random() < 0.12:
        return Act(outcome="fail", opinion="现场与书面不符，重新整改", data={"verifyNote": "抽查 10 份，4 份不合格"})
    return Act(outcome="pass", data={"verifyNote": "现场抽查 10 份，均合格"})


def external_letter(county: County, step: Step) -> Act:
    answered = {"extLetterNo": f"复〔{county.clock.now():%Y}〕{county.random.randint(1, 60)}号"}
    wait = timedelta(days=county.random.randint(3, 15))
    return Act(
        outcome="confirm", data=lambda at: {**answered, "extLetterOn": at.astimezone(TIME_ZONE).date().isoformat()}, wait=wait
    )


def recheck(county: County, step: Step) -> Act:
    if county.random.random() < 0.15:
        return Act(outcome="relapsed", opinion="同样的问题再次出现", data={"recheckNote": "抽查 10 份，3 份又缺记录"})
    return Act(outcome="holds", data={"recheckNote": "抽查 10 份，均合格"})


def recheck_ended(county: County, step: Step) -> Act:
    return Act(outcome="done", data={"endedRows": [{"verdict": "holds"} for _ in step.values["endedRows"]]})


# --- inspections of our own


def draft_plan(county: County, step: Step) -> Act:
    visit = (county.clock.now() + timedelta(days=21)).astimezone(TIME_ZONE).date()
    plan = {"kind": "random", "scope": "医疗质量和院感", "checklist": "quality2026", "rule": "sample", "size": 2}
    return Act(outcome="submit", data={**plan, "visitOn": visit.isoformat()}, wait=timedelta(hours=3))


def begin_visit(county: County, step: Step) -> Act:
    return Act(outcome="begin", wait=timedelta(hours=1))


def score(county: County, step: Step) -> Act:
    rows = [_scored(county) for _ in step.values["groupItems"]]
    told = {"groupItems": rows, "samples": "病历 20 份"}
    return Act(
        outcome="submit",
        data=lambda at: {**told, "scoredAt": at.astimezone(TIME_ZONE).date().isoformat()},
        wait=timedelta(hours=4),
    )


def _scored(county: County) -> dict[str, Any]:
    if county.random.random() < 0.3:
        return {"verdict": "unmet", "note": "缺记录", "onSpot": county.random.random() < 0.5}
    return {"verdict": "met"}


def self_check(county: County, step: Step) -> Act:
    return Act(outcome="submit", data={"selfItems": [{"verdict": "met"} for _ in step.values["selfItems"]]})


def exit_meeting(county: County, step: Step) -> Act:
    return Act(outcome="sign", data={"findings": [{"answer": "accept"} for _ in step.values["findings"]]})


HABITS: Mapping[str, Mapping[str, Habit]] = {
    "finding_import": {"enter_list": enter_list},
    "finding_grading": {"grade": grade},
    "finding_ledger": {"digest": decided("done")},
    "finding_notice": {"receipt": decided("receive")},
    "finding_unit": {
        "measures_plan": measures_plan,
        "sign_measures": decided("agree"),
        "assist": decided("done", "已配合整改"),
        "evidence_task": evidence_task,
        "monthly_progress": decided("report", percent=50, progressText="按计划推进"),
    },
    "finding": {
        "approve_measures": decided("approve"),
        "verify": verify,
        "strike_off": decided("approve"),
        "external_letter": external_letter,
        "third_level": decided("order", "已约谈，限期再改"),
        "decide_extension": decided("grant"),
        "accept_matter": decided("accept"),
        "matter_letter": decided("answered", "已列入明年计划", matterLetterNo="复〔2026〕1号"),
        "red_notice": decided("done", "已报纪委"),
        "interview": decided("done", "已约谈单位负责人"),
        "discipline": decided("done", "已督办"),
        "fabrication": decided("done", "已查处"),
        "recheck": recheck,
        "recheck_ended": recheck_ended,
    },
    "inspection_plan": {
        "draft_plan": draft_plan,
        "approve_plan": decided("approve"),
        "confirm_team": decided("confirm"),
        "plan_in_force": always(Act(never=True)),
        "accept_assignment": decided("accept"),
        "write_report": decided("done", report="本次检查总体良好，问题已逐条下发整改。"),
        "hear_report": decided("heard"),
    },
    "inspection_visit": {
        "begin_visit": begin_visit,
        "score": score,
        "witness": always(Act(data={"witness1": "甲·演示", "witness2": "乙·演示", "witnessRecord": "现场记录"})),
        "review": always(Act()),
    },
    "inspection_member": {
        "acknowledge": decided("receive"),
        "self_check": self_check,
        "exit_meeting": exit_meeting,
        "read_revoked": decided("read"),
    },
}
