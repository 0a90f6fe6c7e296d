"""Events that wait for several things: any of them, or all of them, in every position; and shared compensation."""

from __future__ import annotations

import pytest

from engine.errors import Conflict
from tests.kernel.world import World, document, flows

SHARED = '<message id="m" name="m"/><message id="n" name="n"/><signal id="x" name="x"/>'
MESSAGE = '<messageEventDefinition messageRef="{}"/>'
BOTH = MESSAGE.format("m") + MESSAGE.format("n")


def world(body: str) -> World:
    return World({"m.bpmn": document(f'<process id="p">{body}</process>', SHARED)}, reload=True)


def waits(kind: str, name: str, definitions: str, *, all_of: bool, **attributes: str) -> str:
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{kind} id="{name}" parallelMultiple="{str(all_of).lower()}"{more}>{definitions}</{kind}>'


@pytest.mark.parametrize("all_of", [False, True])
def test_a_catch_of_several_events(all_of: bool) -> None:
    body = '<startEvent id="s"/>' + waits("intermediateCatchEvent", "c", BOTH, all_of=all_of) + '<userTask id="z"/>'
    waiting = world(body + flows("s>c", "c>z"))
    waiting.start()
    waiting.message("n", fromN=1)
    assert waiting.open() == ([] if all_of else ["z"])
    if all_of:
        with pytest.raises(Conflict):
            waiting.message("n")
        waiting.message("m", fromM=2)
        assert waiting.open() == ["z"]
    assert waiting.variables() == ({"fromN": 1, "fromM": 2} if all_of else {"fromN": 1})


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_a_boundary_event_of_several_events_at_once(interrupting: str) -> None:
    event = waits("boundaryEvent", "b", BOTH, all_of=True, attachedToRef="a", cancelActivity=interrupting)
    bounded = world('<startEvent id="s"/><userTask id="a"/>' + event + '<userTask id="h"/>' + flows("s>a", "b>h"))
    bounded.start()
    bounded.message("m")
    assert bounded.open() == ["a"]
    bounded.message("n")
    if interrupting == "true":
        assert bounded.open() == ["h"]
        return
    assert bounded.open() == ["a", "h"]
    bounded.message("n")
    assert bounded.open() == ["a", "h"]
    bounded.message("m")
    assert bounded.open() == ["a", "h", "h"]


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_subprocess_of_several_events_at_once(interrupting: str) -> None:
    start = waits("startEvent", "es", BOTH, all_of=True, isInterrupting=interrupting)
    handler = f'<subProcess id="e" triggeredByEvent="true">{start}<userTask id="h"/>{flows("es>h")}</subProcess>'
    begun = world('<startEvent id="s"/><userTask id="a"/>' + handler + flows("s>a"))
    begun.start()
    begun.message("m", x=1)
    assert begun.open() == ["a"]
    begun.message("n", y=2)
    assert begun.open() == (["h"] if interrupting == "true" else ["a", "h"])
    [(instance, token)] = begun.tasks("h")
    assert begun.source(instance).variables(token.scope) == {"x": 1, "y": 2}
    if interrupting == "false":
        begun.message("n")
        begun.message("m")
        assert begun.open() == ["a", "h", "h"]


def test_a_start_event_of_any_of_several_events() -> None:
    several = world(waits("startEvent", "s", BOTH, all_of=False) + '<userTask id="a"/>' + flows("s>a"))
    several.start_by_message("n")
    several.start_by_message("m")
    assert several.open() == ["a", "a"]


def test_a_start_event_of_several_events_at_once_waits_in_the_new_instance() -> None:
    several = world(
        waits("startEvent", "s", BOTH + '<signalEventDefinition signalRef="x"/>', all_of=True)
        + '<userTask id="a"/>'
        + flows("s>a")
    )
    several.start_by_message("n", x=1)
    assert several.open() == []
    assert [row.element for _, row in several.waiting()] == ["s"]
    several.message("m", y=2)
    assert several.open() == []
    several.signal("x")
    # The signal also starts an instance of its own, as any of the events does.
    assert several.open() == ["a"]
    assert several.variables() == {"x": 1, "y": 2}
    assert len(several.live()) == 2


def test_a_parallel_gateway_that_starts_a_process_waits_for_all_of_its_events() -> None:
    body = (
        '<eventBasedGateway id="g" instantiate="true" eventGatewayType="Parallel"/>'
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        '<receiveTask id="r" messageRef="n"/><parallelGateway id="j"/><userTask id="z"/>'
    )
    several = world(body + flows("g>c", "g>r", "c>j", "r>j", "j>z"))
    several.start_by_message("n")
    assert [row.element for _, row in several.waiting()] == ["c"]
    several.message("m")
    assert several.open() == ["z"]
    by_hand = world(body + flows("g>c", "g>r", "c>j", "r>j", "j>z"))
    by_hand.start()
    assert sorted(row.element for _, row in by_hand.waiting()) == ["c", "r"]


def test_a_compensation_that_is_not_waited_for_goes_on_beside_its_handlers() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/>'
        '</boundaryEvent><userTask id="undo" isForCompensation="true"/><association sourceRef="b" targetRef="undo"/>'
        '<intermediateThrowEvent id="t"><compensateEventDefinition waitForCompletion="false"/></intermediateThrowEvent>'
        '<userTask id="z"/>'
    )
    undone = world(body + flows("s>a", "a>t", "t>z"))
    undone.start()
    undone.complete("a")
    assert undone.open() == ["undo", "z"]
    undone.complete("z")
    assert not undone.ended()
    undone.complete("undo")
    assert undone.ended()


def test_a_compensation_that_finds_nothing_to_undo_holds_nobody() -> None:
    throw = '<intermediateThrowEvent id="t"><compensateEventDefinition waitForCompletion="false"/></intermediateThrowEvent>'
    undone = world('<startEvent id="s"/>' + throw + '<userTask id="z"/>' + flows("s>t", "t>z"))
    undone.start()
    undone.complete("z")
    assert undone.ended()
