"""DMN files: how they are written, what they may require, from when to when they are valid, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.decisions import DecisionFault, read_decisions, read_stored_decisions
from engine.errors import InvalidModel
from tests.decisions.tables import ON, codes, column, decide, deployed, dmn, findings, formula, output, table

ONE = table("t", [column("x")], [output("r")], ['1 => "a"'])
VERSIONS = [
    "http://www.omg.org/spec/DMN/20151101",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
]
MODELER = """<?xml version="1.0" encoding="UTF-8"?>
<dmn:definitions xmlns:dmn="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
    xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
    id="definitions_1" name="DRD" namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler">
  <dmn:decision id="dose" name="剂量" camunda:historyTimeToLive="P30D">
    <dmn:extensionElements/>
    <dmn:informationRequirement id="ir_1"><dmn:requiredInput href="#weight" /></dmn:informationRequirement>
    <dmn:informationRequirement id="ir_2"><dmn:requiredDecision href="#group" /></dmn:informationRequirement>
    <dmn:authorityRequirement id="ar_1"><dmn:requiredAuthority href="#guide" /></dmn:authorityRequirement>
    <dmn:decisionTable id="table_1" hitPolicy="COLLECT" aggregation="SUM">
      <dmn:input id="i1" label="Weight" camunda:inputVariable="">
        <dmn:inputExpression id="e1" typeRef="double" expressionLanguage="feel"><dmn:text>weight</dmn:text></dmn:inputExpression>
      </dmn:input>
      <dmn:input id="i2" label="Group">
        <dmn:inputExpression id="e2" typeRef="string"><dmn:text>group</dmn:text></dmn:inputExpression>
        <dmn:inputValues id="v2"><dmn:text>"child","adult"</dmn:text></dmn:inputValues>
      </dmn:input>
      <dmn:output id="o1" label="Dose" name="dose" typeRef="long" />
      <dmn:annotation name="Notes" />
      <dmn:rule id="rule_1">
        <dmn:description>light</dmn:description>
        <dmn:inputEntry id="c1"><dmn:text>&lt; 40</dmn:text></dmn:inputEntry>
        <dmn:inputEntry id="c2"><dmn:text></dmn:text></dmn:inputEntry>
        <dmn:outputEntry id="c3"><dmn:text>100</dmn:text></dmn:outputEntry>
        <dmn:annotationEntry><dmn:text>anything (at all</dmn:text></dmn:annotationEntry>
      </dmn:rule>
      <dmn:rule id="rule_2">
        <dmn:inputEntry id="c4" expressionLanguage="feel"><dmn:text>-</dmn:text></dmn:inputEntry>
        <dmn:inputEntry id="c5"><dmn:text>"adult"</dmn:text></dmn:inputEntry>
        <dmn:outputEntry id="c6"><dmn:text>50</dmn:text></dmn:outputEntry>
      </dmn:rule>
    </dmn:decisionTable>
  </dmn:decision>
  <dmn:decision id="group" name="Age group">
    <dmn:variable id="var" name="group" typeRef="string" />
    <dmn:literalExpression id="le"><dmn:text>"child" if age &lt; 14 else "adult"</dmn:text></dmn:literalExpression>
  </dmn:decision>
  <dmn:inputData id="weight" name="Weight" />
  <dmn:knowledgeSource id="guide" name="Guide" />
  <dmndi:DMNDI><dmndi:DMNDiagram id="d"><dmndi:DMNShape dmnElementRef="dose"><dc:Bounds height="80" width="180" x="1" y="1" />
  </dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</dmn:definitions>"""


@pytest.mark.parametrize("namespace", VERSIONS)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    assert decide("t", deployed(ONE, namespace=namespace), x=1).value == "a"


def test_a_file_in_flowables_shape_is_read() -> None:
    text = """<definitions xmlns="http://www.omg.org/spec/DMN/20151101" xmlns:flowable="http://flowable.org/dmn"
        id="definition_1" name="discount" namespace="http://www.flowable.org/dmn" exporter="Flowable">
      <decision id="discount" name="discount">
        <decisionTable id="decisionTable_1" hitPolicy="RULE ORDER">
          <input label="Customer"><inputExpression id="ie_1" typeRef="string"><text>customer</text></inputExpression>
            <inputValues><text>"GOLD","SILVER"</text></inputValues></input>
          <input label="Amount"><inputExpression id="ie_2" typeRef="number"><text>amount</text></inputExpression></input>
          <output id="oe_3" label="Percent" name="percent" typeRef="number"/>
          <rule><inputEntry id="a1"><text><![CDATA[== "GOLD"]]></text></inputEntry>
            <inputEntry id="a2"><text><![CDATA[>= 100]]></text></inputEntry>
            <outputEntry id="a3"><text><![CDATA[10]]></text></outputEntry></rule>
          <rule><inputEntry id="b1"><text><![CDATA[!= "SILVER"]]></text></inputEntry>
            <inputEntry id="b2"><text>-</text></inputEntry>
            <outputEntry id="b3"><text>5.5</text></outputEntry></rule>
        </decisionTable></decision></definitions>"""
    read = read_decisions({"discount.dmn": text.encode()})
    assert read.findings == ()
    assert decide("discount", read.decisions, customer="GOLD", amount=100).value == [10, Decimal("5.5")]
    assert decide("discount", read.decisions, customer="SILVER", amount=100).value == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_any_encoding_that_the_file_declares_is_read(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = dmn(table("t", [column("金额")], [output("r")], ['1 => "甲"'])).decode().replace("UTF-8", declared)
    read = read_decisions({"t.dmn": text.encode(encoding)})
    assert [finding.code for finding in read.findings if finding.level == "error"] == []
    assert decide("t", read.decisions, 金额=1).value == "甲"


def test_a_file_of_a_modeler_with_requirements_is_read() -> None:
    read = read_decisions({"dose.dmn": MODELER.encode()})
    assert [finding for finding in read.findings if finding.level == "error"] == []
    light, heavy = (decide("dose", read.decisions, weight=weight, age=20) for weight in (35.5, 80))
    assert (light.value, light.rules, light.inputs[1]) == (150, (1, 2), ("Group", "adult"))
    assert (heavy.value, heavy.rules) == (50, (2,))
    assert decide("dose", read.decisions, weight=80, age=3).value is None
    assert [required.decision.name for required in heavy.required] == ["Age group"]
    assert read.decisions.names("dose") == {"weight", "group", "age"}


def test_a_required_decision_is_read_by_its_own_name_or_by_that_of_its_outputs() -> None:
    season = table("season", [column("month", "integer")], [output("kind"), output("days", "number")], ['< 6 => "cold" | 90'])
    both = table(
        "t", [column("kind", "string"), column("season.days")], [output("r")], ['"cold" | 90 => "x"'], requires=["season"]
    )
    assert decide("t", deployed(season, both), month=3).value == "x"


def test_a_required_list_is_a_list() -> None:
    several = table("marks", [column("x")], [output("mark", "number")], ["> 1 => 1", "> 2 => 2"], policy="COLLECT")
    total = formula("total", "sum(mark) + len(marks)", requires=["marks"])
    assert decide("total", deployed(several, total), x=3).value == 5


def test_a_decision_that_two_others_require_is_made_once() -> None:
    base = formula("base", "x + 1")
    decisions = deployed(
        base,
        formula("a", "base * 2", requires=["base"]),
        formula("b", "base * 3", requires=["base"]),
        formula("c", "a + b", requires=["a", "b"]),
    )
    outcome = decide("c", decisions, x=1)
    assert outcome.value == 10
    first, second = (required.required[0] for required in outcome.required)
    assert first is second


def test_item_definitions_name_types_and_allowed_values() -> None:
    item = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues><text>"High","Low"</text></allowedValues>'
        '</itemDefinition><itemDefinition name="tCode"><typeRef>tRisk</typeRef></itemDefinition>'
        '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    )
    decisions = deployed(table("t", [column("x", "tCode")], [output("r", "tPerson")], ['"High" => {"age": 3}']), extra=item)
    assert decide("t", decisions, x="High").value == {"age": 3}
    with pytest.raises(DecisionFault, match="allowed values"):
        decide("t", decisions, x="Middle")


def year(number: int, end: str = "") -> str:
    until = f' liandong:valid-to="{number}-12-31"' if end == "" else end
    attributes = f'liandong:key="ratio" liandong:valid-from="{number}-01-01"{until}'
    return table(f"ratio{number}", [column("x")], [output("r", "number")], [f"- => {number}"], attributes=attributes)


def test_versions_of_one_decision_are_chosen_by_the_day() -> None:
    decisions = deployed(year(2024), year(2025), year(2026, " "))
    chosen = {
        day: decisions.evaluate("ratio", {"x": 1}, date.fromisoformat(day)).value
        for day in ("2024-01-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2099-01-01")
    }
    assert list(chosen.values()) == [2024, 2024, 2025, 2025, 2026, 2026]
    with pytest.raises(DecisionFault, match="no version of decision 'ratio' is valid on 2023-12-31") as fault:
        decisions.evaluate("ratio", {"x": 1}, date(2023, 12, 31))
    assert fault.value.code == "no-version"
    assert decisions.dated("ratio")
    assert not deployed(ONE).dated("t")


def test_versions_may_lie_in_files_of_their_own() -> None:
    files = {f"{number}.dmn": dmn(year(number).replace(f"ratio{number}", "ratio")) for number in (2025, 2026)}
    read = read_decisions(files)
    assert [finding for finding in read.findings if finding.level == "error"] == []
    assert read.decisions.evaluate("ratio", {"x": 1}, ON).value == 2026


def test_versions_that_are_valid_at_once_are_refused_and_gaps_are_warned_of() -> None:
    assert codes(year(2025, " "), year(2026)) == ["duplicate-decision"]
    assert codes(ONE, ONE.replace('id="t"', 'id="u" liandong:key="t"')) == ["duplicate-decision"]
    assert "validity-gap" in codes(year(2024), year(2026), level="warning")
    backwards = year(2026).replace("2026-12-31", "2025-12-31")
    assert codes(backwards) == ["validity"]
    assert codes(year(2026).replace("2026-01-01", "soon")) == ["validity"]
    assert codes(year(2026).replace("valid-from", "valid-since")) == ["unknown-attribute"]


REFUSED = [
    ('<decision id="t"/>', "no-logic"),
    ('<decision id="t"><context/></decision>', "unsupported-logic"),
    ('<decision id="t"><invocation/></decision>', "unsupported-logic"),
    ('<decision id="t"><knowledgeRequirement/></decision>', "unsupported-logic"),
    ('<decision name="t"><literalExpression><text>1</text></literalExpression></decision>', "missing-id"),
    (ONE + ONE, "duplicate-id"),
    ("", "no-decision"),
    (ONE + '<import namespace="x"/>', "import"),
    (formula("t", ""), "expression"),
    (formula("t", "1", "elephant"), "unknown-type"),
    (formula("t", "1", "time"), "unsupported-type"),
    (formula("t", "u", requires=["u"]), "dangling-reference"),
    (formula("t", "1", requires=["t"]), "decision-cycle"),
    (formula("t", "u", requires=["u"]) + formula("u", "t", requires=["t"]), "decision-cycle"),
    (ONE.replace("<text>x</text>", "<text/>"), "empty-expression"),
    (ONE.replace("<inputExpression", '<inputExpression expressionLanguage="javascript"'), "expression-language"),
    (ONE.replace("<inputEntry>", '<inputEntry expressionLanguage="groovy">'), "expression-language"),
    (table("t", [column("x", values="y")], [output("r")], []), "allowed-values"),
    (table("t", [column("x", values='"a"')], [output("r")], []), "cell-type"),
    (
        formula("a", "1") + table("b", [column("x")], [output("a", "number")], []) + formula("t", "a", requires=["a", "b"]),
        "ambiguous-name",
    ),
]


@pytest.mark.parametrize(("content", "code"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_cannot_be_read_rightly_is_refused(content: str, code: str) -> None:
    found = [finding for finding in findings(content) if finding.level == "error"]
    assert code in {finding.code for finding in found}
    assert all(finding.line and finding.message and finding.message_en for finding in found)


def test_a_chain_of_decisions_has_an_end() -> None:
    chain = [formula("d0", "1")] + [formula(f"d{n}", f"d{n - 1}", requires=[f"d{n - 1}"]) for n in range(1, 60)]
    assert set(codes(*chain)) == {"decision-cycle"}


def test_too_many_columns_are_refused() -> None:
    assert codes(table("t", [column("x")] * 100, [output("r")], [])) == ["table-too-large"]


HOSTILE = [
    (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>', "doctype"),
    (b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><definitions name="&b;"/>', "doctype"),
    (b"<definitions", "not-xml"),
    (b"", "not-xml"),
    (b"<definitions/>", "not-dmn"),
    (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "not-dmn"),
    (b'<?xml version="1.0" encoding="rot13"?><definitions/>', "encoding"),
    (dmn(ONE) + b" " * 2_100_000, "too-large"),
    (dmn("<a>" * 200 + "</a>" * 200), "too-deep"),
    (dmn("<a/>" * 25_000), "too-many-elements"),
]


@pytest.mark.parametrize(("content", "code"), HOSTILE, ids=[f"{n} {case[1]}" for n, case in enumerate(HOSTILE)])
def test_a_hostile_file_is_refused(content: bytes, code: str) -> None:
    assert [finding.code for finding in read_decisions({"t.dmn": content}).findings] == [code]


def test_what_was_deployed_is_read_again_without_the_checks_of_the_day() -> None:
    attributes = 'liandong:valid-since="2026-01-01"'
    overlapping = table("t", [column("x")], [output("r")], ['1 => "a"', '1 => "b"'], attributes=attributes)
    assert codes(overlapping) == ["unknown-attribute", "overlapping-rules"]
    assert decide("t", read_stored_decisions({"t.dmn": dmn(overlapping)}), x=2).value is None
    with pytest.raises(InvalidModel):
        read_stored_decisions({"t.dmn": dmn(formula("t", "1 +"))})
