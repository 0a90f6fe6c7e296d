"""Every element of the BPMN schema is in an own scenario, is refused with a reason, or only describes.

The names come from the schema itself, so that nothing can be forgotten; positions of events are listed one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from engine.kernel import ProcessModel, parse
from engine.kernel.model import Element
from tests.kernel.world import document

SCENARIOS = Path(__file__).parents[1] / "scenarios" / "bpmn"
KINDS_OF_ELEMENTS = (
    "flowElement",
    "artifact",
    "eventDefinition",
    "rootElement",
    "loopCharacteristics",
    "collaboration",
    "choreography",
)
ABSTRACT = {"event", "eventDefinition"}

REFUSED = {
    "callChoreography": '<callChoreography id="c"/>',
    "choreographyTask": '<choreographyTask id="c"/>',
    "subChoreography": '<subChoreography id="c"/>',
    "implicitThrowEvent": '<implicitThrowEvent id="i"/>',
    "choreography": ("<choreography/>",),
    "globalChoreographyTask": ("<globalChoreographyTask/>",),
    "globalConversation": ("<globalConversation/>",),
    "globalBusinessRuleTask": ("<globalBusinessRuleTask/>",),
    "globalManualTask": ("<globalManualTask/>",),
    "globalScriptTask": ("<globalScriptTask/>",),
    "globalTask": ("<globalTask/>",),
    "globalUserTask": ("<globalUserTask/>",),
}
"""A small model of each, inside a process, or beside one when it stands in a tuple."""
DESCRIBE = {
    "category": '<category id="x"/>',
    "endPoint": '<endPoint id="x"/>',
    "interface": '<interface id="x" name="x"/>',
    "itemDefinition": '<itemDefinition id="x"/>',
    "partnerEntity": '<partnerEntity id="x" name="x"/>',
    "partnerRole": '<partnerRole id="x" name="x"/>',
    "resource": '<resource id="x" name="x"/>',
    "dataStore": '<dataStore id="x" name="x"/>',
}
"""What stands beside a process and changes nothing in it."""

CATCHES = ("message", "signal", "timer", "conditional")
INSIDE = (*CATCHES, "escalation")
POSITIONS = (
    *(("start", kind) for kind in ("none", "message", "signal", "timer", "several", "all")),
    *(("catch", kind) for kind in (*CATCHES, "link", "several", "all")),
    *(("throw", kind) for kind in ("none", "message", "signal", "escalation", "compensation", "link", "several")),
    *(
        ("end", kind)
        for kind in ("none", "message", "signal", "error", "escalation", "cancel", "compensation", "terminate", "several")
    ),
    *(("boundary", kind) for kind in (*INSIDE, "error", "cancel", "compensation", "several", "all")),
    *(("boundary beside", kind) for kind in (*INSIDE, "several", "all")),
    *(("event subprocess", kind) for kind in (*INSIDE, "error", "compensation", "several", "all")),
    *(("event subprocess beside", kind) for kind in (*INSIDE, "several", "all")),
)
"""Every position of BPMN's table of events, interrupting or beside what it interrupts."""
REFUSED_POSITIONS = {
    ("start", "error"): '<startEvent id="s"><errorEventDefinition/></startEvent>',
    ("start", "escalation"): '<startEvent id="s"><escalationEventDefinition/></startEvent>',
    ("start", "compensation"): '<startEvent id="s"><compensateEventDefinition/></startEvent>',
    ("catch", "none"): '<intermediateCatchEvent id="c"/>',
    ("catch", "error"): '<intermediateCatchEvent id="c"><errorEventDefinition/></intermediateCatchEvent>',
    ("catch", "cancel"): '<intermediateCatchEvent id="c"><cancelEventDefinition/></intermediateCatchEvent>',
    ("throw", "error"): '<intermediateThrowEvent id="t"><errorEventDefinition/></intermediateThrowEvent>',
    ("throw", "terminate"): '<intermediateThrowEvent id="t"><terminateEventDefinition/></intermediateThrowEvent>',
    ("throw", "timer"): '<intermediateThrowEvent id="t"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
    "</timerEventDefinition></intermediateThrowEvent>",
    (
        "end",
        "timer",
    ): '<endEvent id="e"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></endEvent>',
    ("end", "link"): '<endEvent id="e"><linkEventDefinition name="L"/></endEvent>',
    ("boundary beside", "error"): '<task id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
    "<errorEventDefinition/></boundaryEvent>",
    ("boundary beside", "cancel"): '<transaction id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
    "<cancelEventDefinition/></boundaryEvent>",
    (
        "boundary",
        "terminate",
    ): '<task id="a"/><boundaryEvent id="b" attachedToRef="a"><terminateEventDefinition/></boundaryEvent>',
    ("event subprocess beside", "error"): '<subProcess id="p" triggeredByEvent="true"><startEvent id="s" isInterrupting="false">'
    "<errorEventDefinition/></startEvent></subProcess>",
}


