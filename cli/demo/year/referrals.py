"""Two-way referral in the invented year: about two thousand patients up, most of them back, with all that happens to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cli.demo.year.county import Act, Arrival, County, Habit, Step, always, decided
from cli.demo.year.people import patient
from engine.calendar import TIME_ZONE, published_days

ILLNESSES = Path(__file__).with_name("illnesses.json")
A_YEAR = 2_000
"""Referrals up in a whole year; branches send by their size, a clinic now and then."""
SENDERS: Mapping[str, int] = {
    "CH01": 20,
    "CH02": 12,
    "CH03": 12,
    "CH04": 9,
    "CH05": 8,
    "CH06": 9,
    "CH07": 10,
    "CH08": 8,
    "CH01-V01": 4,
    "CH01-V02": 3,
    "CH02-V01": 3,
    "CH05-V01": 2,
}
WEEKEND = 0.35
"""Of a working day's patients come on a day off."""
LENDING = ("ORTH", "CARD", "NEUR", "GSUR")
"""Departments with most beds."""
SILENT = 0.008
"""Share of requests that a department does not answer."""
EMERGENCY, URGENT = 0.07, 0.14
"""Shares of the green channel and of urgent patients."""


@dataclass(frozen=True, kw_only=True)
class Illness:
    """Something that a branch refers."""

    code: str
    name: str
    department: str
    ages: tuple[int, int]
    complaint: str
    criterion: str
    sex: str | None = None
    signs: tuple[str, ...] = ()
    """Signs of danger, for the green channel."""

    @classmethod
    def listed(cls, group: str) -> tuple[Illness, ...]:
        """Those of a group of the file."""
        lists = json.loads(ILLNESSES.read_text(encoding="utf-8"))
        return tuple(
            cls(**{**found, "ages": tuple(found["ages"]), "signs": tuple(found.get("signs", ()))}) for found in lists[group]
        )


USUAL, EMERGENCIES = Illness.listed("usual"), Illness.listed("emergencies")
CALM = {
    "temp": 36.6,
    "pulse": 84,
    "resp": 18,
    "sbp": 138,
    "dbp": 82,
    "spo2": 97,
    "gcs": 15,
    "glucose": 6.1,
    "consciousness": "clear",
}
GRAVE = {
    "temp": 36.5,
    "pulse": 124,
    "resp": 24,
    "sbp": 86,
    "dbp": 52,
    "spo2": 91,
    "gcs": 12,
    "glucose": 7.9,
    "consciousness": "drowsy",
}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def referrals(county: County, since: date, until: date) -> Iterator[Arrival]:
    """The patients of all days between the two, by the size of who sends them and by what day it is."""
    days, random = published_days(), county.random
    each = A_YEAR / 365 / 0.81 * county.share
    senders, sizes = list(SENDERS), list(SENDERS.values())
    day = since
    while day < until:
        wanted = each * (1.0 if days.works(day) else WEEKEND)
        for _ in range(int(wanted) + (random.random() < wanted % 1)):
            (sender,) = random.choices(senders, sizes)
            minute = random.randint(8 * 60 + 10, 17 * 60)
            at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=TIME_ZONE)
            yield Arrival(at=at, act=partial(_begin, sender))
        day += DAY


def _begin(sender: str, county: County) -> None:
    """Somebody comes to a doctor of the branch or clinic; before it has joined the community, it refers nobody."""
    post = "V_DOC" if "-V" in sender else "BR_GP"
    if county.joined(sender) and county.chairs(post, sender):
        county.start("referral_from", post, sender)


# --- who sends


