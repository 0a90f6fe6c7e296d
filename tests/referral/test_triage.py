"""Urgency classes and criteria against the rules of the domain, by the decision tables that ship."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine.decisions import DecisionFault, Decisions, mapped, read_decisions
from tests.referral.community import parameters, tables

NOW = "2026-11-24T09:00:00+08:00"
TODAY = date(2026, 11, 24)


@cache
def shipped() -> Decisions:
    read = read_decisions(tables("referral"))
    assert not read.findings
    return read.decisions


def decide(key: str, **names: Any) -> Any:
    found = shipped().evaluate(key, {"now": NOW, "parameters": parameters("referral"), **names}, TODAY)
    return mapped(found, "singleResult")


def classify(**inputs: Any) -> Any:
    return decide("triage", **inputs)


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
    assert found["triageText"] == "绿色通道：胸痛、收缩压低于 90。"
    assert classify()["triageText"] == "常规。"


def test_a_vital_sign_that_is_no_number_is_refused_without_its_value() -> None:
    with pytest.raises(DecisionFault) as refusal:
        classify(vital={"sbp": "张三"})
    assert "张三" not in str(refusal.value)


def up(**inputs: Any) -> Any:
    return decide("up_criteria", **inputs)["criteriaText"]


def test_a_referral_needs_one_known_criterion_and_the_other_one_needs_a_note() -> None:
    assert up(reasonCodes=["U4"]) == "上转标准：技术设备不能处置。"
    assert up(reasonCodes=["U4", "U6"]) == "上转标准：技术设备不能处置、需上级进一步检查明确诊断。"
    assert up() == up(reasonCodes=[]) == up(reasonCodes=["X1"]) == "没有选上转标准。"
    assert up(reasonCodes=["U9"]) == up(reasonCodes=["U9"], reasonNote=" ") == "其他须写明原因。"
    assert up(reasonCodes=["U9"], reasonNote="家属要求") == "上转标准：其他。"


STABLE = {"downCodes": ["D2"], "stableHours": 24, "pendingCritical": "none", "drugsAvailable": "yes"}


def down(**inputs: Any) -> Any:
    return decide("down_criteria", **{**STABLE, **inputs})


def test_a_stable_patient_goes_down() -> None:
    assert down() == {"downAllowed": True, "downText": "下转标准和稳定条件都满足。"}


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"downCodes": []}, "下转标准未选"),
        ({"stableHours": 23}, "生命体征平稳未满 24 小时"),
        ({"stableHours": None}, "生命体征平稳未满 24 小时"),
        ({"pendingCritical": "pending"}, "危急值未回报"),
        ({"pendingCritical": None}, "危急值未回报"),
        ({"drugsAvailable": "partly"}, "分院药品不齐"),
    ],
)
def test_every_gate_holds_a_patient_back(change: dict[str, Any], label: str) -> None:
    assert down(**change) == {"downAllowed": False, "downText": f"须科主任审核：{label}。"}


def test_a_day_before_the_tables_are_valid_is_refused() -> None:
    with pytest.raises(DecisionFault):
        shipped().evaluate("triage", {"now": NOW}, date(2023, 12, 31))
