"""Who is told of a referral, and that no line to anybody says who the patient is or what he has."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.tables import Notification, Person
from engine.testing import County
from tests.referral.referrals import COORDINATOR, DOCTOR, EMERGENCY, ORTHOPAEDICS, PATIENT, accept, messages, offered, requested

DIRECTORS = ("CH00-004", "CH00-005")
"""Of the medical department, who are on duty over the whole house."""


def told(county: County) -> dict[str, list[str]]:
    """The lines to each person, by his staff number."""
    found: dict[str, list[str]] = {}
    columns = (Person.staff_number, Notification.text, Notification.text_en)
    for row in county.rows(select(*columns).join(Person, Person.key == Notification.person).order_by(Notification.key)):
        found.setdefault(row.staff_number, []).append(f"{row.text} {row.text_en}")
    return found


def test_the_green_channel_tells_the_desk_the_emergency_room_and_who_is_on_duty(county: County) -> None:
    doctor = county.person(DOCTOR)
    case = doctor.start("referral_from")
    vital = {"pulse": 128, "sbp": 82, "dbp": 50, "spo2": 97, "consciousness": "stupor", "at": "2026-11-24T08:50:00+08:00"}
    signs = {"declaredUrgency": "E", "signs": ["major_trauma"], "vital": vital, "transport": "ems", "escort": "doctor"}
    doctor.complete(case.task("draft"), "submit", {**PATIENT, **signs, "kind": "emergency"})
    county.work()
    centre = county.cases("referral_centre")[-1]
    assert COORDINATOR in told(county)
    offered(county, centre, ("CH00", "EMER"))
    lines = told(county)
    assert {COORDINATOR, EMERGENCY, *DIRECTORS} <= set(lines)
    assert not _names_the_patient(lines)


def test_the_patient_hears_of_each_change_and_the_lines_to_staff_name_nobody(county: County) -> None:
    """Accepted, reminded twice, withdrawn; a desk whose term runs out is reminded, and its superior hears of it."""
    sender, centre = requested(county)
    (asked,) = offered(county, centre, ("CH00", "ORTH"))
    accept(county, ORTHOPAEDICS, asked)
    county.work()
    county.pass_time("P1DT23H")
    doctor = county.person(DOCTOR)
    doctor.complete(sender.task("handover_out"), "withdraw", {"withdrawReason": "better"}, opinion="已好转")
    county.work()
    heard = [payload["notice"] for _, payload in messages(county, "PatientNotice")]
    assert heard == ["accepted", "reminder", "reminder", "withdrawn"]
    lines = told(county)
    assert {COORDINATOR, ORTHOPAEDICS, DOCTOR} <= set(lines)
    assert not _names_the_patient(lines)


def _names_the_patient(lines: dict[str, list[str]]) -> list[str]:
    secrets = [str(PATIENT[key]) for key in ("name", "idNo", "phone", "diagCode", "diagName", "presentIllness")]
    secrets += ["钱荣", "膝"]
    return [line for texts in lines.values() for line in texts if any(secret in line for secret in secrets)]
