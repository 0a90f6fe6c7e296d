"""What is promised to a patient lies ahead, is kept while it is looked for, and is told where he was referred before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import InvalidForm
from engine.store.tables import Reservation
from engine.testing import County
from tests.referral.referrals import (
    BEDS,
    CLERK,
    CONSENT,
    DOCTOR,
    ORTHOPAEDICS,
    PATIENT,
    accept,
    messages,
    offered,
    requested,
)

PASSED = "2026-11-24T08:30:00+08:00"
SOON = "2026-11-24T09:30:00+08:00"


def test_an_appointment_that_has_passed_is_refused_in_the_form_and_again_when_the_answer_arrives(county: County) -> None:
    sender, centre = requested(county)
    (asked,) = offered(county, centre, ("CH00", "ORTH"))
    with pytest.raises(InvalidForm) as refusal:
        accept(county, ORTHOPAEDICS, asked, appointmentAt=PASSED)
    assert [(error.path, error.message) for error in refusal.value.errors] == [("appointmentAt", "预约时间须晚于现在。")]
    # It lies ahead when it is written; the answer is an hour on its way.
    accept(county, ORTHOPAEDICS, asked, appointmentAt=SOON)
    county.clock.advance(timedelta(hours=1))
    county.work()
    assert (sender.open, centre.open, asked.state) == (["await_reply"], ["dispatch"], "terminated")
    assert centre.variables["acceptedAt"] is None
    assert [payload["withdrawReason"] for _, payload in messages(county, "OfferWithdrawn")] == ["预约时间已过，患者赶不上"]
    assert messages(county, "ReferralAccepted") == []
    assert county.incidents() == []


def test_a_bed_that_is_found_after_the_appointment_is_kept_from_then_on(both: County) -> None:
    """Looking for it is no silence, what has passed is promised to nobody, and a withdrawal gives the bed back."""
    county = both
    sender, centre = requested(county, kind="inpatient", medicalNo="Z000123")
    (asked,) = offered(county, centre, ("CH00", "ORTH"))
    accept(county, ORTHOPAEDICS, asked, "bed", appointmentAt=SOON)
    county.work()
    county.pass_time("P1DT4H")
    assert (asked.open, centre.variables["missed"], messages(county, "OfferSilent")) == (["assign_bed"], 0, [])
    county.restart()
    county.person(BEDS).complete(asked.task("assign_bed"), "found", {"bedDept": "ORTH", "bedNo": "12"})
    county.work()
    assert (asked.open, sender.open, county.incidents()) == (["arrival"], ["handover_out"], [])
    assert (asked.variables["appointmentAt"], asked.variables["lockUntil"]) == (None, "2026-11-25T07:00:00Z")
    held = select(Reservation.resource, Reservation.state).where(Reservation.instance == asked.key)
    assert [tuple(row) for row in county.rows(held)] == [("bed/CH00/ORTH", "held")]
    county.person(DOCTOR).complete(sender.task("handover_out"), "withdraw", {"withdrawReason": "better"}, opinion="已好转")
    county.work()
    assert [tuple(row) for row in county.rows(held)] == [("bed/CH00/ORTH", "released")]
    assert asked.variables["releaseText"].endswith("/bed 已释放。")
    assert asked.open == ["release_bed"]


def test_the_doctor_is_told_of_an_earlier_referral_that_his_institution_may_see(county: County) -> None:
    """The same patient and illness within thirty days; what was never sent, and what another branch has sent, stays untold."""
    first = _sent(county, DOCTOR, CLERK)
    _sent(county, "CH06-003", "CH06-002")
    county.pass_time("P3D")
    doctor = county.person(DOCTOR)
    draft = doctor.start("referral_from")
    doctor.complete(draft.task("draft"), "submit", PATIENT)
    assert draft.variables["checkText"] == f"证件与查重无异常。近 30 天内因同一疾病转诊过：{first}（2026-11-24）。"
    assert draft.variables["checkText"] in draft.variables["screeningText"]
    # Going through the check again does not find the case itself; another illness finds nothing.
    doctor.complete(draft.task("consent"), "revise")
    doctor.complete(draft.task("draft"), "submit", {"diagCode": "I10", "diagName": "高血压"})
    assert draft.variables["checkText"] == "证件与查重无异常。"
    county.pass_time("P31D")
    late = doctor.start("referral_from")
    doctor.complete(late.task("draft"), "submit", PATIENT)
    assert "近 30 天" not in late.variables["checkText"]


def _sent(county: County, who: str, auditor: str) -> str:
    """A referral of the same patient from the branch of a doctor, as far as the centre; its number."""
    doctor = county.person(who)
    case = doctor.start("referral_from")
    doctor.complete(case.task("draft"), "submit", PATIENT)
    if "merge_question" in case.open:
        doctor.complete(case.task("merge_question"), "separate", opinion="另一侧膝关节")
    doctor.complete(case.task("consent"), "agree", CONSENT)
    county.person(auditor).complete(case.task("internal_audit"), "pass")
    county.work()
    return str(case.row.number)
