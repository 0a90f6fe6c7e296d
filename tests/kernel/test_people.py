"""What a user task asks of people, from our elements or from the attributes of other engines' files."""

from __future__ import annotations

import pytest

from engine.kernel import ApprovalModel, parse
from tests.kernel.world import document

OURS = (
    '<userTask id="accept" name="接收"><documentation>收到后尽快答复</documentation><extensionElements>'
    '<liandong:approval mode="pool" form="slip"/>'
    '<liandong:assign rule="post" post="DEPT_HEAD" institution="${toInst}" department="${toDept}"/>'
    '<liandong:assign rule="person" person="${doctor}"/><liandong:assign rule="starter"/>'
    '<liandong:fields write="acceptMode bed" required="acceptMode" hidden="idNo"/>'
    '<liandong:outcome value="accept" label="接收" label-en="Accept" kind="primary"/>'
    '<liandong:outcome value="refuse" label="拒绝" kind="negative" opinion="required" fields="reason alternative"/>'
    '<liandong:deadline term="${parameters.accept[urgency].term}" '
    'calendar="${parameters.accept[urgency].calendar}" ladder="clinical"/>'
    '<liandong:copy rule="post" post="BR_REF" institution="${fromInst}"/></extensionElements></userTask>'
)


def approval(body: str) -> ApprovalModel:
    """The approval of the only task."""
    [model] = parse({"m.bpmn": document(body)}).processes
    [element] = model.elements.values()
    assert element.approval is not None
    return element.approval


def test_our_elements_are_read_whole() -> None:
    found = approval(OURS)
    assert (found.mode, found.form) == ("pool", "slip")
    assert [assign.rule for assign in found.assigns] == ["post", "person", "starter"]
    names = {"toInst": "CH00", "toDept": "骨科", "doctor": "p1", "urgency": "E", "fromInst": "CH01"}
    post = found.assigns[0]
    assert [t.evaluate(names) for t in (post.post, post.institution, post.department) if t] == ["DEPT_HEAD", "CH00", "骨科"]
    assert len(found.fields) == 1
    assert (found.fields[0].write, found.fields[0].required, found.fields[0].hidden) == (
        ("acceptMode", "bed"),
        ("acceptMode",),
        ("idNo",),
    )
    accept, refuse = found.outcomes
    assert (accept.value, accept.label, accept.label_en, accept.kind, accept.opinion) == (
        "accept",
        "接收",
        "Accept",
        "primary",
        "optional",
    )
    assert (refuse.label_en, refuse.opinion, refuse.fields) == ("拒绝", "required", ("reason", "alternative"))
    assert found.deadline is not None
    parameters = {"parameters": {"accept": {"E": {"term": "PT5M", "calendar": "CLIN"}}}, **names}
    assert found.deadline.term.evaluate(parameters) == "PT5M"
    assert found.deadline.calendar is not None
    assert found.deadline.calendar.evaluate(parameters) == "CLIN"
    assert found.deadline.ladder is not None
    assert found.deadline.ladder.evaluate(parameters) == "clinical"
    assert [copy.rule for copy in found.copies] == ["post"]


def test_a_negative_outcome_is_partial_unless_the_model_says_otherwise() -> None:
    accept, refuse = approval(OURS).outcomes
    assert (accept.partial, refuse.partial) == (False, True)
    outcomes = approval(
        '<userTask id="a"><extensionElements><liandong:assign rule="starter"/><liandong:outcome value="revise" partial="true"/>'
        '<liandong:outcome value="died" kind="negative" partial="false"/></extensionElements></userTask>'
    ).outcomes
    assert [outcome.partial for outcome in outcomes] == [True, False]
    parsed = parse(
        {
            "m.bpmn": document(
                '<userTask id="a"><extensionElements><liandong:assign rule="starter"/>'
                '<liandong:outcome value="x" partial="yes"/></extensionElements></userTask>'
            )
        }
    )
    assert [(found.level, found.code) for found in parsed.findings] == [("error", "attribute-value")]


def test_a_task_without_outcomes_has_one() -> None:
    [outcome] = approval('<userTask id="a"/>').outcomes
    assert (outcome.value, outcome.label, outcome.label_en) == ("done", "完成", "Done")


@pytest.mark.parametrize(
    "vendor",
    [
        "http://camunda.org/schema/1.0/bpmn",
        "http://operaton.org/schema/1.0/bpmn",
        "http://flowable.org/bpmn",
        "http://activiti.org/bpmn",
    ],
)
def test_attributes_of_other_engines_are_read(vendor: str) -> None:
    found = approval(
        f'<userTask xmlns:v="{vendor}" id="a" v:assignee="kermit_${{n}}" '
        f'v:candidateUsers="gonzo, piggy" v:candidateGroups="nurses"'
        ' v:formKey="slip" v:dueDate="P2D" v:followUpDate="${later}" v:priority="50"/>'
    )
    people = [
        (assign.rule, template.evaluate({"n": 3}))
        for assign in found.assigns
        for template in (assign.person, assign.post)
        if template is not None
    ]
    assert people == [("person", "kermit_3"), ("person", "gonzo"), ("person", "piggy"), ("post", "nurses")]
    assert found.form == "slip"
    assert found.deadline is not None
    assert found.deadline.term.evaluate({}) == "P2D"
    assert found.follow_up is not None
    assert found.priority is not None


def test_a_task_that_names_nobody_is_warned_of() -> None:
    parsed = parse({"m.bpmn": document('<userTask id="a"/>')})
    assert [(f.level, f.code, f.element) for f in parsed.findings] == [("warning", "no-assignment", "a")]


def test_names_lines_and_places_are_kept() -> None:
    body = '<subProcess id="outer"><subProcess id="inner">\n<userTask id="a" name="甲"/></subProcess></subProcess>'
    [model] = parse({"m.bpmn": document(body)}).processes
    element = model.elements["a"]
    assert (element.name, element.type, element.scope, element.line) == ("甲", "userTask", ("outer", "inner"), 3)
    [task] = parse({"m.bpmn": document(OURS)}).processes[0].elements.values()
    assert task.documentation == "收到后尽快答复"