def schema_names() -> Iterator[str]:
    """Names of the schema that may stand in a process or beside one."""
    schema = etree.fromstring(files("SpiffWorkflow.bpmn.parser.schema").joinpath("Semantic.xsd").read_bytes())
    for element in schema.iterchildren("{*}element"):
        if element.get("substitutionGroup") in KINDS_OF_ELEMENTS and element.get("name") not in ABSTRACT:
            yield str(element.get("name"))


def own_models() -> list[ProcessModel]:
    return [m for path in sorted(SCENARIOS.glob("*.bpmn")) for m in parse({path.name: path.read_bytes()}).processes]


def position(model: ProcessModel, element: Element) -> tuple[str, str]:
    """Where an event stands and what it waits for or throws."""
    place = element.type.removesuffix("Event").removeprefix("intermediate").lower()
    if element.type == "startEvent" and element.scope and model.elements[element.scope[-1]].event_subprocess:
        place = "event subprocess"
    if not element.interrupting and place in ("boundary", "event subprocess"):
        place += " beside"
    kind = element.events[0].kind if element.events else "none"
    if len(element.events) > 1:
        kind = "all" if element.parallel_multiple else "several"
    return place, kind


def test_every_element_of_the_schema_runs_in_a_scenario_or_is_refused_or_describes() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SCENARIOS.glob("*.bpmn"))
    names = set(schema_names())
    assert {"userTask", "timerEventDefinition", "process"} < names
    shown = {name for name in names if re.search(rf"<{name}\b", text)}
    assert names - shown - set(REFUSED) - set(DESCRIBE) == set()
    assert not shown & set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_has_a_reason(name: str) -> None:
    sample = REFUSED[name]
    beside = sample[0] if isinstance(sample, tuple) else ""
    findings = parse({"m.bpmn": document('<startEvent id="s"/>' + ("" if beside else str(sample)), beside)}).errors
    assert any(name in finding.message_en for finding in findings)


@pytest.mark.parametrize("name", DESCRIBE)
def test_what_describes_is_no_error(name: str) -> None:
    assert parse({"m.bpmn": document('<startEvent id="s"/>', DESCRIBE[name])}).errors == ()


def test_every_position_of_an_event_runs_in_a_scenario() -> None:
    shown = {position(m, e) for m in own_models() for e in m.elements.values() if e.type.endswith("Event")}
    assert set(POSITIONS) - shown == set()
    assert not shown & set(REFUSED_POSITIONS)


@pytest.mark.parametrize("place", REFUSED_POSITIONS, ids=" ".join)
def test_an_event_where_bpmn_has_none_is_refused(place: tuple[str, str]) -> None:
    assert "event-kind" in {f.code for f in parse({"m.bpmn": document(REFUSED_POSITIONS[place])}).errors}


def test_every_kind_of_loop_and_order_runs_in_a_scenario() -> None:
    loops = [e.loop for m in own_models() for e in m.elements.values() if e.loop is not None]
    assert {(loop.kind, loop.test_before) for loop in loops if loop.kind == "standard"} == {
        ("standard", True),
        ("standard", False),
    }
    several = {(loop.kind, loop.collection is not None) for loop in loops if loop.kind != "standard"}
    assert several == {(kind, listed) for kind in ("parallel", "sequential") for listed in (True, False)}
    ad_hoc = [e.ad_hoc for m in own_models() for e in m.elements.values() if e.ad_hoc is not None]
    assert {(box.sequential, box.cancel_remaining) for box in ad_hoc} >= {(True, True), (False, True), (False, False)}
    gateways = {(e.type, e.instantiate, e.parallel_multiple) for m in own_models() for e in m.elements.values()}
    assert {("eventBasedGateway", i, p) for i, p in ((False, False), (True, False), (True, True))} <= gateways
