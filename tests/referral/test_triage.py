"""Urgency classes and criteria against the tables of the domain, with the parameters that ship."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Invalid
from engine.functions import REGISTERED
from tests.referral.community import parameters

NOW = "2026-11-24T09:00:00+08:00"


def classify(**inputs: Any) -> Any:
    return REGISTERED["referral.triage"]({"now": NOW, "thresholds": parameters("referral")["triage"], **inputs})


@pytest.mark.parametrize(
    "sign", ["chest_pain", "stroke", "major_trauma", "obstetric_crisis", "newborn_crisis", "poisoning", "unconscious"]
)
def test_every_red_sign_opens_the_green_channel(sign: str) -> None:
    assert classify(signs=[sign])["urgency"] == "E"


@pytest.mark.parametrize(
    ("vital", "expected"),
    [
        ({"sbp": 89}, "E"),
        ({"sbp": 90}, "R"),
        ({"sbp": 219}, "R"),
        ({"sbp": 220}, "E"),
        ({"spo2": 89}, "E"),
        ({"spo2": 90}, "R"),
        ({"gcs": 12}, "E"),
        ({"gcs": 13}, "R"),
        ({"consciousness": "coma"}, "E"),
        ({"consciousness": "drowsy"}, "R"),
        ({"glucose": Decimal("16.7")}, "U"),
        ({"glucose": Decimal("16.6")}, "R"),
        ({"glucose": Decimal("3.9")}, "U"),
        ({"glucose": 4}, "R"),
        ({"sbp": None, "gcs": None}, "R"),
    ],
)
def test_vital_signs_decide_at_their_bounds(vital: dict[str, Any], expected: str) -> None:
    assert classify(vital=vital)["urgency"] == expected


@pytest.mark.parametrize(("sbp", "dbp", "expected"), [(180, 90, "U"), (179, 110, "U"), (179, 109, "R")])
def test_high_blood_pressure_is_urgent_with_symptoms_only(sbp: int, dbp: int, expected: str) -> None:
    assert classify(vital={"sbp": sbp, "dbp": dbp}, signs=["symptomatic"])["urgency"] == expected
    assert classify(vital={"sbp": sbp, "dbp": dbp})["urgency"] == "R"


@pytest.mark.parametrize(("vital", "signs"), [({"sbp": 160}, []), ({"dbp": 110}, []), ({}, ["bleeding"]), ({}, ["convulsion"])])
def test_pregnant_women_have_lower_bounds(vital: dict[str, Any], signs: list[str]) -> None:
    assert classify(vital=vital, signs=signs, pregnant=True)["urgency"] == "E"
    assert classify(vital=vital, signs=signs, pregnant=False)["urgency"] != "E"


@pytest.mark.parametrize(("birth", "expected"), [("2026-11-24", "E"), ("2026-10-27", "E"), ("2026-10-26", "U"), (None, "U")])
def test_a_newborn_in_danger_is_at_most_28_days_old(birth: str | None, expected: str) -> None:
    assert classify(signs=["newborn_danger"], birth=birth)["urgency"] == expected


def test_the_doctor_raises_the_class_but_never_lowers_it() -> None:
    assert classify(declaredUrgency="E")["urgency"] == "E"
    assert classify(declaredUrgency="R", signs=["stroke"])["urgency"] == "E"
    assert classify(needsSameDay=True, declaredUrgency="R")["urgency"] == "U"
    assert classify()["urgency"] == "R"


def test_the_reasons_are_those_of_the_class_that_won() -> None:
    found = classify(signs=["chest_pain"], vital={"sbp": 84, "glucose": 20}, declaredUrgency="R")
    assert found["reasons"] == ["胸痛", "收缩压低于 90"]
    assert found["text"] == "绿色通道：胸痛、收缩压低于 90。"
    assert classify()["text"] == "常规。"


def test_a_vital_sign_that_is_no_number_is_refused_without_its_value() -> None:
    with pytest.raises(Invalid) as refusal:
        classify(vital={"sbp": "张三"})
    assert "张三" not in str(refusal.value)


def up(**inputs: Any) -> Any:
    return REGISTERED["referral.upCriteria"]({"criteria": parameters("referral")["upCriteria"], "urgency": "R", **inputs})


def test_a_referral_needs_one_known_criterion() -> None:
    assert up(codes=["U4"])["met"]
    assert up(codes=["U4"])["text"] == "上转标准：技术设备不能处置。"
    assert not up(codes=[])["met"]
    assert not up(codes=["X1"])["met"]


def test_the_other_criterion_needs_a_note() -> None:
    assert not up(codes=["U9"])["met"]
    assert up(codes=["U9"], note="家属要求")["met"]


def test_the_green_channel_is_never_held_up() -> None:
    found = up(codes=[], urgency="E")
    assert found["met"]
    assert found["text"] == "没有选上转标准。"


STABLE = {"codes": ["D2"], "stableHours": 24, "pendingCritical": "none", "drugsAvailable": "yes"}


def down(**inputs: Any) -> Any:
    criteria = parameters("referral")["downCriteria"]
    return REGISTERED["referral.downCriteria"]({"criteria": criteria, "advisory": False, **STABLE, **inputs})


def test_a_stable_patient_goes_down() -> None:
    assert down() == {"allowed": True, "missing": [], "text": "下转标准和稳定条件都满足。"}


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"codes": []}, "下转标准未选"),
        ({"stableHours": 23}, "生命体征平稳未满 24 小时"),
        ({"stableHours": None}, "生命体征平稳未满 24 小时"),
        ({"pendingCritical": "pending"}, "危急值未回报"),
        ({"pendingCritical": None}, "危急值未回报"),
        ({"drugsAvailable": "partly"}, "分院药品不齐"),
    ],
)
def test_every_gate_holds_a_patient_back(change: dict[str, Any], label: str) -> None:
    found = down(**change)
    assert not found["allowed"]
    assert found["missing"] == [label]


def test_before_the_slip_is_filled_the_gate_only_says_what_it_will_ask() -> None:
    found = down(advisory=True, codes=[])
    assert not found["allowed"]
    assert "24 小时" in found["text"]