def draft(county: County, step: Step) -> Act:
    random = county.random
    if random.random() < 0.01:
        return Act(outcome="discard", opinion="患者改期再来", wait=20 * MINUTE)
    kind = random.random()
    urgency = "E" if kind < EMERGENCY else "U" if kind < EMERGENCY + URGENT else "R"
    illness = random.choice(EMERGENCIES if urgency == "E" else USUAL)
    person = patient(random, county.clock.now().date(), ages=illness.ages, sex=illness.sex)
    department = illness.department
    mother = department == "OBGY" and random.random() < 0.5
    inside = {"fromDept": "GP", "fromDoctor": county.name_of(step.asked[0]), "fromPhone": "199-0000-0500"}
    said = {
        "diagCode": illness.code,
        "diagName": illness.name,
        "presentIllness": illness.complaint,
        "reasonCodes": [illness.criterion],
    }
    carried = (
        {"transport": "ems", "escort": "doctor"}
        if urgency == "E"
        else {"transport": "own" if urgency == "U" else "self", "escort": "none"}
    )
    slip: dict[str, Any] = {
        "kind": "outpatient" if urgency == "R" else "emergency",
        "declaredUrgency": urgency,
        **person.fields,
        **inside,
        **said,
        **carried,
        "insurance": "390" if random.random() < 0.8 else "310",
        "allergyState": "no",
        "toInst": "CH09" if mother else "CH00",
        "toDept": department,
    }
    if urgency == "U":
        slip["needsSameDay"] = True
    if illness.signs:
        slip["signs"] = list(illness.signs)

    def filled(at: datetime) -> Mapping[str, Any]:
        return slip if urgency == "R" else {**slip, "vital": {**(GRAVE if urgency == "E" else CALM), "at": at.isoformat()}}

    return Act(outcome="submit", data=filled, wait=random.randint(3, 18) * MINUTE)


def consent(county: County, step: Step) -> Act:
    if county.random.random() < 0.015:
        return Act(outcome="decline", opinion="家属商量后暂不转诊", wait=HOUR)
    return Act(outcome="agree", data=lambda at: _signed(step, at), wait=county.random.randint(4, 30) * MINUTE)


def late_consent(county: County, step: Step) -> Act:
    return Act(outcome="signed", data=lambda at: _signed(step, at))


def _signed(step: Step, at: datetime) -> Mapping[str, Any]:
    signer = {"consentSigner": step.values.get("name") or "家属·演示", "consentRelation": "self"}
    return {"consentMethod": "paper", "consentAt": at.isoformat(), **signer}


def internal_audit(county: County, step: Step) -> Act:
    if county.random.random() < 0.02:
        return Act(outcome="return", opinion="请补充检查结果")
    return Act(outcome="pass", data={"auditNote": "同意转诊"})


def handover_out(county: County, step: Step) -> Act:
    if county.random.random() < 0.02 and step.values.get("urgency") == "R":
        return Act(outcome="withdraw", opinion="患者症状好转", data={"withdrawReason": "better"})
    alone = step.values.get("transport") == "self"
    grave = step.values.get("urgency") == "E"

    def left(at: datetime) -> Mapping[str, Any]:
        told = {"transport": step.values.get("transport"), "departedAt": at.isoformat()}
        if alone:
            return told
        vital = {**(GRAVE if grave else CALM), "at": at.isoformat()}
        escort = {"escort": "doctor" if grave else "nurse", "escortNames": "随车医护·演示"}
        return {**told, **escort, "outCondition": "已处理，可转运", "vital": vital}

    return Act(outcome="depart", data=left)


def en_route(county: County, step: Step) -> Act:
    if county.random.random() < 0.004:
        return Act(outcome="died", data=lambda at: {"deathAt": at.isoformat(), "deathPlace": "转运途中"}, wait=35 * MINUTE)
    return Act(outcome="delivered", data=lambda at: {"deliveredAt": at.isoformat()}, wait=county.random.randint(25, 95) * MINUTE)


def death_certificate(county: County, step: Step) -> Act:
    values = step.values

    def certified(at: datetime) -> Mapping[str, Any]:
        died = {"deathAt": values.get("deathAt") or at.isoformat(), "deathPlace": values.get("deathPlace") or "总医院"}
        return {**died, "certificateBy": "随车医师·演示，县总医院"}

    return Act(data=certified)


