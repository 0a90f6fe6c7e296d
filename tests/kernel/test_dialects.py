"""Files of Camunda 7, Operaton, Flowable and Activiti: read, warned of or refused with the reason, never passed over."""

from __future__ import annotations

import pytest

from engine.kernel import parse, read_stored
from tests.kernel.world import document

DIALECTS = {
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "operaton": "http://operaton.org/schema/1.0/bpmn",
    "flowable": "http://flowable.org/bpmn",
    "activiti": "http://activiti.org/bpmn",
}


def findings(body: str, dialect: str = "camunda", **options: object) -> list[tuple[str, str, str | None]]:
    """Level, code and element of what is found about other engines' words, which are written with prefix `v`."""
    return [
        (found.level, found.code, found.element)
        for found in parse({"m.bpmn": file(body, dialect)}, **options).findings  # type: ignore[arg-type]
        if found.code.startswith("foreign-")
    ]


def file(body: str, dialect: str) -> bytes:
    """A file whose prefix `v` is that dialect's namespace."""
    return document(body).replace(b"<definitions ", f'<definitions xmlns:v="{DIALECTS[dialect]}" '.encode())


def extended(kind: str, inner: str, attributes: str = "") -> str:
    """A node `a` with extension elements."""
    return f'<{kind} id="a" {attributes}><extensionElements>{inner}</extensionElements></{kind}>'


CODE = [
    ('<serviceTask id="a" v:class="org.example.Send"/>', "foreign-service"),
    ('<task id="a" v:delegateExpression="${bean}"/>', "foreign-service"),
    ('<sendTask id="a" v:expression="${bean.send()}"/>', "foreign-service"),
    ('<serviceTask id="a" v:type="mail"/>', "foreign-service"),
    ('<serviceTask id="a" v:type="shell"/>', "foreign-service"),
    ('<endEvent id="a"><messageEventDefinition v:type="external"/></endEvent>', "foreign-service"),
    ('<serviceTask id="a" v:topic="lab"/>', "foreign-service"),
    (extended("serviceTask", "<v:connector/>"), "foreign-service"),
    (extended("serviceTask", '<v:field name="to"/>'), "foreign-service"),
    ('<serviceTask id="a" v:resultVariable="r"/>', "foreign-service"),
    ('<scriptTask id="a" v:resource="x.groovy"><script>y = 1</script></scriptTask>', "foreign-script"),
    (extended("endEvent", '<v:executionListener class="x"/>'), "foreign-listener"),
    (extended("userTask", '<v:taskListener class="x"/>'), "foreign-listener"),
    ('<startEvent id="a" v:initiator="who"/>', "foreign-mapping"),
    (extended("userTask", "<v:inputOutput/>"), "foreign-mapping"),
    ('<callActivity id="a" calledElement="p" v:variableMappingClass="x"/>', "foreign-mapping"),
    ('<userTask id="a" v:skipExpression="${true}"/>', "foreign-behavior"),
    ('<serviceTask id="a" v:triggerable="true"/>', "foreign-behavior"),
]
WARNED = [
    (extended("userTask", '<v:formData><v:formField id="x"/></v:formData>'), "foreign-form"),
    (extended("startEvent", '<v:formProperty id="x"/>'), "foreign-form"),
    ('<startEvent id="a" v:formKey="slip"/>', "foreign-form"),
    ('<userTask id="a" v:jobPriority="5"/>', "foreign-setting"),
    ('<callActivity id="a" calledElement="p" v:calledElementTenantId="t"/>', "foreign-setting"),
    (extended("callActivity", '<v:in businessKey="k"/>', 'calledElement="p"'), "foreign-setting"),
    ('<userTask id="a" v:invented="1"/>', "foreign-unknown"),
    ('<serviceTask id="a" v:assignee="kermit"/>', "foreign-unknown"),
    (extended("userTask", "<v:invented/>"), "foreign-unknown"),
    ('<userTask id="a"><v:properties/></userTask>', "foreign-unknown"),
]
HARMLESS = [
    '<userTask id="a" v:exclusive="false" v:assignee="kermit" v:dueDate="P1D" v:asyncBefore="true"/>',
    '<task id="a" v:skipExpression=""/>',
    extended("userTask", '<v:properties><v:property name="colour" value="red"/></v:properties>'),
    extended("callActivity", '<v:in variables="all"/><v:out source="x" target="y"/>', 'calledElement="p"'),
    '<serviceTask id="a" v:type="external" v:topic="lab" v:taskPriority="3"/>',
    extended("serviceTask", '<liandong:external topic="lab"/>', 'v:class="org.example.Lab"'),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("body", "code"), CODE)
def test_what_would_run_otherwise_is_refused(body: str, code: str, dialect: str) -> None:
    assert ("error", code, "a") in findings(body, dialect)
    assert {level for level, _, _ in findings(body, dialect, foreign_services="pass")} == {"warning"}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("body", "code"), WARNED)
def test_what_has_no_effect_is_warned_of(body: str, code: str, dialect: str) -> None:
    assert findings(body, dialect) == [("warning", code, "a")]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("body", HARMLESS)
def test_what_is_read_or_harmless_is_not_mentioned(body: str, dialect: str) -> None:
    assert findings(body, dialect) == []


def test_the_finding_names_the_word_in_both_languages() -> None:
    [found] = [f for f in parse({"m.bpmn": file('<task id="a" v:odd="1"/>', "flowable")}).findings if f.code == "foreign-unknown"]

    assert found.message.startswith("flowable:odd：")
    assert found.message_en.startswith("flowable:odd: ")
    assert found.line == 2


def test_process_and_flows_are_looked_at_too() -> None:
    listener = '<extensionElements><v:executionListener class="x"/></extensionElements>'
    flow = f'<task id="x"/><task id="y"/><sequenceFlow id="a" sourceRef="x" targetRef="y">{listener}</sequenceFlow>'

    assert findings(flow) == [("error", "foreign-listener", "a")]
    assert findings(f'<process id="a" isExecutable="true">{listener}<task id="x"/></process>') == [
        ("error", "foreign-listener", "a")
    ]


def test_a_process_that_is_not_executable_may_hold_anything() -> None:
    other = '<process id="o" isExecutable="false"><serviceTask id="a" v:class="x"/></process>'

    assert findings(f'<process id="p" isExecutable="true"><task id="x"/></process>{other}') == []


def test_a_namespace_that_nobody_reads_is_told_of_once() -> None:
    body = (
        '<process xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="p" isExecutable="true">'
        + extended("serviceTask", '<zeebe:taskDefinition type="lab"/><zeebe:ioMapping/>')
        + '<task id="b" zeebe:odd="1"/></process>'
    )

    assert findings(body) == [("warning", "foreign-namespace", "a")]


def test_what_was_deployed_once_stays_readable() -> None:
    [model] = read_stored({"m.bpmn": file('<startEvent id="a" v:initiator="who"/>', "flowable")})

    assert set(model.elements) == {"a"}
