"""What the gate says of a deployment as a whole: names of clocks, misspelt extensions, borders of calls, and not too much."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import Finding
from engine.gate.inspection import MOST_FINDINGS, inspect
from engine.testing import bpmn, process, user_task
from tests.engine.models import END, START


def found(data: bytes, parameters: Any = None, *, whole: bool = True) -> tuple[Finding, ...]:
    files = {"m.bpmn": data}
    if parameters is not None:
        files["parameters.json"] = json.dumps(parameters).encode()
    return inspect(files, whole=whole).findings


def errors(findings: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.element) for finding in findings if finding.level == "error"]


def task(deadline: str) -> bytes:
    element = user_task("a", f"<liandong:deadline {deadline}/>", post="BR_GP")
    return bpmn(process("p", START, element, END, flows="s > a > e"))


OWN = {"ladders": {"desk": {"remind": [0.5], "level2": {"after": "P1D", "calendar": "ADMIN"}}}, "clock": "ADMN", "good": "ADMIN"}


@pytest.mark.parametrize(
    ("deadline", "expected", "meant"),
    [
        ('term="PT8H" calendar="ADMIN" ladder="desk" response="PT1H" response-ladder="clinical"', [], ""),
        ('term="PT8H" calendar="${parameters.good}" ladder="${urgency}"', [], ""),
        ('term="PT8H" calendar="ADIMN"', ["unknown-calendar"], "ADMIN"),
        ('term="PT8H" calendar="${parameters.clock}"', ["unknown-calendar"], "ADMIN"),
        ('term="PT8H" ladder="ofice"', ["unknown-ladder"], "office"),
        ('term="PT8H" response="PT1H" response-ladder="dsk"', ["unknown-ladder"], "desk"),
    ],
)
def test_a_clock_names_a_calendar_and_a_ladder_that_are_there(deadline: str, expected: list[str], meant: str) -> None:
    told = found(task(deadline), OWN)
    assert errors(told) == [(code, "a") for code in expected]
    if meant:
        (finding,) = (finding for finding in told if finding.level == "error")
        assert finding.message.endswith(f"是否为“{meant}”？")
        assert finding.message_en.endswith(f"Is it '{meant}'?")
        assert finding.line is not None


def test_a_timer_names_a_calendar_that_is_there() -> None:
    timer = (
        '<intermediateCatchEvent id="t"><extensionElements><liandong:timer calendar="SUPLY"/></extensionElements>'
        '<timerEventDefinition id="d"><timeDuration>PT8H</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    )
    assert errors(found(bpmn(process("p", START, timer, END, flows="s > t > e")))) == [("unknown-calendar", "t")]


@pytest.mark.parametrize(
    "ladders",
    [[], {"desk": 1}, {"desk": {"remind": [2]}}, {"desk": {"level2": {"after": "P1D", "calendar": "X"}}}, {"desk": {"x": 1}}],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(ladders: Any) -> None:
    assert errors(found(task('term="PT8H" ladder="office"'), {"ladders": ladders})) == [("invalid-ladder", None)]


def test_a_file_by_itself_may_name_a_ladder_of_its_deployment() -> None:
    assert errors(found(task('term="PT8H" ladder="desk" calendar="NONE"'), whole=False)) == [("unknown-calendar", "a")]


@pytest.mark.parametrize(
    ("element", "code", "meant"),
    [
        ('<userTask id="a" liandong:deadline="PT8H"/>', "unknown-attribute", "liandong:deadline"),
        ('<userTask id="a" liandong:whatever="x"/>', "unknown-attribute", None),
        ('<userTask id="a"><extensionElements><liandong:dedline term="PT8H"/></extensionElements></userTask>',
         "unknown-extension", "liandong:deadline"),
        ('<userTask id="a"><extensionElements><liandong:deadline terms="PT8H"/></extensionElements></userTask>',
         "unknown-attribute", "term"),
        ('<userTask id="a" xmlns:l="urn:liandong:bpmn:2" l:x="1"/>', "unknown-extension", "urn:liandong:bpmn:1"),
        ('<userTask id="a"><extensionElements><l:deadline xmlns:l="urn:liandong" term="PT8H"/></extensionElements></userTask>',
         "unknown-extension", "urn:liandong:bpmn:1"),
    ],
)  # fmt: skip
def test_what_nobody_reads_of_our_own_namespace_is_refused_with_what_was_meant(
    element: str, code: str, meant: str | None
) -> None:
    told = [finding for finding in found(bpmn(process("p", START, element, END, flows="s > a > e"))) if finding.level == "error"]
    assert (told[0].code, told[0].element) == (code, "a")
    if meant:
        assert meant in told[0].message
        assert meant in told[0].message_en


CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'


@pytest.mark.parametrize(
    ("inner", "attributes", "warned"),
    [
        ("", "", 0),
        ("", CAMUNDA, 2),
        ('<camunda:in variables="all"/><camunda:out variables="all"/>', CAMUNDA, 0),
        ('<camunda:in source="x" target="y"/>', CAMUNDA, 1),
        ('<camunda:in businessKey="#{key}"/><liandong:out name="z"/>', CAMUNDA, 1),
    ],
)
def test_a_call_that_hands_over_more_than_where_it_comes_from_is_warned_of(inner: str, attributes: str, warned: int) -> None:
    call = f'<callActivity id="c" calledElement="q"><extensionElements>{inner}</extensionElements></callActivity>'
    data = bpmn(process("p", START, call, END, flows="s > c > e"), process("q", START, END, flows="s > e"))
    data = data.replace(b"<definitions ", f"<definitions {attributes} ".encode(), 1)
    told = [finding for finding in found(data) if finding.code == "call-mapping"]
    assert [(finding.level, finding.element) for finding in told] == [("warning", "c")] * warned


def test_no_more_findings_are_told_than_anybody_reads() -> None:
    wrong = "".join(f'<task id="t{number}" liandong:x{number}="1"/>' for number in range(700))
    told = found(bpmn(process("p", START, wrong, END, flows="s > e")))
    assert len(told) == MOST_FINDINGS + 1
    assert (told[-1].code, told[-1].level) == ("more-findings", "error")
    assert {finding.level for finding in told} == {"error"}, "errors come before warnings"
    assert "错误 500 条" in told[-1].message
