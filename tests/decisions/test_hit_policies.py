"""Hit policies, one small table each: what comes out for what goes in, and what contradicts the policy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import DecisionFault, mapped
from tests.decisions.tables import codes, column, decide, deployed, output, table

YEARS = ["< 5 => 100", "[3..10) => 200", ">= 6 => 800"]
"""How much a rule adds; from the third to the fifth and from the sixth to the tenth year two rules match."""


def years(policy: str, aggregation: str = "", default: str = "") -> Any:
    columns, outputs = [column("years")], [output("bonus", "number", default=default)]
    return deployed(table("t", columns, outputs, YEARS, policy=policy, aggregation=aggregation))


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", "", {2: 100, 4: 100, 5: 200, 7: 200, 20: 800}),
        ("F", "", {4: 100}),
        ("RULE ORDER", "", {2: [100], 4: [100, 200], 7: [200, 800]}),
        ("COLLECT", "", {4: [100, 200], 7: [200, 800]}),
        ("COLLECT", "SUM", {2: 100, 4: 300, 7: 1000, 20: 800}),
        ("COLLECT", "MIN", {4: 100, 7: 200}),
        ("COLLECT", "MAX", {4: 200, 7: 800}),
        ("COLLECT", "COUNT", {2: 1, 4: 2, 5: 1}),
    ],
)
def test_the_result_by_policy(policy: str, aggregation: str, expected: dict[int, Any]) -> None:
    decisions = years(policy, aggregation)
    assert {given: decide("t", decisions, years=given).value for given in expected} == expected


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", "", None),
        ("ANY", "", None),
        ("RULE ORDER", "", []),
        ("COLLECT", "", []),
        ("COLLECT", "SUM", None),
        ("COLLECT", "MIN", None),
        ("COLLECT", "MAX", None),
        ("COLLECT", "COUNT", 0),
    ],
)
def test_without_a_match(policy: str, aggregation: str, expected: Any) -> None:
    made = table("t", [column("x")], [output("r", "number")], ["1 => 1"], policy=policy, aggregation=aggregation)
    outcome = decide("t", deployed(made), x=2)
    assert outcome.value == expected
    assert outcome.rules == ()


def test_default_outputs_stand_in_when_nothing_matches() -> None:
    made = table("t", [column("x")], [output("r", "number", default="7")], ["1 => 1"])
    assert decide("t", deployed(made), x=2).value == 7
    assert decide("t", deployed(made), x=1).value == 1
    several = [output("r", "number", default="x + 1"), output("s")]
    made = table("t", [column("x")], several, ["1 => 1 | 'a'"], policy="RULE ORDER")
    assert decide("t", deployed(made), x=2).value == [{"r": 3, "s": None}]


STATUS = '"Declined","Approved"'
LOAN = ['>= 18 | "Medium","Low" => "Approved"', '< 18 | - => "Declined"', '- | "High" => "Declined"']


def loan(policy: str) -> Any:
    columns = [column("age"), column("risk", "string", values='"High","Low","Medium"')]
    return deployed(table("t", columns, [output("status", values=STATUS)], LOAN, policy=policy))


def test_unique_that_is_violated_names_the_rules() -> None:
    columns = [column("age"), column("limit")]
    decisions = deployed(table("t", columns, [output("r")], ['>= limit | - => "a"', '- | <= age => "b"']))
    assert decide("t", decisions, age=1, limit=5).value is None
    with pytest.raises(DecisionFault, match=r"rules 1, 2 match, but the hit policy UNIQUE") as fault:
        decide("t", decisions, age=5, limit=5)
    assert fault.value.code == "several-rules"


def test_any_takes_several_rules_that_agree() -> None:
    decisions = loan("ANY")
    outcome = decide("t", decisions, age=17, risk="High")
    assert (outcome.value, outcome.rules) == ("Declined", (2,))
    assert decide("t", decisions, age=30, risk="Low").value == "Approved"


def test_any_that_is_violated_names_the_rules() -> None:
    decisions = deployed(table("t", [column("x")], [output("r", "number")], ["> 1 => x", "> 2 => x * 2"], policy="ANY"))
    with pytest.raises(DecisionFault, match="rules 1 and 2 match with different outputs"):
        decide("t", decisions, x=3)


def test_priority_goes_by_the_list_of_outputs() -> None:
    decisions = loan("PRIORITY")
    assert decide("t", decisions, age=30, risk="High").rules == (3,)
    assert decide("t", decisions, age=30, risk="Low").value == "Approved"


def test_priority_of_several_outputs_goes_from_left_to_right() -> None:
    outputs = [output("a", values='"x","y"'), output("b", values='"s","t"'), output("c")]
    rules = ["- => 'y' | 's' | '1'", "- => 'x' | 't' | '2'", "- => 'x' | 's' | '3'"]
    decisions = deployed(table("t", [column("n")], outputs, rules, policy="PRIORITY"))
    assert decide("t", decisions, n=1).value == {"a": "x", "b": "s", "c": "3"}
    decisions = deployed(table("t", [column("n")], outputs, rules, policy="OUTPUT ORDER"))
    assert decide("t", decisions, n=1).rules == (3, 2, 1)


def test_several_outputs_are_named() -> None:
    decisions = deployed(table("t", [column("n")], [output("a"), output("b", "number")], ["1 => 'x' | 2", "2 => | "]))
    assert decide("t", decisions, n=1).value == {"a": "x", "b": 2}
    assert decide("t", decisions, n=2).value == {"a": None, "b": None}


def test_outputs_are_calculated_from_the_case_and_exact() -> None:
    decisions = deployed(table("t", [column("n")], [output("r", "number")], ["- => n * rate"]))
    assert decide("t", decisions, n=Decimal("0.10"), rate=3).value == Decimal("0.30")


def test_an_output_of_another_type_or_outside_its_list_is_an_error() -> None:
    decisions = deployed(table("t", [column("n")], [output("r", values='"a","b"')], ["1 => given", "2 => other"]))
    with pytest.raises(DecisionFault, match="rule 1: output 'r': a string is needed where a number"):
        decide("t", decisions, n=1, given=5)
    with pytest.raises(DecisionFault, match="none of its allowed values"):
        decide("t", decisions, n=2, other="c")
    assert decide("t", decisions, n=2, other="b").value == "b"


def test_an_input_outside_its_allowed_values_is_an_error() -> None:
    decisions = loan("ANY")
    with pytest.raises(DecisionFault, match="input 'risk' is none of its allowed values") as fault:
        decide("t", decisions, age=1, risk="Hgih")
    assert fault.value.code == "not-allowed-value"
    assert decide("t", decisions, age=1, risk=None).value == "Declined"


@pytest.mark.parametrize("aggregation", ["SUM", "MIN"])
def test_nulls_are_left_out_of_an_aggregate(aggregation: str) -> None:
    made = table(
        "t", [column("n")], [output("r", "number")], ["- => 4", "- => ", "- => 3"], policy="COLLECT", aggregation=aggregation
    )
    assert decide("t", deployed(made), n=1).value == {"SUM": 7, "MIN": 3}[aggregation]


def test_dates_have_a_smallest_and_a_largest() -> None:
    rules = ['- => date("2026-03-01")', '- => date("2026-02-01")']
    made = table("t", [column("n")], [output("r", "date")], rules, policy="COLLECT", aggregation="MIN")
    assert decide("t", deployed(made), n=1).value == "2026-02-01"


def test_instants_are_written_in_the_time_of_the_county() -> None:
    made = table("t", [column("at", "dateTime")], [output("r", "dateTime")], ['- => add(at, "PT1H")'])
    outcome = decide("t", deployed(made), at="2026-01-01T00:00:00Z")
    assert outcome.inputs == (("at", "2026-01-01T08:00:00+08:00"),)
    assert outcome.value == "2026-01-01T09:00:00+08:00"


REFUSED = [
    ({"policy": "SOMETIMES"}, [output("r")], "hit-policy"),
    ({"policy": "FIRST", "aggregation": "SUM"}, [output("r", "number")], "aggregation"),
    ({"policy": "COLLECT", "aggregation": "AVERAGE"}, [output("r", "number")], "aggregation"),
    ({"policy": "COLLECT", "aggregation": "SUM"}, [output("r")], "aggregation"),
    ({"policy": "COLLECT", "aggregation": "MAX"}, [output("r", "boolean")], "aggregation"),
    ({"policy": "PRIORITY"}, [output("r")], "output-order"),
    ({"policy": "OUTPUT ORDER"}, [output("r")], "output-order"),
]


@pytest.mark.parametrize(("attributes", "outputs", "code"), REFUSED, ids=[str(case[0]) for case in REFUSED])
def test_a_policy_that_cannot_work_is_refused(attributes: dict[str, str], outputs: list[str], code: str) -> None:
    assert code in codes(table("t", [column("n")], outputs, [], **attributes))


def test_several_outputs_cannot_be_aggregated() -> None:
    outputs = [output("a", "number"), output("b", "number")]
    assert codes(table("t", [column("n")], outputs, [], policy="COLLECT", aggregation="SUM")) == ["aggregation"]


def test_outputs_are_checked_at_deployment() -> None:
    assert codes(table("t", [column("n")], [output("r")], ["1 => 5"])) == ["output-type"]
    assert codes(table("t", [column("n")], [output("r", values='"a"')], ["1 => 'b'"])) == ["output-value"]
    assert codes(table("t", [column("n")], [output("r")], ["1 => 1 +"])) == ["expression"]
    assert codes(table("t", [column("n")], [output("r"), output("")], ["1 => | "])) == ["missing-name"]
    assert codes(table("t", [column("n")], [], ["1 => "])) == ["no-output"]
    assert codes(table("t", [column("n")], [output("r")], ["1 | 2 => 'a'"])) == ["rule-shape"]


@pytest.mark.parametrize(
    ("years_given", "mapping", "expected"),
    [
        (4, None, [100, 200]),
        (4, "collectEntries", [100, 200]),
        (4, "resultList", [{"bonus": 100}, {"bonus": 200}]),
        (2, "singleEntry", 100),
        (2, "singleResult", {"bonus": 100}),
    ],
)
def test_the_shapes_a_task_may_ask_for(years_given: int, mapping: str | None, expected: Any) -> None:
    assert mapped(decide("t", years("COLLECT"), years=years_given), mapping) == expected


@pytest.mark.parametrize("mapping", ["singleEntry", "singleResult"])
def test_a_single_result_of_several_rules_is_an_error(mapping: str) -> None:
    with pytest.raises(DecisionFault, match="rules 1, 2 match") as fault:
        mapped(decide("t", years("COLLECT"), years=4), mapping)
    assert fault.value.code == "several-results"


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [(None, None), ("singleEntry", None), ("singleResult", None), ("collectEntries", []), ("resultList", [])],
)
def test_the_shapes_of_no_result(mapping: str | None, expected: Any) -> None:
    made = table("t", [column("n")], [output("r")], ["1 => 'a'"])
    assert mapped(decide("t", deployed(made), n=2), mapping) == expected
