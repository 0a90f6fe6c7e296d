"""Beds and slots are shared by all referrals: nobody gets a place that is taken, and every exit gives it back."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from cli.library import LIBRARY, read_folder
from engine.commands.deployment import Deploy
from engine.store.tables import Reservation
from engine.testing import CaseView, County
from tests.engine.interleaving import race
from tests.referral.referrals import BEDS, CLERK, DOCTOR, ORTHOPAEDICS, accept, offered, requested

LOST = {"withdrawReason": "patient"}


def scarce(county: County, **places: int) -> None:
    """Orthopaedics has only so many places, by way of acceptance."""
    files = dict(read_folder(LIBRARY / "referral"))
    parameters = json.loads(files["parameters.json"])
    for mode, places_of in places.items():
        parameters["reservation"]["capacity"][mode]["CH00/ORTH"] = places_of
    files["parameters.json"] = json.dumps(parameters).encode()
    county.execute(Deploy(name="referral", resources=files))


def wanting(county: County, mode: str, **more: Any) -> tuple[CaseView, CaseView, CaseView]:
    """A referral that orthopaedics has accepted: the cases of the sender, the centre and the receiver."""
    sender, centre = requested(county)
    (case,) = offered(county, centre, ("CH00", "ORTH"))
    accept(county, ORTHOPAEDICS, case, mode, **more)
    county.work()
    return sender, centre, case


def held(county: County) -> list[tuple[str, str]]:
    """Resource and state of every place, the oldest first."""
    places = select(Reservation.resource, Reservation.state).where(Reservation.resource.not_like("referral/%"))
    rows = county.rows(places.order_by(Reservation.key))
    return [(row.resource, row.state) for row in rows]


def test_two_referrals_never_get_the_last_bed_and_a_lock_that_ends_sends_the_case_back(both: County) -> None:
    county = both
    scarce(county, bed=1)
    first, second = wanting(county, "bed"), wanting(county, "bed")
    found = {"bedDept": "ORTH", "bedNo": "12"}
    racers = race(
        *(
            lambda case=case: county.person(BEDS).complete(case.task("assign_bed"), "found", found)
            for _, _, case in (first, second)
        )
    )
    assert [racer.code for racer in racers] == ["ok", "ok"]
    county.work()
    won, lost = (first, second) if first[2].open == ["arrival"] else (second, first)
    assert lost[2].open == ["assign_bed"]
    assert "床位已满" in lost[2].variables["placeText"]
    assert held(county) == [("bed/CH00/ORTH", "held")]

    # The winner withdraws before leaving: its bed is free, and the other gets it.
    county.person(DOCTOR).complete(won[0].task("handover_out"), "withdraw", LOST, opinion="患者改变主意")
    county.work()
    assert held(county) == [("bed/CH00/ORTH", "released")]
    county.person(BEDS).complete(lost[2].task("assign_bed"), "found", found)
    county.work()
    assert (lost[2].open, lost[0].open) == (["arrival"], ["handover_out"])

    # On the way when the lock ends: the centre dispatches anew, number and history stay, the bed is free.
    number = lost[0].row.number
    departed = {"transport": "self", "departedAt": "2026-11-26T08:00:00+08:00"}
    county.pass_time("P1DT23H")
    county.person(CLERK).complete(lost[0].task("handover_out"), "depart", departed)
    county.work()
    county.pass_time("PT3H")
    assert [state for _, state in held(county)] == ["released", "expired"]
    assert lost[1].open == ["dispatch"]
    assert (lost[0].row.number, lost[1].variables["referralNo"], lost[1].variables["acceptedOnce"]) == (number, number, True)
    assert not county.incidents()


def test_a_day_without_slots_asks_for_another_and_a_full_new_day_goes_back_to_the_centre(county: County) -> None:
    scarce(county, outpatient=1)
    sender, centre, case = wanting(county, "outpatient")
    taken = wanting(county, "outpatient")[2]
    assert taken.open == ["accept"]
    assert "号源已满" in taken.variables["placeText"]
    accept(county, ORTHOPAEDICS, taken, appointmentAt="2026-11-30T09:00:00+08:00")
    county.work()
    assert taken.open == ["arrival"]

    # The first does not come and wants the day that the other has.
    county.pass_time("P3D")
    assert (sender.open, case.open) == (["call_patient"], [])
    rescheduled = {"appointmentAt": "2026-11-30T10:00:00+08:00", "callAt": "2026-11-27T09:00:00+08:00"}
    county.person(DOCTOR).complete(sender.task("call_patient"), "reschedule", rescheduled)
    county.work()
    assert centre.open == ["dispatch"]
    assert sorted(held(county)) == [("outpatient/CH00/ORTH/2026-11-26", "released"), ("outpatient/CH00/ORTH/2026-11-30", "held")]
    assert not county.incidents()
