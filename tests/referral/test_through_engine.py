"""The main scenarios through the whole engine: the demo community's people, its store, its clock, its message routes.

Each task is decided by somebody to whom it was really offered, so that no step may fall to the administrator for want
of people.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from engine.commands.instance import StartInstance
from engine.commands.task import CompleteTask
from engine.errors import NotFound
from engine.queries.documents import ListDocuments, PrintDocument
from engine.records import Actor
from engine.store.tables import Appointment, Institution, Message, Person, ProcessInstance, Round, Seat, Variable
from engine.testing import CaseView, County
from tests.referral.scenarios import cases, tagged

STARTERS = ("BR_GP", "V_DOC", "SPEC_DOC")
ELSEWHERE = ("DrugGap", "DispatchNeed", "FindingDetected")
"""Messages that other libraries take."""
NUMBERS = ("ZZ2026CH0500001", "HZ2026CH0000001")
"""Numbers in the scenario files, for which the drawn number stands in."""


@pytest.mark.parametrize("path", tagged("main"), ids=lambda path: path.stem)
def test_scenario(county: County, path: Path) -> None:
    """Every step finds its people, every message its case, and no incident is raised."""
    number = ""
    for step in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["steps"]:
        number = _do(county, _renumbered(step, number), number)
        county.work()
        assert not county.incidents(), (step, county.incidents())
    assert not [seat for seat in county.rows(select(Seat.element, Seat.reason)) if seat.reason]
    left = select(Message.name).where(Message.state.in_(("waiting", "dead")), Message.channel == "PLATFORM")
    assert county.rows(left.where(Message.name.not_in(ELSEWHERE))) == []


def _do(county: County, step: Mapping[str, Any], number: str) -> str:
    if "start" in step:
        case = county.case(county.execute(_start(county, step), _starter(county, step["at"])).instance)
        return str(case.row.number)
    if "complete" in step:
        _complete(county, step)
    elif "message" in step:
        _message(county, step)
    elif "advance_time" in step:
        county.pass_time(step["advance_time"])
    elif "expect_tasks" in step:
        assert _open(county) == sorted(step["expect_tasks"])
    elif "expect_ended" in step:
        states = [row.state for row in county.rows(select(ProcessInstance.state))]
        assert ("active" not in states) == step["expect_ended"]
    return number


def _message(county: County, step: Mapping[str, Any]) -> None:
    given = step["message"]
    sent = county.send(given["name"], to=given["to"], correlation=given["correlation"], payload=given["vars"])
    assert (sent.state == "delivered") != bool(step.get("expect_error"))


def _start(county: County, step: Mapping[str, Any]) -> StartInstance:
    return StartInstance(process_key=step["start"], capacity=_chair(county, step["at"]).id)


def _starter(county: County, institution: str) -> Actor:
    return _actor(county, _chair(county, institution).person)


def _chair(county: County, institution: str) -> Any:
    statement = (
        select(Appointment.id, Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Institution.code == institution, Appointment.post.in_(STARTERS))
        .order_by(Appointment.key)
    )
    return county.rows(statement)[0]


def _complete(county: County, step: Mapping[str, Any]) -> None:
    statement = (
        select(Seat.id, Round.resolved)
        .join(Round, Round.key == Seat.round)
        .where(Seat.element == step["complete"], Seat.state.in_(("open", "claimed")))
        .order_by(Seat.key)
    )
    seat = county.rows(statement)[step.get("nth", 0)]
    command = CompleteTask(
        task=seat.id, outcome=step.get("outcome", "done"), data=step.get("vars", {}), opinion=step.get("opinion")
    )
    county.execute(command, _actor(county, seat.resolved["persons"][0]))


def _actor(county: County, person: int) -> Actor:
    name = county.scalar(select(Person.name).where(Person.key == person))
    return Actor(person=person, name=name, rights=frozenset())


def _open(county: County) -> list[str]:
    return sorted(row.element for row in county.rows(select(Seat.element).where(Seat.state.in_(("open", "claimed")))))


def _renumbered(step: Any, number: str) -> Any:
    text = json.dumps(step, default=str)
    for given in NUMBERS if number else ():
        text = text.replace(given, number)
    return json.loads(text, parse_float=Decimal)


def test_a_patient_of_whom_nothing_is_known_yet_has_a_subject_line(county: County) -> None:
    """The green channel fills in what is known; lists must call the case something all the same."""
    chair = _chair(county, "CH05")
    case = county.case(
        county.execute(StartInstance(process_key="referral_from", capacity=chair.id), _actor(county, chair.person)).instance
    )
    known = {"kind": "emergency", "declaredUrgency": "E", "unknownPatient": True, "sex": "1", "diagName": "骨盆骨折"}
    reached = {"fromDoctor": "秦川·演示", "fromPhone": "199-0000-0502", "toInst": "CH00", "toDept": "EMER", "transport": "ems"}
    signs = {"pulse": 128, "sbp": 82, "dbp": 50, "spo2": 97, "consciousness": "stupor", "at": "2026-11-24T00:00:00Z"}
    data = {**known, **reached, "signs": ["major_trauma"], "vital": signs}
    county.execute(CompleteTask(task=case.task("draft").id, outcome="submit", data=data), _actor(county, chair.person))
    county.work()
    assert (case.row.subject, case.row.subject_masked) == ("无名氏 男，骨盆骨折", "无名氏 男，骨盆骨折")
    assert {row.subject for row in county.rows(select(ProcessInstance.subject))} == {"无名氏 男，骨盆骨折"}
    assert not county.incidents()


def test_the_papers_of_a_referral(county: County) -> None:
    """The slip in two copies, of which the stub tells less; the receipt of the receiver; nothing to whom it does not concern."""
    (path,) = (found for found in tagged("main") if found.stem == "routine")
    number = ""
    for step in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["steps"]:
        number = _do(county, _renumbered(step, number), number)
        county.work()
    papers = {case.process_key: case.id for case in county.cases()}
    assert sorted(_papers(county, papers["referral_from"], "CH05", "BR_REF")) == [
        "referral_consent",
        "referral_handover",
        "referral_out_slip",
    ]
    assert _papers(county, papers["referral_to"], "CH00", "DEPT_HEAD") == ["referral_receipt"]
    doctor = _actor(county, _chair(county, "CH05").person)
    content = county.engine.query(PrintDocument(instance=papers["referral_from"], document="referral_out_slip"), doctor).content
    stub, slip = ("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)
    for words in ("双向转诊（转出）单", number, "不作为就诊凭证", "膝骨关节炎", "U4技术设备不能处置"):
        assert words in stub, words
        assert words in slip, words
    assert ("现病史" in stub, "现病史" in slip) == (False, True)


def _papers(county: County, case: UUID, institution: str, post: str) -> list[str]:
    """Ids of the documents that some holder of a post who sees the case may print."""
    holders = (
        select(Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Institution.code == institution, Appointment.post == post)
    )
    found: list[str] = []
    for row in county.rows(holders):
        with suppress(NotFound):
            found += [choice.id for choice in county.engine.query(ListDocuments(instance=case), _actor(county, row.person))]
    return list(dict.fromkeys(found))


def test_who_refused_or_was_withdrawn_keeps_nothing_of_the_patient(county: County) -> None:
    """Of three places that were asked, the two that do not receive the patient keep number and answer, not who or what it is."""
    (path,) = (found for found in cases() if found.stem == "several_asked")
    number, told = "", ("name", "phone", "birth", "diagName", "presentIllness")
    steps = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["steps"]
    patient = {name: value for step in steps for name, value in step.get("vars", {}).items() if name in told}
    for step in steps:
        number = _do(county, _renumbered(step, number), number)
        county.work()
    offers = county.cases("referral_to")
    known = {case.id: [name for name in patient if patient[name] in _kept(county, case)] for case in offers}
    assert sorted(map(len, known.values()))[:-1] == [0] * (len(offers) - 1)
    (received,) = (case for case in offers if known[case.id])
    for case in offers:
        masked = case.row.subject == f"{patient['name'][:1]}*，（未接收，病情不再显示）"
        assert masked == (case.id != received.id), case.row.subject
        assert case.variables["referralNo"] == number


def _kept(county: County, case: CaseView) -> str:
    """All that a case's variables and its own columns say."""
    values = county.rows(select(Variable.value).where(Variable.instance == case.row.key))
    return json.dumps([list(row) for row in values], ensure_ascii=False, default=str) + str(case.row.subject)
