"""Files of other tools in our words: they say the same, and every word of theirs is accounted for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from engine.errors import Finding
from engine.kernel import parse
from engine.kernel.translation import translate
from engine.xml import Unreadable

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:{vendor}="{namespace}" targetNamespace="x">'
)
CAMUNDA = """
<process id="loan" isExecutable="true" camunda:versionTag="7.1" camunda:historyTimeToLive="P30D">
  <extensionElements><camunda:failedJobRetryTimeCycle>R3/PT10M</camunda:failedJobRetryTimeCycle></extensionElements>
  <startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="ask"/>
  <userTask id="ask" name="审批" camunda:assignee="${boss}" camunda:formKey="loan" camunda:dueDate="P2D"
    camunda:asyncBefore="true">
    <documentation>批</documentation>
    <multiInstanceLoopCharacteristics camunda:collection="people" camunda:elementVariable="boss" camunda:asyncAfter="true"/>
  </userTask>
  <sequenceFlow id="f2" sourceRef="ask" targetRef="group"/>
  <userTask id="group" camunda:candidateGroups="MED_DIR, VP_MED" camunda:owner="x"/>
  <sequenceFlow id="f3" sourceRef="group" targetRef="rate"/>
  <businessRuleTask id="rate" camunda:decisionRef="rates" camunda:resultVariable="rate" camunda:mapDecisionResult="singleEntry"/>
  <sequenceFlow id="f4" sourceRef="rate" targetRef="call"/>
  <callActivity id="call" calledElement="other" camunda:calledElementBinding="version" camunda:calledElementVersion="2">
    <extensionElements><camunda:in source="a" target="b"/><camunda:out variables="all"/></extensionElements>
  </callActivity>
  <sequenceFlow id="f5" sourceRef="call" targetRef="strange"/>
  <userTask id="strange" camunda:candidateUsers="kermit" camunda:swims="true"/>
  <sequenceFlow id="f6" sourceRef="strange" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""
FLOWABLE = """
<process id="loan" isExecutable="true">
  <startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="w"/>
  <serviceTask id="w" flowable:async="true" flowable:class="org.example.Work"/>
  <sequenceFlow id="f2" sourceRef="w" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""


def head(vendor: str, namespace: str) -> str:
    return HEAD.format(vendor=vendor, namespace=namespace)


def known(rule: str, name: str) -> bool:
    return (rule, name) in {("post", "MED_DIR"), ("post", "VP_MED")}


def meaning(value: Any) -> Any:
    """A model without the lines of its file, and without the tool whose words it was written in."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.name not in ("line", "foreign")]
        return (type(value).__name__, [(name, meaning(getattr(value, name))) for name in fields])
    if hasattr(value, "items"):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [meaning(item) for item in value]
    return value.source if hasattr(value, "source") else value


def own(findings: tuple[Finding, ...]) -> list[tuple[str, str, str | None]]:
    return [(found.level, found.code, found.element) for found in findings if not found.code.startswith("foreign")]


def test_a_translated_file_means_the_same_and_every_word_is_accounted_for() -> None:
    text = head("camunda", "http://camunda.org/schema/1.0/bpmn") + CAMUNDA
    found = translate(text.encode(), known)
    before, after = (parse({"a.bpmn": content}, foreign_services="pass") for content in (text.encode(), found.content))
    assert before.processes
    assert meaning(after.processes) == meaning(before.processes)
    assert own(after.findings) == own(before.findings)
    told = [(word.element, word.word.removeprefix("camunda:"), word.treatment, word.into) for word in found.words]
    done = [(into, element, word) for element, word, treatment, into in told if treatment == "translated"]
    assert sorted(done) == sorted(
        [
            ("liandong:retry", "loan", "failedJobRetryTimeCycle"),
            ("liandong:process", "loan", "versionTag"),
            ("liandong:assign", "ask", "assignee"),
            ("liandong:approval", "ask", "formKey"),
            ("liandong:deadline", "ask", "dueDate"),
            ("liandong:async", "ask", "asyncBefore"),
            ("liandong:async", "ask", "asyncAfter"),
            ("liandong:assign", "group", "candidateGroups"),
            *(("liandong:decision", "rate", name) for name in ("decisionRef", "mapDecisionResult", "resultVariable")),
            *(("liandong:called", "call", name) for name in ("calledElementBinding", "calledElementVersion")),
        ]
    )
    left = {(element, word): treatment for element, word, treatment, _ in told if treatment != "translated"}
    assert left == {
        ("loan", "historyTimeToLive"): "kept",
        ("ask", "collection"): "kept",
        ("ask", "elementVariable"): "kept",
        ("group", "owner"): "warned",
        ("call", "in"): "kept",
        ("call", "in source"): "kept",
        ("call", "in target"): "kept",
        ("call", "out"): "kept",
        ("call", "out variables"): "kept",
        ("strange", "candidateUsers"): "kept",
        ("strange", "swims"): "warned",
    }
    assert (found.drawn, found.content.count(b'xmlns:liandong="urn:liandong:bpmn:1"')) == (False, 1)
    assert translate(found.content, known).content == found.content


def test_what_would_run_code_is_refused_and_a_file_without_anything_to_translate_keeps_its_bytes() -> None:
    text = head("flowable", "http://flowable.org/bpmn") + FLOWABLE
    found = translate(text.encode(), known)
    assert [(word.word, word.treatment) for word in found.words] == [
        ("flowable:async", "translated"),
        ("flowable:class", "refused"),
    ]
    plain = text.replace("flowable:async", "flowable:exclusive").encode()
    assert translate(plain, known).content == plain
    with pytest.raises(Unreadable):
        translate(b"<!DOCTYPE x><definitions/>", known)
