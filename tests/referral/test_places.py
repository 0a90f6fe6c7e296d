"""Identity and duplicates, targets, reservations, metrics."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Invalid
from engine.functions import REGISTERED
from tests.referral.community import parameters

NOW = "2026-11-24T09:00:00+08:00"
ID = "00000019600304041X"
"""A man born on 1960-03-04."""


def check(**inputs: Any) -> Any:
    rules = parameters("referral")["duplicate"]
    about = {"idType": "01", "idNo": ID, "sex": "1", "birth": "1960-03-04", "diagCode": "M17.1", "now": NOW, "rules": rules}
    return REGISTERED["referral.check"]({**about, **inputs})


def test_an_identity_number_that_agrees_has_no_problem() -> None:
    found = check()
    assert (found["problems"], found["duplicate"], found["text"]) == ([], "none", "证件与查重无异常。")


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"idNo": ID[:-1] + "0"}, ["check-digit"]),
        ({"idNo": "123"}, ["check-digit"]),
        ({"birth": "1960-03-05"}, ["birth"]),
        ({"sex": "2"}, ["sex"]),
        ({"sex": "2", "birth": "1960-03-05"}, ["birth", "sex"]),
        ({"sex": "9"}, []),
        ({"idNo": None}, ["no-number"]),
        ({"unknownPatient": True, "idNo": None}, ["unknown-patient"]),
        ({"idType": "03", "idNo": "E12345678"}, []),
    ],
)
def test_what_does_not_agree_is_named(change: dict[str, Any], problems: list[str]) -> None:
    assert check(**change)["problems"] == problems


def earlier(at: str, code: str = "M17.9", number: str = ID) -> dict[str, str]:
    return {"referralNo": "ZZ1", "idNo": number, "diagCode": code, "at": at}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (earlier("2026-11-24T03:00:00+08:00", "I10"), "merge"),
        (earlier("2026-11-24T02:59:59+08:00", "I10"), "none"),
        (earlier("2026-10-25T09:00:00+08:00"), "warn"),
        (earlier("2026-10-25T08:59:59+08:00"), "none"),
        (earlier("2026-11-20T09:00:00+08:00", "I10"), "none"),
        (earlier("2026-11-24T08:00:00+08:00", number="000000196003040427"), "none"),
        (earlier("2026-11-25T08:00:00+08:00"), "none"),
    ],
)
def test_duplicates_are_the_same_patient_lately_or_the_same_disease_within_a_month(entry: dict[str, str], expected: str) -> None:
    assert check(history=[entry])["duplicate"] == expected


def suggest(**inputs: Any) -> Any:
    shipped = parameters("referral")
    about = {
        "targets": shipped["targets"],
        "weights": shipped["targetWeights"],
        "travel": shipped["travelMinutes"]["CH05"],
        "diagCode": "M17.1",
        "urgency": "R",
        "own": "CH05",
        "now": NOW,
    }
    return REGISTERED["referral.suggestTargets"]({**about, **inputs})["suggestions"]


def test_the_department_of_the_disease_comes_first() -> None:
    assert [suggest(diagCode=code)[0]["dept"] for code in ("M17.1", "I21.0", "N18.5", "J44.1")] == [
        "ORTH",
        "CARD",
        "NEPH",
        "RESP",
    ]


def test_the_choice_of_a_routine_patient_overrides_the_score() -> None:
    assert suggest(toInst="CH00", toDept="TCM")[0]["dept"] == "TCM"
    assert suggest(toInst="CH00", toDept="TCM", urgency="U")[0]["dept"] == "ORTH"


def test_the_green_channel_counts_capability_and_time_only() -> None:
    scores = {item["dept"]: item["score"] for item in suggest(urgency="E", toInst="CH00", toDept="ORTH")}
    assert scores["ORTH"] == 40
    assert suggest(urgency="E", travel={"CH00": 0})[0]["score"] == 55


def test_pregnant_women_and_newborns_find_their_departments() -> None:
    assert {item["dept"] for item in suggest(diagCode="Z34", pregnant=True)[:2]} == {"OBGY"}
    assert suggest(diagCode="R50", birth="2026-11-10")[0]["dept"] == "PEDI"


def test_an_infection_needs_isolation_and_nobody_is_sent_home() -> None:
    assert {item["dept"] for item in suggest(infection="suspected")} <= {"ICU", "EMER", "RESP"}
    assert all(item["inst"] != "CH00" for item in suggest(own="CH00"))


def auto(**inputs: Any) -> tuple[str, str]:
    found = REGISTERED["referral.autoTarget"]({"fallback": parameters("referral")["autoAssign"], **inputs})
    return found["toInst"], found["toDept"]


def test_nobody_dispatched_in_time() -> None:
    best = [{"inst": "CH00", "dept": "ORTH"}, {"inst": "CH00", "dept": "REHA"}]
    assert auto(urgency="E", suggestions=best) == ("CH00", "EMER")
    assert auto(urgency="R", toInst="CH09", toDept="OBGY", suggestions=best) == ("CH09", "OBGY")
    assert auto(urgency="R", suggestions=best, refusedBy=["CH00/ORTH"]) == ("CH00", "REHA")
    assert auto(urgency="U") == ("CH00", "EMER")
    with pytest.raises(Invalid):
        auto(urgency="U", refusedBy=["CH00/EMER"])


def reserve(mode: str, urgency: str, appointment: str | None = None) -> Any:
    shipped = parameters("referral")
    about = {"rules": shipped["reservation"], "noShow": shipped["noShow"], "toDept": "ORTH", "offerNo": "ZZ1-1", "now": NOW}
    return REGISTERED["referral.reserve"]({**about, "acceptMode": mode, "urgency": urgency, "appointmentAt": appointment})


def test_an_urgent_bed_is_kept_four_hours() -> None:
    found = reserve("bed", "U")
    assert (found["needsBed"], found["lockUntil"], found["keptUntil"]) == (True, "2026-11-24T05:00:00Z", "2026-11-24T05:00:00Z")


def test_people_are_told_when_a_place_goes_to_somebody_else() -> None:
    appointment = "2026-11-26T09:00:00+08:00"
    assert reserve("outpatient", "R", appointment)["keptUntil"] == "2026-11-27T01:00:00Z"
    assert reserve("bed", "R", appointment)["keptUntil"] == "2026-11-26T03:00:00Z"


def test_a_routine_bed_is_kept_until_two_hours_after_the_appointment() -> None:
    found = reserve("bed", "R", "2026-11-26T09:00:00+08:00")
    assert (found["lockUntil"], found["noShowAt"]) == ("2026-11-26T03:00:00Z", "2026-11-27T01:00:00Z")


def test_without_a_bed_the_lock_never_ends_before_the_no_show() -> None:
    for mode, urgency in (("outpatient", "R"), ("er", "E"), ("bed", "E"), ("examination", "R")):
        found = reserve(mode, urgency)
        assert found["noShowAt"] == "2026-11-25T01:00:00Z" < found["lockUntil"]


def test_the_emergency_room_keeps_nothing_and_receives_at_its_own_desk() -> None:
    found = reserve("er", "E")
    assert (found["reserved"], found["needsBed"], found["arrivalDept"]) == (False, False, "EMER")
    assert reserve("outpatient", "R")["arrivalDept"] == "ORTH"


def test_an_appointment_that_has_passed_counts_from_now() -> None:
    assert reserve("outpatient", "R", "2026-11-20T09:00:00+08:00")["noShowAt"] == "2026-11-25T01:00:00Z"


def test_what_cannot_be_reserved_is_refused() -> None:
    with pytest.raises(Invalid):
        reserve("sofa", "R")
    with pytest.raises(Invalid):
        reserve("bed", "R", "tomorrow")


def test_metrics_know_what_was_in_time_and_what_is_unknown() -> None:
    found = REGISTERED["referral.metrics"](
        {
            "urgency": "U",
            "requestedAt": "2026-11-24T09:00:00+08:00",
            "acceptedAt": "2026-11-24T01:31:30Z",
            "arrivedAt": "2026-11-24T04:00:00Z",
            "refusals": 1,
            "missed": 0,
            "offers": 2,
            "limits": parameters("referral")["metrics"],
        }
    )
    assert (found["acceptMinutes"], found["acceptedInTime"]) == (31, False)
    assert (found["arrivalMinutes"], found["feedbackMinutes"], found["feedbackInTime"]) == (180, None, None)
