"""Business rule tasks: which decision is made, what becomes of its result, what stops in an incident."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import read_decisions
from engine.kernel import parse
from engine.kernel.effects import DecisionMade, IncidentRaised, VariableWritten
from engine.kernel.triggers import SetVariables
from tests.decisions.tables import column, dmn, formula, output, table
from tests.kernel.world import World, document, flows

EXPENSE = dmn(
    table(
        "level",
        [column("amount", label="金额")],
        [output("level", "integer")],
        ["<= 5000 => 1", "(5000..50000] => 2", "> 50000 => 3"],
    ),
    table(
        "approver",
        [column("level"), column("budgeted", "boolean")],
        [output("post"), output("copy", "boolean")],
        [
            '1 | true => "BR_DIR" | false',
            '2 | true => "FIN_AUD" | false',
            '> 2 | - => "PARTY" | true',
            '- | false => "FIN" | true',
        ],
        policy="FIRST",
        requires=["level"],
    ),
    table("copies", [column("amount")], [output("who")], ['> 1 => "a"', '> 2 => "b"'], policy="COLLECT"),
    table("one", [column("amount")], [output("r")], ['1 => "x"']),
    formula("double", "amount * 2", "number"),
)


def world(extension: str, *, attributes: str = "", tag: str = "businessRuleTask", **options: Any) -> World:
    """A process that makes a decision between its start and a task of a person."""
    holder = f"<extensionElements>{extension}</extensionElements>" if extension else ""
    body = f'<startEvent id="s"/><{tag} id="rule" {attributes}>{holder}</{tag}><userTask id="after"/><endEvent id="e"/>' + flows(
        "s>rule", "rule>after", "after>e"
    )
    return World(body, tables=EXPENSE, **options)


def decided(extension: str, **variables: Any) -> Any:
    """The variable `r` that a decision wrote."""
    run = world(extension)
    run.start(**variables)
    assert run.open() == ["after"]
    return run.variables().get("r")


MAPPED = [
    ("approver", "", {"post": "BR_DIR", "copy": False}),
    ("approver", "singleResult", {"post": "BR_DIR", "copy": False}),
    ("approver", "resultList", [{"post": "BR_DIR", "copy": False}]),
    ("level", "", 1),
    ("level", "singleEntry", 1),
    ("level", "singleResult", {"level": 1}),
    ("level", "collectEntries", [1]),
    ("copies", "", ["a", "b"]),
    ("copies", "collectEntries", ["a", "b"]),
    ("copies", "resultList", [{"who": "a"}, {"who": "b"}]),
    ("one", "", None),
    ("one", "collectEntries", []),
    ("double", "", 5000),
    ("double", "singleResult", {"double": 5000}),
]


@pytest.mark.parametrize(("ref", "mapping", "expected"), MAPPED, ids=[f"{case[0]} {case[1]}" for case in MAPPED])
def test_the_result_becomes_a_variable(ref: str, mapping: str, expected: Any) -> None:
    shape = f' mapping="{mapping}"' if mapping else ""
    assert decided(f'<liandong:decision ref="{ref}" result="r"{shape}/>', amount=2500, budgeted=True) == expected


def test_flows_ask_for_the_result() -> None:
    run = World(
        '<startEvent id="s"/><businessRuleTask id="rule"><extensionElements><liandong:decision ref="approver" result="r"/>'
        '</extensionElements></businessRuleTask><exclusiveGateway id="g" default="f_g_low"/><userTask id="high"/>'
        '<userTask id="low"/>' + flows("s>rule", "rule>g", "g>high if r.post == 'PARTY'", "g>low"),
        tables=EXPENSE,
    )
    run.start(amount=60_000, budgeted=True)
    run.start(amount=1, budgeted=True)
    assert run.open() == ["high", "low"]


def test_what_was_decided_is_told_with_the_decisions_it_builds_on() -> None:
    run = world('<liandong:decision ref="approver" result="r"/>')
    run.start(amount=Decimal("50000.01"), budgeted=True)
    first, second = run.of(DecisionMade)
    assert (first.decision, first.inputs, first.rules, first.results) == (
        "level",
        (("金额", Decimal("50000.01")),),
        (3,),
        ({"level": 3},),
    )
    assert (second.element, second.inputs, second.rules) == ("rule", (("level", 3), ("budgeted", True)), (3,))
    written = [effect for effect in run.of(VariableWritten) if effect.name == "r"]
    assert [effect.element for effect in written] == ["rule"], "only the result is written, by the task"


def test_a_task_without_a_result_only_tells() -> None:
    run = world('<liandong:decision ref="level"/>')
    run.start(amount=1)
    assert run.variables() == {"amount": 1}
    assert len(run.of(DecisionMade)) == 1


@pytest.mark.parametrize(
    ("ref", "extra", "variables", "part"),
    [
        ("level", "", {"amount": "a lot"}, "a number is needed where a text"),
        ("level", "", {}, "there is no 'amount'"),
        ("copies", ' mapping="singleEntry"', {"amount": 9}, "rules 1, 2 match"),
    ],
)
def test_a_decision_that_cannot_be_made_is_an_incident_that_can_be_retried(
    ref: str, extra: str, variables: dict[str, Any], part: str
) -> None:
    run = world(f'<liandong:decision ref="{ref}" result="r"{extra}/>', keep_incidents=True)
    instance = run.start(**variables)
    [incident] = run.of(IncidentRaised)
    assert (incident.code, incident.element) == ("decision", "rule")
    assert part in incident.message
    assert "a lot" not in incident.message
    assert run.of(DecisionMade) == []
    run.step(instance, SetVariables(variables={"amount": 2}))


def test_camundas_spelling() -> None:
    run = world(
        "", attributes='camunda:decisionRef="copies" camunda:resultVariable="r" camunda:mapDecisionResult="collectEntries"'
    )
    run.start(amount=5)
    assert run.variables()["r"] == ["a", "b"]
    run = world("", attributes='camunda:decisionRef="level" camunda:resultVariable="r"')
    run.start(amount=5)
    assert run.variables()["r"] == [{"level": 1}]


@pytest.mark.parametrize("tag", ["serviceTask", "businessRuleTask"])
def test_flowables_spelling(tag: str) -> None:
    field = '<camunda:field name="decisionTableReferenceKey"><camunda:string><![CDATA[{}]]></camunda:string></camunda:field>'
    run = world(field.format("approver"), attributes='camunda:type="dmn"', tag=tag)
    run.start(amount=5, budgeted=True)
    assert (run.variables()["post"], run.variables()["copy"]) == ("BR_DIR", False)
    run = world(field.format("copies"), attributes='camunda:type="dmn"', tag=tag)
    run.start(amount=5)
    assert run.variables()["copies"] == [{"who": "a"}, {"who": "b"}]


def test_each_output_becomes_a_variable_of_its_own() -> None:
    run = world('<liandong:decision ref="approver" mapping="variables"/>')
    run.start(amount=5, budgeted=True)
    assert (run.variables()["post"], run.variables()["copy"]) == ("BR_DIR", False)


def test_a_registered_function_works_too() -> None:
    run = world(
        '<liandong:call function="half"><liandong:in name="n" value="${amount}"/><liandong:out name="r"/></liandong:call>',
        functions={"half": lambda given: {"r": given["n"] // 2}},
    )
    run.start(amount=8)
    assert run.variables()["r"] == 4


def test_each_seat_of_a_multi_instance_decides_for_itself() -> None:
    run = World(
        '<startEvent id="s"/><businessRuleTask id="rule"><extensionElements><liandong:decision ref="level" result="r"/>'
        "</extensionElements><multiInstanceLoopCharacteristics><loopDataInputRef>amounts</loopDataInputRef>"
        '<loopDataOutputRef>levels</loopDataOutputRef><inputDataItem id="amount"/><outputDataItem id="r"/>'
        '</multiInstanceLoopCharacteristics></businessRuleTask><userTask id="after"/>' + flows("s>rule", "rule>after"),
        tables=EXPENSE,
    )
    run.start(amounts=[1, 10_000, 90_000])
    assert run.variables()["levels"] == [1, 2, 3]


DATED = dmn(
    *(
        table(
            f"ratio{year}",
            [column("kind", "string")],
            [output("r", "number")],
            [f"- => {ratio}"],
            attributes=f'liandong:key="ratio" liandong:valid-from="{year}-01-01"{until}',
        )
        for year, ratio, until in ((2025, 6, ' liandong:valid-to="2025-12-31"'), (2026, 7, ""))
    ),
    formula("share", "ratio * 10", "number", requires=["ratio2025"]),
)


def dated(extension: str) -> World:
    body = (
        f'<startEvent id="s"/><businessRuleTask id="rule"><extensionElements>{extension}</extensionElements></businessRuleTask>'
        '<userTask id="after"/>' + flows("s>rule", "rule>after")
    )
    return World(body, tables=DATED, keep_incidents=True)


def test_the_day_of_the_instance_chooses_the_version() -> None:
    run = dated('<liandong:decision ref="share" result="r"/>')
    run.start(kind="x")
    assert run.variables()["r"] == 70


def test_the_task_may_name_the_day() -> None:
    run = dated('<liandong:decision ref="share" result="r" date="${signed}"/>')
    run.start(kind="x", signed="2025-12-31")
    assert run.variables()["r"] == 60


@pytest.mark.parametrize("day", ["2024-12-31", "soon", None])
def test_a_day_without_a_version_is_an_incident(day: str | None) -> None:
    run = dated('<liandong:decision ref="ratio" result="r" date="${signed}"/>')
    run.start(kind="x", signed=day)
    assert [incident.code for incident in run.of(IncidentRaised)] == ["decision"]


REFUSED = [
    ('<liandong:decision result="r"/>', "", "missing-attribute"),
    ('<liandong:decision ref="nothing" result="r"/>', "", "unknown-decision"),
    ('<liandong:decision ref="level" result="r" mapping="first"/>', "", "attribute-value"),
    ('<liandong:decision ref="approver" result="r" mapping="singleEntry"/>', "", "decision-mapping"),
    ('<liandong:decision ref="approver" result="r" mapping="variables"/>', "", "decision-mapping"),
    ('<liandong:decision ref="approver" each="${[1]}" item="level" mapping="variables"/>', "", "decision-mapping"),
    ('<liandong:decision ref="approver" result="r" mapping="collectEntries"/>', "", "decision-mapping"),
    ('<liandong:decision ref="level" result="now"/>', "", "reserved-name"),
    ('<liandong:decision ref="level" result="r" date="${1 +}"/>', "", "expression"),
    ('<liandong:decision ref="level" outcome="r"/>', "", "unknown-attribute"),
    ('<liandong:decision ref="level" result="r"/><liandong:decision ref="level" result="q"/>', "", "repeated-extension"),
    ('<liandong:decision ref="level" result="r"/><liandong:call function="f"/>', "", "call"),
    ('<liandong:decision ref="level" result="r"/><liandong:external topic="t"/>', "", "call"),
    ("", 'camunda:decisionRef="nothing"', "unknown-decision"),
    ("", 'camunda:decisionRef="${which}"', "unknown-decision"),
    ("", 'camunda:decisionRef="level" camunda:decisionRefBinding="version"', "foreign-decision"),
    ("", 'camunda:decisionRef="level" camunda:mapDecisionResult="best"', "attribute-value"),
    ("", 'camunda:type="dmn"', "foreign-decision"),
    ("", 'camunda:class="org.example.Rules"', "foreign-service"),
]


@pytest.mark.parametrize(("extension", "attributes", "code"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_cannot_be_decided_is_refused_at_deployment(extension: str, attributes: str, code: str) -> None:
    body = f'<startEvent id="s"/><businessRuleTask id="rule" {attributes}><extensionElements>{extension}</extensionElements>'
    tables = read_decisions({"t.dmn": EXPENSE}).decisions
    parsed = parse({"m.bpmn": document(body + "</businessRuleTask>" + flows("s>rule"))}, decisions=tables, functions={"f"})
    assert [(finding.code, finding.element) for finding in parsed.errors] == [(code, "rule")]


def test_a_rule_task_that_says_nothing_is_warned_of() -> None:
    parsed = parse({"m.bpmn": document('<startEvent id="s"/><businessRuleTask id="rule"/>' + flows("s>rule"))})
    assert [finding.code for finding in parsed.findings] == ["empty-service"]
