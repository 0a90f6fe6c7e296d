"""Staff sent down in the invented year: eighteen needs of branches, each with a specialist who goes, logs and is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from cli.demo.year.county import Act, Arrival, County, Habit, Step, always, decided
from engine.calendar import TIME_ZONE

A_YEAR = 18
BRANCHES = ("CH01", "CH02", "CH03", "CH05", "CH06", "CH07", "CH04")
SPECIALTIES: Mapping[str, tuple[str, str]] = {
    "ORTH": ("orthopaedics", "骨科"),
    "CARD": ("cardiology", "心血管内科"),
    "NEUR": ("neurology", "神经内科"),
    "OBGY": ("obgyn", "妇产科"),
    "PEDI": ("paediatrics", "儿科"),
    "GSUR": ("surgery", "普通外科"),
    "NEPH": ("nephrology", "肾内科"),
    "RESP": ("respiratory", "呼吸内科"),
    "ENDO": ("endocrinology", "内分泌科"),
}
"""Department of the lead hospital -> specialty of a need, and what branches call it."""
LONG_STAY, VISITS = timedelta(days=200), timedelta(days=90)
LEAST_SERVED = timedelta(days=60)
"""What has been served by whoever resigns or falls ill."""
SOON = timedelta(days=38)
"""From a need to the first day."""
LOG: Mapping[str, Any] = {"consultations": 8, "rounds": 4, "trainings": 1, "nextMonth": "继续坐诊和带教"}
MARKS = ("workload", "quality", "specialty", "outOfCounty", "teaching", "satisfaction")


def dispatches(county: County, since: date, until: date) -> Iterator[Arrival]:
    """Needs at even distances over the days between the two."""
    number = round(A_YEAR * county.share)
    for at in range(number):
        day = since + (until - since) * at / number + timedelta(days=1)
        code = BRANCHES[at % len(BRANCHES)]
        begin = county.working(datetime(day.year, day.month, day.day, 9, 10, tzinfo=TIME_ZONE))
        yield Arrival(at=begin, act=partial(_begin, code))


def _begin(code: str, county: County) -> None:
    county.start("dispatch_need", "BR_OFF", code)


def _today(county: County) -> date:
    return county.clock.now().astimezone(TIME_ZONE).date()


# --- who is needed, and who goes


def fill_need(county: County, step: Step) -> Act:
    department = county.random.choice(tuple(SPECIALTIES))
    specialty, name = SPECIALTIES[department]
    long = county.random.random() < 0.4
    first = _today(county) + SOON
    first += timedelta(days=(7 - first.weekday()) % 7)
    last = first + (LONG_STAY if long else VISITS)
    tasks = [{"indicator": "outOfCounty", "base": 120, "target": 95, "source": "医保结算"}]
    who = {"specialty": specialty, "kind": "long" if long else "regular", "level": "intermediate", "number": 1, "dept": name}
    days = {"fromDay": first.isoformat(), "toDay": last.isoformat(), "weeklyDays": 5 if long else 2}
    words = {"housing": "职工宿舍、食堂", "contact": "综合办 199-0000-0511", "reason": f"没有{name}医师", "urgency": "2"}
    return Act(outcome="submit", data={**who, **days, **words, "tasks": tasks}, wait=timedelta(minutes=30))


def nominate(county: County, step: Step) -> Act:
    specialty = step.values["need"]["specialty"]
    department = next(code for code, (known, _) in SPECIALTIES.items() if known == specialty)
    people = [county.staff_number_of(chair.person) for chair in county.chairs("SPEC_DOC", "CH00", department)]
    usual = {"specialty": specialty, "titleLevel": "intermediate", "servedDays": 60, "lastDispatchTo": "2023-06-30"}
    rows = [{"person": person, **usual, "deptStaff": 14, "deptMinimum": 10, "travelMinutes": 60} for person in people]
    return Act(outcome="match", data={"candidates": rows})


def choose(county: County, step: Step) -> Act:
    fit = [row["person"] for row in step.values["ranking"] if row.get("eligible")]
    if not fit:
        return Act(outcome="stop", opinion="本期没有合适人选，转下一批")
    return Act(outcome="choose", data={"person": fit[0]})


def release(county: County, step: Step) -> Act:
    if county.random.random() < 0.08:
        return Act(outcome="refuse", opinion="科室人手不足")
    return Act(outcome="agree")


def confirm(county: County, step: Step) -> Act:
    if county.random.random() < 0.08:
        return Act(outcome="appeal", opinion="家中老人需要照料", data={"appealKind": "carer"})
    return Act(outcome="confirm")


REACHED = {"transport": "单位班车", "emergencyContact": "家属 199-0000-0001"}
"""How somebody gets there, and who is told when something happens to him."""


def agreement(county: County, step: Step) -> Act:
    number = f"派〔{county.clock.now():%Y}〕{county.number()}号"
    signed = {"signedByHost": True, "signedByHome": True, "signedByPerson": True}
    money = {"allowance": "80.00", "penaltyPerMonth": "1500.00"}
    return Act(outcome="signed", data={"agreementNo": number, "postAtHost": "SPEC_DOC", **money, **signed, **REACHED})


# --- the stay


def report_in(county: County, step: Step) -> Act:
    first = date.fromisoformat(str(step.values["fromDay"]))
    at = datetime(first.year, first.month, first.day, 8, 30, tzinfo=TIME_ZONE)
    wait = max(at - county.clock.now(), timedelta(minutes=20))
    return Act(outcome="reported", data=lambda now: {"reportedOn": now.astimezone(TIME_ZONE).date().isoformat()}, wait=wait)


def monthly_log(county: County, step: Step) -> Act:
    random = county.random
    figures = {"attendedDays": random.randint(17, 22), "visits": random.randint(120, 380), "operations": random.randint(0, 14)}
    return Act(outcome="submit", data={"log": {**LOG, **figures}})


def confirm_log(county: County, step: Step) -> Act:
    if county.random.random() < 0.06:
        return Act(outcome="return", opinion="出勤天数与排班不符")
    return Act(outcome="confirm")


def amend_log(county: County, step: Step) -> Act:
    figures = {"attendedDays": 17, "visits": county.random.randint(120, 300), "operations": county.random.randint(0, 9)}
    return Act(outcome="submit", data={"amendedLog": {**LOG, **figures}})


def register(county: County, step: Step) -> Act:
    """Somebody on a long stay resigns, once a year, after two months; another falls ill for three weeks."""
    served = (_today(county) - date.fromisoformat(str(step.values["fromDay"]))).days
    if step.values.get("kind") != "long":
        return Act(never=True)
    if served < LEAST_SERVED.days:
        return Act(again=timedelta(days=15))
    if county.once("resignation"):
        return Act(outcome="resign", opinion="另谋他就", data=_on, wait=timedelta(hours=2))
    if county.once("illness"):
        ill = {"eventKind": "sick", "serviceYears": 12}
        return Act(outcome="suspend", opinion="因病请假", data=lambda at: {**ill, **_on(at)}, wait=timedelta(hours=2))
    return Act(never=True)


def _on(at: datetime) -> Mapping[str, Any]:
    return {"eventOn": at.astimezone(TIME_ZONE).date().isoformat()}


def resume(county: County, step: Step) -> Act:
    back = county.working(county.clock.now() + timedelta(days=21)) - county.clock.now()
    return Act(outcome="resume", data=lambda at: {"resumeOn": at.astimezone(TIME_ZONE).date().isoformat()}, wait=back)


def host_mark(county: County, step: Step) -> Act:
    return Act(data={"mark": {name: county.random.randint(82, 97) for name in MARKS}})


def office_mark(county: County, step: Step) -> Act:
    return Act(data={"officeMark": {name: county.random.randint(80, 96) for name in ("workload", "quality", "outOfCounty")}})


def department_mark(county: County, step: Step) -> Act:
    return Act(data={"departmentMark": {name: county.random.randint(82, 96) for name in ("quality", "teaching")}})


def conclude(county: County, step: Step) -> Act:
    return Act(data={"certificateNo": f"证〔{county.clock.now():%Y}〕{county.number()}号"})


NEVER = always(Act(never=True))
HABITS: Mapping[str, Mapping[str, Habit]] = {
    "dispatch_call": {"review_answers": decided("done")},
    "dispatch_need": {"fill_need": fill_need, "sign": decided("agree")},
    "dispatch_match": {
        "nominate": nominate,
        "choose": choose,
        "release": release,
        "overrule": decided("release", "医疗需要，同意放行"),
        "confirm": confirm,
        "confirm_again": decided("confirm"),
        "decide_appeal": decided("dismiss", "理由不成立"),
        "arbitrate": decided("send", "按名单派出"),
        "approve": decided("agree"),
        "publicity_end": decided("clear"),
    },
    "dispatch_candidate": {"accept": decided("accept")},
    "dispatch_assignment": {
        "agreement": agreement,
        "chase": decided("done", "已电话联系"),
        "monthly_log": monthly_log,
        "last_log": monthly_log,
        "midterm": decided("done", "进展正常"),
        "renew": decided("finish"),
        "bridge": decided("end", "接替人未到，按期结束"),
        "register": register,
        "resume": resume,
        "amend_log": amend_log,
        "handover": decided("done", handoverPatients="已逐一交接", handoverKeys="已收回", handoverAccounts="已停用"),
        "settle_leave": decided("done", "按协议结算"),
        "decide_change": decided("keep", "双方已沟通"),
        "approve_stop": decided("agree"),
        "restop": decided("stay", "按期派驻"),
        "move_host": decided("stay", "原单位挽留"),
        "chase_move": decided("done", "已电话联系"),
        "office_mark": office_mark,
        "department_mark": department_mark,
        "conclude": conclude,
    },
    "dispatch_host": {
        "report_in": report_in,
        "request_change": NEVER,
        "confirm_log": confirm_log,
        "read_notice": decided("read"),
        "consent": decided("agree"),
        "host_mark": host_mark,
    },
}
