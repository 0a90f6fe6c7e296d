"""Messages, signals and functions: what leaves an instance, what it takes in, and what it must match."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Conflict, Invalid
from engine.kernel import match_message, parse
from engine.kernel.effects import IncidentRaised, MessageThrown, SignalThrown
from engine.kernel.triggers import Fire, Start
from tests.kernel.world import World, document, flows

MESSAGES = '<message id="m_ask" name="Ask"/><message id="m_answer" name="Answer"/>'
SEND = (
    '<sendTask id="send" messageRef="m_ask"><extensionElements><liandong:send to="${target}" businessKey="${no}" expires="P30D">'
    '<liandong:correlate name="no" value="${no}"/><liandong:payload name="urgency"/><liandong:payload name="absent"/>'
    '<liandong:payload name="twice" value="${n * 2}"/></liandong:send></extensionElements></sendTask>'
)
RECEIVE = (
    '<receiveTask id="wait" messageRef="m_answer"><extensionElements><liandong:receive>'
    '<liandong:correlate name="no" value="${no}"/>'
    '<liandong:accept name="bed" as="bedNo"/></liandong:receive></extensionElements></receiveTask>'
)
ASKER = (
    f'<process id="p"><startEvent id="s"/>{SEND}{RECEIVE}<userTask id="z"/>'
    + flows("s>send", "send>wait", "wait>z")
    + "</process>"
)


def world(body: str = ASKER, **options: Any) -> World:
    """A world with the two messages."""
    return World({"m.bpmn": document(MESSAGES + body)}, reload=True, **options)


def test_a_message_carries_its_whitelist_and_nothing_else() -> None:
    asked = world()
    asked.start("p", target="CH00", no="ZZ-1", urgency="R", n=4, idNumber="secret")
    [message] = asked.of(MessageThrown)
    assert (message.name, message.to, message.endpoint, message.business_key, message.expires) == (
        "Ask",
        "CH00",
        None,
        "ZZ-1",
        "P30D",
    )
    assert message.correlation == {"no": "ZZ-1"}
    assert message.payload == {"urgency": "R", "twice": 8}


def test_only_the_message_that_carries_every_key_goes_on() -> None:
    asked = world()
    for number in ("ZZ-1", "ZZ-2"):
        asked.start("p", target="CH00", no=number, n=1)
    for wrong in ({}, {"no": "ZZ-3"}, {"number": "ZZ-1"}):
        with pytest.raises(Conflict):
            asked.message("Answer", wrong, bed="12")
    asked.message("Answer", {"no": "ZZ-2"}, bed="12", other="x")
    [(instance, _)] = asked.tasks("z")
    assert asked.variables(instance) == {"target": "CH00", "no": "ZZ-2", "n": 1, "bedNo": "12"}


def test_match_message_takes_the_first_that_fits() -> None:
    asked = world()
    instance = asked.start("p", target="CH00", no="ZZ-1", n=1)
    rows = asked.store.source(instance).subscriptions("message")
    assert match_message(rows, "Answer", {"no": "ZZ-1", "more": 1}) == rows[0]
    assert match_message(rows, "Answer", {"no": "ZZ-2"}) is None
    assert match_message(rows, "Ask", {"no": "ZZ-1"}) is None
    assert match_message(rows, "Answer", {}, {"no": "ZZ-1"}) is None


def test_a_message_to_an_endpoint_names_it() -> None:
    send = '<endEvent id="e"><extensionElements><liandong:send endpoint="PT"/></extensionElements>'
    body = f'<process id="p"><startEvent id="s"/>{send}<messageEventDefinition messageRef="m_ask"/></endEvent>'
    told = world(body + flows("s>e") + "</process>")
    told.start()
    [message] = told.of(MessageThrown)
    assert (message.to, message.endpoint, message.payload) == (None, "PT", {})
    assert told.ended()


def test_a_send_that_names_a_missing_value_stops_in_an_incident_and_sends_nothing() -> None:
    asked = world(keep_incidents=True)
    asked.start("p", no="ZZ-1", n=1)
    [incident] = asked.of(IncidentRaised)
    assert (incident.element, incident.code) == ("send", "expression")
    assert asked.of(MessageThrown) == []


def test_a_message_starts_an_instance_and_maps_what_it_takes() -> None:
    body = (
        '<process id="p"><startEvent id="s"><extensionElements><liandong:receive><liandong:correlate name="no"/>'
        '<liandong:accept name="no"/><liandong:accept name="sex" as="patientSex"/></liandong:receive></extensionElements>'
        '<messageEventDefinition messageRef="m_ask"/></startEvent><userTask id="a"/>' + flows("s>a") + "</process>"
    )
    started = world(body)
    [start] = started.compiled.processes["p"].start_subscriptions
    assert (start.element, start.kind, start.name) == ("s", "message", "Ask")
    instance = started.start_by_message("Ask", no="ZZ-1", sex="F", secret="x")
    assert started.variables(instance) == {"no": "ZZ-1", "patientSex": "F"}
    assert started.open() == ["a"]


def test_an_instance_starts_only_at_a_start_event() -> None:
    asked = world()
    for element in ("z", "wait", "#compensation", "nowhere"):
        with pytest.raises(Invalid) as refused:
            asked.step(None, Start(instance=1, definition="d", process="p", start_element=element))
        assert refused.value.code == "start-element"


def test_a_boundary_message_gives_its_payload_to_the_scope_of_the_host() -> None:
    body = (
        '<process id="p"><startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
        '<messageEventDefinition messageRef="m_ask"/></boundaryEvent><userTask id="h"/>' + flows("s>a", "b>h") + "</process>"
    )
    asked = world(body)
    asked.start()
    asked.message("Ask", note=1)
    asked.message("Ask", note=2)
    assert asked.open() == ["a", "h", "h"]
    assert asked.variables() == {"note": 2}


def test_the_first_event_of_a_gateway_wins_and_the_others_are_forgotten() -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    body = (
        '<process id="p"><startEvent id="s"/><eventBasedGateway id="g"/><receiveTask id="r" messageRef="m_ask"/>'
        f'<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent><userTask id="a"/><userTask id="b"/>'
        + flows("s>g", "g>r", "g>t", "r>a", "t>b")
        + "</process>"
    )
    asked = world(body)
    first, second = asked.start(), asked.start()
    asked.message("Ask", note=1)
    assert asked.open() == ["a"]
    assert asked.store.source(first).counts()["subscriptions"] == 0
    asked.advance_time("PT2H")
    assert asked.open() == ["a", "b"]
    assert asked.store.source(second).counts()["subscriptions"] == 0


def test_a_signal_fires_everything_of_its_own_instance_and_is_told_to_the_others() -> None:
    body = (
        '<process id="p"><startEvent id="s"/><parallelGateway id="g"/><intermediateCatchEvent id="c"><signalEventDefinition '
        'signalRef="x"/></intermediateCatchEvent><userTask id="a"/><userTask id="b"/><intermediateThrowEvent id="t">'
        '<signalEventDefinition signalRef="x"/></intermediateThrowEvent>'
        + flows("s>g", "g>c", "c>b", "g>a", "a>t")
        + "</process>"
    )
    signalled = World({"m.bpmn": document('<signal id="x" name="Alarm"/>' + body)}, reload=True)
    signalled.start()
    signalled.start()
    signalled.complete("a")
    assert signalled.open() == ["a", "b", "b"]
    assert [effect.name for effect in signalled.of(SignalThrown)] == ["Alarm"]


def test_a_subscription_fires_once_and_only_for_its_own_message() -> None:
    asked = world()
    instance = asked.start("p", target="CH00", no="ZZ-1", n=1)
    [row] = asked.store.source(instance).subscriptions("message")
    for correlation in ({}, {"no": "ZZ-2"}):
        with pytest.raises(Conflict) as refused:
            asked.step(instance, Fire(subscription=row.key, correlation=correlation))
        assert refused.value.code == "no-match"
    asked.step(instance, Fire(subscription=row.key, correlation={"no": "ZZ-1"}))
    with pytest.raises(Conflict) as refused:
        asked.step(instance, Fire(subscription=row.key, correlation={"no": "ZZ-1"}))
    assert refused.value.code == "subscription-gone"


def test_a_payload_cannot_write_a_reserved_name() -> None:
    body = '<process id="p"><startEvent id="s"/><receiveTask id="r" messageRef="m_ask"/>' + flows("s>r") + "</process>"
    asked = world(body)
    instance = asked.start()
    [row] = asked.store.source(instance).subscriptions("message")
    with pytest.raises(Invalid) as refused:
        asked.step(instance, Fire(subscription=row.key, payload={"parameters": {}}))
    assert refused.value.code == "reserved-name"


CALL = (
    '<process id="p"><startEvent id="s"/><serviceTask id="c"><extensionElements><liandong:call function="triage">'
    '<liandong:in name="pulse" value="${vital.pulse}"/><liandong:in name="age"/>'
    '<liandong:out name="urgency" value="${result.level}"/><liandong:out name="reasons"/></liandong:call></extensionElements>'
    '</serviceTask><userTask id="a"/>' + flows("s>c", "c>a") + "</process>"
)


def triage(inputs: Any) -> dict[str, Any]:
    """Urgent above 120."""
    return {"level": "E" if inputs["pulse"] > 120 else "R", "reasons": sorted(inputs), "ignored": 1}


def test_a_function_gets_its_inputs_and_gives_its_outputs() -> None:
    called = world(CALL, functions={"triage": triage})
    called.start("p", vital={"pulse": 130})
    assert called.variables() == {"vital": {"pulse": 130}, "urgency": "E", "reasons": ["pulse"]}


def test_an_output_that_the_function_does_not_give_is_an_incident_and_writes_nothing() -> None:
    called = world(CALL, functions={"triage": lambda inputs: {"level": "E"}}, keep_incidents=True)
    called.start("p", vital={"pulse": 130})
    [incident] = called.of(IncidentRaised)
    assert "reasons" in incident.message
    assert called.variables() == {"vital": {"pulse": 130}}


def test_several_pools_are_several_processes() -> None:
    data = document(
        '<collaboration id="c"><participant id="P1" name="基层" processRef="a"/><participant id="P2" name="医院" processRef="b"/>'
        '<participant id="P3" name="患者"/><messageFlow id="F" sourceRef="s" targetRef="r"/></collaboration>'
        '<process id="a"><extensionElements><liandong:process pool="FROM" startable="true" title="转诊" title-en="Referral"/>'
        '<liandong:starter post="BR_GP"/><liandong:number category="ZZ" variable="no"/><liandong:subject value="${name}"/>'
        '<liandong:visible institution="${toInst}" while="${open}"/></extensionElements><laneSet><lane id="l" name="医生">'
        '<flowNodeRef>s</flowNodeRef></lane></laneSet><startEvent id="s"/></process>'
        '<process id="b"><startEvent id="r"/></process>'
    )
    first, second = parse({"m.bpmn": data}).processes
    assert (first.pool, first.participant, second.participant) == ("FROM", "基层", "医院")
    assert (first.startable, first.title, first.title_en, first.starters[0].post) == (True, "转诊", "Referral", "BR_GP")
    assert (first.number.category, first.number.variable) == ("ZZ", "no") if first.number else False
    assert first.visible[0].condition is not None
    assert first.elements["s"].lane == "医生"
    assert first.lanes == ("医生",)
    assert [(p.name, p.process) for p in first.participants] == [("基层", "a"), ("医院", "b"), ("患者", None)]
    assert [(f.source, f.target) for f in first.message_flows] == [("s", "r")]
