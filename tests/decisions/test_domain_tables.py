"""The tables that the processes of a medical community decide by: each can be said, is sound, and decides rightly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import DecisionFault, mapped
from tests.decisions.tables import column, decide, deployed, findings, formula, output, table

TRIAGE = table(
    "triage",
    [
        column("emergency", "boolean", label="急救征象"),
        column("ageDays", "integer", label="日龄"),
        column("pregnant and (bleeding or convulsion or systolic >= 160 or diastolic >= 110)", "boolean", label="孕产危象"),
        column("specialistToday", "boolean", label="当日须专科"),
        column("dangerSigns", "boolean", label="危险征象"),
    ],
    [output("urgency", values='"E","U","R"')],
    [
        'true | - | - | - | - => "E"',
        '- | [0..28] | - | - | true => "E"',
        '- | - | true | - | - => "E"',
        '- | - | - | true | - => "U"',
        '- | - | - | - | - => "R"',
    ],
    policy="FIRST",
)
CRITERIA = table(
    "criteria",
    [column("direction", "string", values='"up","down"'), column("stable", "boolean"), column("levelNeeded", "integer")],
    [output("met", "boolean"), output("reason")],
    [
        '"up" | - | >= 2 => true | "capability"',
        '"up" | false | < 2 => true | "unstable"',
        '"up" | true | < 2 => false | "can be treated here"',
        '"down" | true | - => true | "stable"',
        '"down" | false | - => false | "not stable"',
    ],
)
REJECT = table(
    "rejectAllowed",
    [column("urgency", "string", values='"E","U","R"'), column("rejections", "integer"), column("reason", "string")],
    [output("allowed", "boolean"), output("next")],
    [
        '"E" | - | - => false | ""',
        'not("E") | >= 1 | - => true | "arbitration"',
        'not("E") | < 1 | "无床" => true | "alternative"',
        'not("E") | < 1 | not("无床") => true | "sender"',
    ],
)
MATCH = [
    table(
        "musts",
        [column("titleLevel", "integer"), column("requiredLevel", "integer"), column("staffing", "boolean")],
        [output("fit", "boolean")],
        ["< requiredLevel | - | - => false", "- | - | false => false", "- | - | - => true"],
        policy="FIRST",
    ),
    table(
        "points",
        [
            column("specialty == wanted", "boolean", label="专业相符"),
            column("months", "integer", label="距上次下派月数"),
            column("promotionDays > 0", "boolean", label="晋升需要"),
            column("far", "boolean", label="路远"),
        ],
        [output("point", "integer")],
        [
            "true | - | - | - => 30",
            "- | >= 12 | - | - => 15",
            "- | [6..12) | - | - => 8",
            "- | - | true | - => 15",
            "- | - | - | false => 5",
        ],
        policy="COLLECT",
        aggregation="SUM",
    ),
    formula("matchScore", "coalesce(points, 0) if musts else 0", "integer", requires=["musts", "points"]),
]
LATE = table(
    "latePolicy",
    [column("process", "string"), column("category", "string")],
    [output("action", values='"ask","standing","auto","baseline","next","accept"'), output("minutes", "integer")],
    [
        '"P" | - => "ask" | ',
        '"D" | not("麻","精一","精二","疫苗") => "standing" | ',
        '"D" | "麻","精一","精二","疫苗" => "ask" | ',
        '"Q13" | - => "next" | 60',
        '"Q5" | - => "accept" | ',
    ],
)
SURPLUS = [
    table(
        f"surplus{year}",
        [column("package", "string", values='"residents","outpatient"')],
        [output(level, "integer") for level in ("lead", "town", "village")],
        rules,
        attributes=f'liandong:key="surplus" liandong:valid-from="{year}-01-01"{until}',
    )
    for year, rules, until in (
        (2020, ['"residents" => 6 | 3 | 1', '"outpatient" => 6 | 3 | 1'], ' liandong:valid-to="2020-12-31"'),
        (2021, ['"residents" => 6 | 3 | 1', '"outpatient" => 4 | 4 | 2'], ""),
    )
] + [formula("townShare", "round(amount * town / (lead + town + village), 2)", "number", requires=["surplus2021"])]

TABLES = [TRIAGE, CRITERIA, REJECT, *MATCH, LATE, *SURPLUS]
HEALTHY = {
    "emergency": False,
    "ageDays": 15_000,
    "pregnant": False,
    "bleeding": False,
    "convulsion": False,
    "systolic": 120,
    "diastolic": 80,
    "specialistToday": False,
    "dangerSigns": False,
}


def test_the_gate_has_nothing_against_them_but_the_open_lists() -> None:
    told = {(finding.code, finding.message_en) for finding in findings(*TABLES) if finding.code != "not-analysed"}
    assert told == {("gap", 'Decision \'latePolicy\': no rule for process = "其他", category = "其他"; the result is null.')}


@pytest.mark.parametrize(
    ("changed", "urgency"),
    [
        ({}, "R"),
        ({"specialistToday": True}, "U"),
        ({"emergency": True, "specialistToday": True}, "E"),
        ({"ageDays": 28, "dangerSigns": True}, "E"),
        ({"ageDays": 29, "dangerSigns": True}, "R"),
        ({"pregnant": True, "systolic": 160}, "E"),
        ({"pregnant": True, "diastolic": 109}, "R"),
        ({"diastolic": 110}, "R"),
    ],
)
def test_triage(changed: dict[str, Any], urgency: str) -> None:
    assert decide("triage", deployed(TRIAGE), **{**HEALTHY, **changed}).value == urgency


def test_criteria_up_and_down() -> None:
    decisions = deployed(CRITERIA)
    assert decide("criteria", decisions, direction="up", stable=True, levelNeeded=1).value["met"] is False
    assert decide("criteria", decisions, direction="up", stable=False, levelNeeded=1).value["reason"] == "unstable"
    assert decide("criteria", decisions, direction="down", stable=True, levelNeeded=3).value["met"] is True
    with pytest.raises(DecisionFault):
        decide("criteria", decisions, direction="sideways", stable=True, levelNeeded=3)


def test_who_may_reject_a_referral() -> None:
    decisions = deployed(REJECT)
    assert decide("rejectAllowed", decisions, urgency="E", rejections=0, reason="无床").value["allowed"] is False
    assert decide("rejectAllowed", decisions, urgency="R", rejections=0, reason="无床").value["next"] == "alternative"
    assert decide("rejectAllowed", decisions, urgency="U", rejections=1, reason="无床").value["next"] == "arbitration"


def test_the_score_of_a_candidate() -> None:
    decisions = deployed(*MATCH)
    person = {
        "titleLevel": 3,
        "requiredLevel": 2,
        "staffing": True,
        "specialty": "儿科",
        "wanted": "儿科",
        "months": 7,
        "promotionDays": 0,
        "far": False,
    }
    outcome = decide("matchScore", decisions, **person)
    assert outcome.value == 43
    assert [made.rules for made in outcome.required] == [(3,), (1, 3, 5)]
    assert decide("matchScore", decisions, **{**person, "titleLevel": 1}).value == 0
    poor = {**person, "specialty": "骨科", "months": 1, "far": True}
    assert decide("matchScore", decisions, **poor).value == 0


def test_what_becomes_of_a_late_answer() -> None:
    decisions = deployed(LATE)
    late = decide("latePolicy", decisions, process="D", category="麻")
    assert mapped(late, "singleResult") == {"action": "ask", "minutes": None}
    assert decide("latePolicy", decisions, process="Q13", category=None).value == {"action": "next", "minutes": 60}
    assert decide("latePolicy", decisions, process="D", category=None).value["action"] == "standing"
    assert decide("latePolicy", decisions, process="X", category=None).value is None


def test_the_surplus_is_shared_by_the_rules_of_its_year() -> None:
    decisions = deployed(*SURPLUS)
    given = {"package": "outpatient", "amount": Decimal("1000000.01")}
    assert decisions.evaluate("townShare", given, date(2020, 12, 31)).value == Decimal("300000.00")
    assert decisions.evaluate("townShare", given, date(2021, 1, 1)).value == Decimal("400000.00")
