"""Faults of the bare SpiffWorkflow 3.2.0 that the kernel must not have, one test for each number of the fault list.

F13, cost that grows with the instance, is tested in test_partial_load.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest

from engine.errors import Conflict
from engine.kernel import Budget, BudgetExceeded, parse
from engine.kernel.effects import IncidentRaised
from engine.kernel.rows import Delta
from engine.kernel.triggers import CompleteToken, Fire, SetVariables
from tests.kernel.world import World, document, flows

FORK = (
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><parallelGateway id="j"/>'
    '<userTask id="z"/>' + flows("s>g", "g>a", "g>b", "a>j", "b>j", "j>z")
)
BOTH = pytest.mark.parametrize("reload", [False, True], ids=["straight", "reload"])


@BOTH
def test_f1_join_keeps_what_the_other_branch_wrote(reload: bool) -> None:
    world = World(FORK, reload=reload)
    world.start("p", allergy="none")
    world.complete("a", allergy="penicillin")
    world.complete("b")
    assert world.variables() == {"allergy": "penicillin"}
    assert world.open() == ["z"]


@BOTH
def test_f2_join_does_not_fuse_lists(reload: bool) -> None:
    world = World(FORK, reload=reload)
    world.start("p", patients=[{"name": "甲"}, {"name": "乙", "allergy": "penicillin"}])
    world.complete("a", patients=[{"name": "乙", "allergy": "penicillin"}])
    world.complete("b", seen=True)
    assert world.variables() == {"patients": [{"name": "乙", "allergy": "penicillin"}], "seen": True}


def test_f2_a_branch_cannot_change_what_another_branch_reads() -> None:
    def spoil(inputs: Any) -> dict[str, Any]:
        inputs["patient"]["allergy"] = "none"
        return {}

    body = (
        '<startEvent id="s"/><serviceTask id="c"><extensionElements><liandong:call function="spoil">'
        '<liandong:in name="patient" value="${patient}"/></liandong:call></extensionElements></serviceTask><userTask id="a"/>'
    )
    world = World(body + flows("s>c", "c>a"), functions={"spoil": spoil})
    given = {"allergy": "penicillin"}
    world.start("p", patient=given)
    assert world.variables()["patient"] == given == {"allergy": "penicillin"}


def test_f3_an_endless_loop_never_ends_by_itself() -> None:
    world = World('<startEvent id="s"/><exclusiveGateway id="m"/><userTask id="a"/>' + flows("s>m", "m>a", "a>m"))
    world.start()
    for _ in range(1_200):
        world.complete("a")
    assert not world.ended()
    assert world.open() == ["a"]
    assert world.source().counts() == {"scopes": 1, "tokens": 1, "subscriptions": 0, "compensations": 0, "variables": 0}


@BOTH
def test_f4_keys_of_submitted_data_mean_nothing(reload: bool) -> None:
    data = {"typename": "UUID", "__class__": "Task", "$type": "x", "value": "1"}
    world = World(FORK, reload=reload)
    world.start("p", form=data)
    world.complete("a", typename="UUID", data=data)
    world.complete("b")
    assert world.variables() == {"form": data, "typename": "UUID", "data": data}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "().__class__.__base__.__subclasses__()",
        "open('/etc/passwd').read()",
        "[x for x in (1).__class__.__mro__]",
        "(lambda: 1)()",
    ],
)
def test_f5_python_in_a_model_is_refused_wherever_it_stands(text: str) -> None:
    sites = {
        "condition": '<sequenceFlow id="f" sourceRef="s" targetRef="a"><conditionExpression>'
        f"{text}</conditionExpression></sequenceFlow>",
        "script": f'<scriptTask id="t"><script>x = {text}</script></scriptTask>',
        "timer": '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>${' + text + "}</timeDuration>"
        "</timerEventDefinition></intermediateCatchEvent>",
        "cardinality": '<task id="t"><multiInstanceLoopCharacteristics><loopCardinality>' + text + "</loopCardinality>"
        "</multiInstanceLoopCharacteristics></task>",
        "collection": f'<task id="t"><multiInstanceLoopCharacteristics><loopDataInputRef>{text}</loopDataInputRef>'
        "</multiInstanceLoopCharacteristics></task>",
        "conditional": f'<intermediateCatchEvent id="t"><conditionalEventDefinition><condition>{text}</condition>'
        "</conditionalEventDefinition></intermediateCatchEvent>",
    }
    for site, xml in sites.items():
        parsed = parse({"m.bpmn": document('<startEvent id="s"/><userTask id="a"/>' + xml)})
        assert "expression" in {finding.code for finding in parsed.errors}, site
        assert parsed.processes == ()


@pytest.mark.parametrize("text", ["__import__('os').system('id')", "open('/etc/passwd')", "(lambda: 1)()"])
def test_f6_text_in_stored_rows_is_never_evaluated_as_python(text: str) -> None:
    condition = "<conditionalEventDefinition><condition>${v == 1}</condition></conditionalEventDefinition>"
    body = f'<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a">{condition}</boundaryEvent>'
    world = World(body + flows("s>a"))
    instance = world.start("p", v=text)
    source = world.store.source(instance)
    [row] = source.subscriptions("conditional")
    row.data["condition"] = text
    source.apply(Delta(instance=source.instance(), subscriptions=[row]))
    world.set_variables(v=1)
    assert world.open() == ["a"]
    world.complete("a", note=text)
    assert world.variables() == {"v": 1, "note": text}


def test_f7_a_task_is_completed_once_and_only_when_it_is_open() -> None:
    world = World('<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s>a", "a>b"))
    instance = world.start()
    [(_, token)] = world.tasks("a")
    world.step(instance, CompleteToken(token=token.key))
    with pytest.raises(Conflict) as refused:
        world.step(instance, CompleteToken(token=token.key))
    assert refused.value.code == "token-gone"
    assert world.open() == ["b"]


def test_f7_what_is_no_open_user_task_cannot_be_completed() -> None:
    world = World(FORK)
    instance = world.start()
    world.complete("a")
    [joining] = [row for row in world.source().all_tokens() if row.element == "j"]
    with pytest.raises(Conflict) as refused:
        world.step(instance, CompleteToken(token=joining.key))
    assert refused.value.code == "not-ready"


def test_f7_an_ended_instance_does_not_move() -> None:
    world = World('<startEvent id="s"/>')
    instance = world.start()
    assert world.state(instance) == "completed"
    with pytest.raises(Conflict) as refused:
        world.step(instance, SetVariables(variables={"x": 1}))
    assert refused.value.code == "instance-ended"


@BOTH
def test_f8_no_element_id_is_reserved(reload: bool) -> None:
    ids = ["Start", "p.EndJoin", "Root", "End"]
    body = f'<startEvent id="{ids[0]}"/>' + "".join(f'<userTask id="{name}"/>' for name in ids[1:])
    world = World(body + flows("Start>p.EndJoin", "p.EndJoin>Root", "Root>End"), reload=reload)
    world.start()
    for name in ids[1:]:
        assert world.open() == [name]
        world.complete(name)
    assert world.ended()


def _property(name: str, path: str) -> str:
    retrievals = "".join(
        f'<correlationPropertyRetrievalExpression messageRef="{message}"><messagePath>{path}</messagePath>'
        "</correlationPropertyRetrievalExpression>"
        for message in ("q", "m")
    )
    return f'<correlationProperty id="{name}" name="{name}">{retrievals}</correlationProperty>'


CORRELATION = (
    '<message id="q" name="question"/><message id="m" name="answer"/>'
    + _property("patient", "patientId")
    + _property("visit", "visitNo")
    + '<collaboration id="c"><correlationKey id="k" name="case"><correlationPropertyRef>patient'
    "</correlationPropertyRef><correlationPropertyRef>visit</correlationPropertyRef></correlationKey></collaboration>"
)
ASKS = (
    '<process id="p"><startEvent id="s"/><sendTask id="ask" messageRef="q"/><subProcess id="sub"><startEvent id="i"/>'
    '<receiveTask id="r" messageRef="m"/>'
    + flows("i>r")
    + '</subProcess><userTask id="z"/>'
    + flows("s>ask", "ask>sub", "sub>z")
    + "</process>"
)


@BOTH
def test_f9_every_correlation_key_must_match_and_is_never_overwritten(reload: bool) -> None:
    world = World({"m.bpmn": document(CORRELATION + ASKS)}, reload=reload)
    first = world.start("p", patientId="P1", visitNo=1)
    second = world.start("p", patientId="P1", visitNo=2)
    with pytest.raises(Conflict):
        world.message("answer", patientId="P1")
    with pytest.raises(Conflict):
        world.message("answer", patientId="P2", visitNo=1)
    world.message("answer", patientId="P1", visitNo=2)
    assert [instance for instance, _ in world.tasks("z")] == [second]
    assert world.source(first).instance().correlation == {"case": {"patient": "P1", "visit": 1}}
    world.message("answer", patientId="P1", visitNo=1)
    assert [instance for instance, _ in world.tasks("z")] == [first, second]


def test_f9_one_message_goes_to_one_waiting_place() -> None:
    body = (
        '<process id="p"><startEvent id="s"/><parallelGateway id="g"/><receiveTask id="a" messageRef="m"/>'
        '<receiveTask id="b" messageRef="m"/>' + flows("s>g", "g>a", "g>b") + "</process>"
    )
    world = World({"m.bpmn": document('<message id="m" name="answer"/>' + body)})
    world.start()
    world.message("answer")
    assert [row.element for _, row in world.waiting()] == ["b"]


def test_f10_a_process_that_calls_itself_stops_at_the_depth_of_the_budget() -> None:
    world = World('<startEvent id="s"/><callActivity id="c" calledElement="p"/>' + flows("s>c"))
    with pytest.raises(BudgetExceeded):
        world.start()


def test_f10_a_script_loop_stops_at_the_steps_of_the_budget() -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="m"/><scriptTask id="a"><script>n = 1</script></scriptTask>'
    world = World(body + flows("s>m", "m>a", "a>m"), budget=Budget(steps=500))
    with pytest.raises(BudgetExceeded) as refused:
        world.start()
    assert refused.value.facts["limit"] == 500


def test_f10_too_many_seats_are_refused() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>${n}</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>" + flows("s>a")
    )
    world = World(body)
    with pytest.raises(BudgetExceeded):
        world.start("p", n=10**8)


@pytest.mark.parametrize("term", ["R/PT0S", "PT", "P", "R0/PT1H", "soon", "R3/", "P1W2D"])
def test_f10_a_timer_that_never_rests_or_says_nothing_is_refused(term: str) -> None:
    parsed = parse({"m.bpmn": document(_timer(term))})
    assert "timer" in {finding.code for finding in parsed.errors}


def test_f10_missed_firings_collapse_to_one() -> None:
    world = World(_timer("R/PT1M"))
    instance = world.start()
    world.now = world.now.replace(day=2)
    source = world.store.source(instance)
    [row] = source.subscriptions("timer")
    world.step(instance, _fire(row.key))
    assert world.open() == ["a", "h"]
    [again] = source.subscriptions("timer")
    assert again.due is not None
    assert (again.due - world.now).total_seconds() == 60
    with pytest.raises(Conflict) as refused:
        world.step(instance, _fire(row.key))
    assert refused.value.code == "not-due"


def test_f11_nothing_of_a_case_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        world = World(FORK)
        world.start("p", idNumber="430000200001011234")
        world.complete("a")
        world.complete("b")
    assert "430000200001011234" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("spiff")]


def test_f12_the_incident_of_a_function_says_what_failed() -> None:
    def divide(inputs: Any) -> dict[str, Any]:
        return {"x": 1 // inputs["by"]}

    body = (
        '<startEvent id="s"/><serviceTask id="c"><extensionElements><liandong:call function="divide">'
        '<liandong:in name="by" value="${n}"/><liandong:out name="x"/></liandong:call></extensionElements></serviceTask>'
    )
    world = World(body + flows("s>c"), functions={"divide": divide}, keep_incidents=True)
    world.start("p", n=0)
    [incident] = world.of(IncidentRaised)
    assert (incident.element, incident.code) == ("c", "function")
    assert "divide" in incident.message
    assert "ZeroDivisionError" in incident.message


def _timer(term: str) -> str:
    return (
        '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
        f'<timerEventDefinition><timeCycle>{term}</timeCycle></timerEventDefinition></boundaryEvent><userTask id="h"/>'
        + flows("s>a", "b>h")
    )


def _fire(key: int) -> Any:
    return Fire(subscription=key)