def call_patient(county: County, step: Step) -> Act:
    if county.random.random() < 0.5:
        return Act(outcome="close", data={"noShowReason": "better"}, opinion="患者表示已好转")

    def called(at: datetime) -> Mapping[str, Any]:
        again = (at + 3 * DAY).astimezone(TIME_ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
        return {"callAt": at.isoformat(), "callResult": "reached", "appointmentAt": again.isoformat()}

    return Act(outcome="reschedule", data=called)


# --- the referral centre and who receives


def dispatch(county: County, step: Step) -> Act:
    values = step.values
    department = values.get("toDept") or "EMER"
    if values.get("rejectReason") and county.random.random() < 0.5:
        return Act(outcome="offer", data={"toInst": "CH00", "toDept": department})
    return Act(outcome="offer", data={"toInst": values.get("toInst") or "CH00", "toDept": department})


def accept(county: County, step: Step) -> Act:
    random, urgency = county.random, step.values.get("urgency")
    refuses = random.random()
    if urgency != "E" and refuses < 0.035:
        other = {"rejectReason": "no_bed", "alternative": "请安排其他科室或妇幼保健院"}
        return Act(outcome="refuse", opinion="本科无床", data=other, prompt=True)
    if refuses < 0.05:
        return Act(outcome="more", data={"questionText": "请补充近一周检查结果"}, prompt=True)
    if refuses < 0.05 + SILENT:
        return Act(never=True)
    return _takes(county, step)


def accept_assigned(county: County, step: Step) -> Act:
    return _takes(county, step)


def _takes(county: County, step: Step) -> Act:
    """Says yes, and when: by the time at which he says so. Who has somebody urgent does not let an offer lie."""
    random, urgency = county.random, step.values.get("urgency")
    mode = "bed" if urgency == "U" or random.random() < 0.25 else "outpatient"
    ahead, hour, minute = random.randint(2, 5) * DAY, random.choice((8, 9, 10, 14)), random.choice((0, 20, 40))
    place = {"visitPlace": "门诊三楼", "receivingDoctor": "接诊医师·演示", "receivingPhone": "199-0000-0601"}

    def said(at: datetime) -> Mapping[str, Any]:
        booked = (at + ahead).astimezone(TIME_ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
        when = {} if urgency == "U" else {"appointmentAt": booked.isoformat()}
        return {"acceptMode": mode, **when, **(place if mode == "outpatient" else {})}

    wait = random.randint(2, 12) * MINUTE if urgency == "U" else None
    return Act(outcome="accept", data=said, wait=wait, prompt=True)


def assign_bed(county: County, step: Step) -> Act:
    """The bed is found while the offer stands."""
    random = county.random
    wait = random.randint(3, 14) * MINUTE
    if step.values.get("urgency") == "R":
        wait = county.working(county.clock.now() + random.randint(10, 90) * MINUTE) - county.clock.now()
    if random.random() < 0.03:
        return Act(outcome="none", opinion="全院无床", data={"alternative": "妇幼保健院或省城协作医院"}, wait=wait)
    own = step.values.get("toDept") or "ORTH"
    # Where all places kept for referrals are taken, another department lends a bed.
    department = random.choice([other for other in LENDING if other != own]) if step.values.get("placeText") else own
    found = {"bedDept": department, "bedNo": str(random.randint(1, 45))}
    return Act(outcome="found", data=found, wait=wait)


def confirm_ready(county: County, step: Step) -> Act:
    return Act(outcome="ready", data={"receivingDoctor": "急诊医师·演示", "readyNote": "抢救室已备妥"})


def ready_en_route(county: County, step: Step) -> Act:
    return Act(outcome="ready", data={"readyNote": "抢救室已备妥"})


def arrival(county: County, step: Step) -> Act:
    booked, random = step.values.get("appointmentAt"), county.random
    if step.values.get("urgency") == "R" and random.random() < 0.06:
        return Act(never=True)
    wait = random.randint(40, 150) * MINUTE
    if booked:
        wait = max(datetime.fromisoformat(str(booked)) - county.clock.now() - random.randint(0, 40) * MINUTE, 30 * MINUTE)
    return Act(outcome="arrived", data=lambda at: {"arrivedAt": at.isoformat()}, wait=wait)


def handover_in(county: County, step: Step) -> Act:
    signed = {"inCondition": "同转出记录", "inSigner": "接诊医师·演示", "escortSigner": "随车医护·演示"}
    return Act(data=lambda at: {**signed, "inSignedAt": at.isoformat()})


def first_feedback(county: County, step: Step) -> Act:
    random = county.random
    urgency, mode = step.values.get("urgency"), step.values.get("acceptMode")
    stay = "outpatient" if mode == "outpatient" else random.choice(("inpatient", "inpatient", "surgery", "observation"))
    name = step.values.get("diagName") or "待查"
    return Act(data={"fbDiagName": name, "stay": "inpatient" if urgency == "E" else stay, "fbSummary": "已按诊疗规范处理。"})


def in_care(county: County, step: Step) -> Act:
    if county.random.random() < 0.008:
        told = {"deathCause": "多器官功能衰竭"}
        return Act(outcome="died", data=lambda at: {"deathAt": at.isoformat(), **told}, wait=county.random.randint(2, 9) * DAY)
    name = step.values.get("fbDiagName") or "好转"
    stay = county.random.randint(3, 14) * DAY + county.random.randint(-90, 240) * MINUTE
    return Act(outcome="discharged", data=lambda at: {"dischargeAt": at.isoformat(), "dischargeDiagName": name}, wait=stay)


def after_discharge(county: County, step: Step) -> Act:
    name = step.values.get("fbDiagName") or step.values.get("diagName")
    if county.random.random() < 0.45:
        return Act(outcome="down", data={"dischargeDiagName": name})
    return Act(outcome="advice", data={"advice": "按时服药，一月后复查。"})


# --- down again


def down_draft(county: County, step: Step) -> Act:
    home = str(step.values.get("fromInst") or "CH01")[:4]
    stable = {"stableHours": 48, "pendingCritical": "none", "drugsAvailable": "yes"}
    told = {"homeInst": home if home.startswith("CH0") and home not in ("CH00", "CH09") else "CH01", "downCodes": ["D3"]}
    return Act(outcome="submit", data=lambda at: {**told, **stable, "plan": "继续口服药物，门诊随访。", **_signed(step, at)})


def accept_return(county: County, step: Step) -> Act:
    if county.random.random() < 0.005:
        return Act(outcome="refuse", opinion="暂缺所需药品", data={"refuseDown": "drug"})
    return Act(outcome="accept", data={"followInst": step.institution[:4], "followPost": "BR_GP"})


def return_intake(county: County, step: Step) -> Act:
    told = {"rehabPlan": "按回转单方案康复"}
    return Act(
        outcome="received", data=lambda at: {"returnedAt": at.isoformat(), **told}, wait=county.random.randint(20, 60) * HOUR
    )


def follow_up(county: County, step: Step) -> Act:
    if county.random.random() < 0.05:
        return Act(never=True)
    return Act(outcome="finish", data=_visited)


def chase_follow_up(county: County, step: Step) -> Act:
    return Act(data=_visited)


def _day(at: datetime) -> str:
    return at.astimezone(TIME_ZONE).date().isoformat()


def _visited(at: datetime) -> Mapping[str, Any]:
    return {"visitAt": at.isoformat(), "visitMode": "phone", "visitFindings": "恢复良好"}


def _at(field: str, outcome: str = "done", **data: Any) -> Habit:
    """A step at which everybody does the same and says when."""
    return lambda county, step: Act(outcome=outcome, data=lambda at: {field: at.isoformat(), **data})


HABITS: Mapping[str, Mapping[str, Habit]] = {
    "referral_from": {
        "draft": draft,
        "consent": consent,
        "internal_audit": internal_audit,
        "await_reply": always(Act(never=True)),
        "handover_out": handover_out,
        "en_route": en_route,
        "call_patient": call_patient,
        "supplement": decided("done", supplementText="已补充检查结果"),
        "inform_patient": _at("informedAt"),
        "late_consent": late_consent,
        "merge_question": decided("separate", "不是同一次发病"),
        "death_certificate": death_certificate,
        "adverse_event": decided("done", eventCourse="途中病情突变，抢救无效。", eventLevel="1"),
        "bereavement_call": _at("bereavementAt"),
        "read_refusal": _at("informedAt"),
    },
    "referral_centre": {
        "dispatch": dispatch,
        "arbitration": decided("assign", "由该科接收", toInst="CH00", toDept="EMER"),
        "death_discussion": _at("discussionAt", discussionResult="诊疗和转运符合规范，途中监护要加强。"),
        "out_filing": lambda county, step: Act(data=lambda at: {"filingNo": f"BA{county.number():05d}", "filedOn": _day(at)}),
    },
    "referral_to": {
        "accept": accept,
        "accept_assigned": accept_assigned,
        "assign_bed": assign_bed,
        "confirm_ready": confirm_ready,
        "ready_en_route": ready_en_route,
        "arrival": arrival,
        "release_bed": _at("bedReleasedAt"),
        "handover_in": handover_in,
        "first_feedback": first_feedback,
        "in_care": in_care,
        "after_discharge": after_discharge,
    },
    "referral_down": {
        "down_draft": down_draft,
        "dept_audit": decided("pass"),
        "revise_down": decided("cancel", "改为门诊随访"),
    },
    "referral_return": {
        "accept_return": accept_return,
        "return_intake": return_intake,
        "bereavement": _at("bereavementAt"),
    },
    "referral_follow_up": {"follow_up": follow_up, "chase_follow_up": chase_follow_up},
}
