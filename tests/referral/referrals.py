"""People of the demo community who carry a referral on, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.store.tables import Message
from engine.testing import CaseView, County
from tests.referral.community import TUESDAY

DOCTOR, CLERK = "CH05-003", "CH05-002"
"""A general practitioner of the sending branch, and who audits there."""
COORDINATOR = "CH00-006"
BEDS = "CH00-011"
ORTHOPAEDICS, REHABILITATION, EMERGENCY = "CH00-013", "CH00-015", "CH00-019"
DONGWAN = "CH01-002"
"""Who answers offers for the branch CH01."""
APPOINTMENT = "2026-11-26T09:00:00+08:00"
NOW = "2026-11-24T09:00:00+08:00"
PATIENT = {
    "kind": "outpatient",
    "declaredUrgency": "R",
    "name": "钱荣·演示",
    "idType": "01",
    "idNo": "00000019600304041X",
    "sex": "1",
    "birth": "1960-03-04",
    "phone": "199-0000-0512",
    "insurance": "390",
    "fromDept": "GP",
    "fromDoctor": "莫成林·演示",
    "fromPhone": "199-0000-0501",
    "toInst": "CH00",
    "toDept": "ORTH",
    "diagCode": "M17.1",
    "diagName": "膝骨关节炎",
    "reasonCodes": ["U4"],
    "presentIllness": "右膝疼痛三年，加重一月，行走困难。",
    "allergyState": "no",
    "transport": "self",
    "escort": "none",
}
CONSENT = {
    "consentMethod": "paper",
    "consentSigner": "钱荣·演示",
    "consentRelation": "self",
    "consentAt": "2026-11-24T08:55:00+08:00",
}


def prepared(url: str) -> County:
    """The demo community with the referral library deployed."""
    county = County(url, clock=VirtualClock(TUESDAY), demo=True)
    load_demo(county.engine)
    county.execute(Deploy(name="referral", resources=read_folder(LIBRARY / "referral")))
    return county


def requested(county: County, **more: Any) -> tuple[CaseView, CaseView]:
    """A routine referral that waits to be dispatched: the sender's case and the centre's."""
    doctor = county.person(DOCTOR)
    case = doctor.start("referral_from")
    # A patient of his own each: a second slip for the same one would be asked about.
    passport = {"idType": "03", "idNo": f"E{case.row.number[-8:]}"}
    doctor.complete(case.task("draft"), "submit", {**PATIENT, **passport, **more})
    doctor.complete(case.task("consent"), "agree", CONSENT)
    county.person(CLERK).complete(case.task("internal_audit"), "pass")
    county.work()
    return case, county.cases("referral_centre")[-1]


def offered(county: County, centre: CaseView, *places: tuple[str, str]) -> Sequence[CaseView]:
    """The centre asks these places at once; the cases of those asked, in the order of the places."""
    before = {case.id for case in county.cases("referral_to")}
    (inst, dept), others = places[0], [{"inst": inst, "dept": dept} for inst, dept in places[1:]]
    data = {"toInst": inst, "toDept": dept, "alsoAsk": others}
    county.person(COORDINATOR).complete(centre.task("dispatch"), "offer", data)
    county.work()
    asked = [case for case in county.cases("referral_to") if case.id not in before]
    return sorted(asked, key=lambda case: str(case.variables["offerNo"]))


def accept(county: County, who: str, case: CaseView, mode: str = "outpatient", **more: Any) -> None:
    """Somebody accepts; the answer is on its way and not delivered yet."""
    data = {"acceptMode": mode, "appointmentAt": APPOINTMENT, **more}
    county.person(who).complete(case.task("accept"), "accept", data)


def messages(county: County, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """State and payload of every message of a name, the oldest first."""
    rows = county.rows(select(Message.state, Message.payload).where(Message.name == name).order_by(Message.key))
    return [(row.state, row.payload) for row in rows]
