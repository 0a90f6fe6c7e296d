from __future__ import annotations

from typing import Any

import pytest

from engine.errors import EngineError
from engine.kernel.effects import ActivityEnded, TaskClosed, TaskOpened
from engine.kernel.triggers import (
    Cancel,
    CancelElement,
    CancelToken,
    Instruction,
    Modify,
    Move,
    SetVariables,
    StartAfter,
    StartBefore,
    StartFlow,
)
from tests.kernel.world import World, document, flows

LINE = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>' + flows(
    "s>a", "a>b", "b>c", "c>e"
)
BLOCK = (
    '<startEvent id="s"/><userTask id="before"/><subProcess id="sub">'
    '<startEvent id="i"/><userTask id="x"/><userTask id="y"/><endEvent id="j"/>' + flows("i>x", "x>y", "y>j") + "</subProcess>"
    '<boundaryEvent id="late" attachedToRef="sub"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    '</boundaryEvent><userTask id="after"/><endEvent id="e"/>'
    + flows("s>before", "before>sub", "sub>after", "after>e", "late>after")
)
FORK = (
    '<startEvent id="s"/><parallelGateway id="fork"/><userTask id="a"/><userTask id="b"/><parallelGateway id="join"/>'
    '<userTask id="c"/><endEvent id="e"/>' + flows("s>fork", "fork>a", "fork>b", "a>join", "b>join", "join>c", "c>e")
)


def seats(loop: str, inner: str = '<userTask id="x"/><userTask id="y"/>' + flows("x>y")) -> str:
    """A subprocess with seats, and a task behind it."""
    return f'<startEvent id="s"/><subProcess id="sub">{loop}{inner}</subProcess><userTask id="after"/><endEvent id="e"/>' + flows(
        "s>sub", "sub>after", "after>e"
    )


PARALLEL = "<multiInstanceLoopCharacteristics><loopCardinality>${3}</loopCardinality></multiInstanceLoopCharacteristics>"
SEQUENTIAL = PARALLEL.replace("Characteristics>", 'Characteristics isSequential="true">', 1)


def modify(world: World, *instructions: Instruction) -> Any:
    [instance] = world.live()
    return world.step(instance, Modify(instructions=instructions))


def token(world: World, element: str, nth: int = 0) -> int:
    return [row.key for row in world.source().all_tokens() if row.element == element][nth]


def refused(world: World, code: str, *instructions: Instruction) -> None:
    before = world.source().counts()
    with pytest.raises(EngineError) as refusal:
        modify(world, *instructions)
    assert refusal.value.code == code
    assert world.source().counts() == before


@pytest.fixture(params=[False, True], ids=["kept", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_token_is_moved_back(reload: bool) -> None:
    world = World(LINE, reload=reload)
    world.start()
    world.complete("a")
    result = modify(world, Move(origin=CancelElement(element="b"), target=StartBefore(element="a")))
    assert world.open() == ["a"]
    assert [(type(e), e.element) for e in result.effects if isinstance(e, TaskOpened | TaskClosed)] == [
        (TaskClosed, "b"),
        (TaskOpened, "a"),
    ]
    for element in ("a", "b", "c"):
        world.complete(element)
    assert world.ended()


def test_a_step_is_done_again_by_a_token_of_its_own(reload: bool) -> None:
    world = World(LINE, reload=reload)
    world.start()
    modify(world, CancelElement(element="a"), StartBefore(element="a", variables={"again": True}))
    assert world.open() == ["a"]
    assert world.variables() == {"again": True}


def test_the_order_of_instructions_is_the_callers(reload: bool) -> None:
    world = World(LINE, reload=reload)
    world.start()
    refused(world, "element-idle", CancelElement(element="b"), StartBefore(element="b"))
    modify(world, StartBefore(element="b"), CancelElement(element="b"))
    assert world.open() == ["a"]


def test_starting_inside_a_subprocess_opens_it_with_what_listens(reload: bool) -> None:
    world = World(BLOCK, reload=reload)
    world.start()
    modify(world, CancelElement(element="before"), StartBefore(element="y"))
    assert world.open() == ["y"]
    world.advance_time("PT1H")
    assert world.open() == ["after"]
    world.complete("after")
    assert world.ended()


def test_an_open_subprocess_is_used_and_not_opened_twice(reload: bool) -> None:
    world = World(BLOCK, reload=reload)
    world.start()
    world.complete("before")
    modify(world, StartBefore(element="y"))
    assert world.open() == ["x", "y"]
    world.complete("y")
    world.complete("x")
    world.complete("y")
    assert world.open() == ["after"]


def test_a_subprocess_that_loses_its_last_token_goes_and_does_not_complete(reload: bool) -> None:
    world = World(BLOCK, reload=reload)
    world.start()
    world.complete("before")
    modify(world, CancelElement(element="x"), StartBefore(element="before"))
    assert world.open() == ["before"]
    assert world.source().counts()["scopes"] == 1
    assert world.source().counts()["subscriptions"] == 0
    assert ("sub", "cancelled") in [(e.element, e.outcome) for e in world.of(ActivityEnded)]


def test_what_would_leave_nothing_is_refused(reload: bool) -> None:
    world = World(BLOCK, reload=reload)
    world.start()
    world.complete("before")
    refused(world, "nothing-left", CancelElement(element="x"))
    refused(world, "nothing-left", CancelToken(token=token(world, "sub")))


def test_starting_after_takes_the_one_flow_out(reload: bool) -> None:
    world = World(LINE, reload=reload)
    world.start()
    modify(world, StartAfter(element="b"), CancelElement(element="a"))
    assert world.open() == ["c"]


def test_starting_after_a_boundary_event_takes_its_way(reload: bool) -> None:
    world = World(BLOCK, reload=reload)
    world.start()
    refused(world, "start-boundary", StartBefore(element="late"))
    modify(world, StartAfter(element="late"))
    assert world.open() == ["after", "before"]


def test_a_join_is_reached_by_a_flow(reload: bool) -> None:
    world = World(FORK, reload=reload)
    world.start()
    refused(world, "start-join", StartBefore(element="join"))
    refused(world, "after-several", StartAfter(element="fork"))
    refused(world, "after-nothing", StartAfter(element="e"))
    modify(world, Move(origin=CancelElement(element="a"), target=StartFlow(flow="f_a_join")))
    assert world.open() == ["b"]
    world.complete("b")
    assert world.open() == ["c"]


def test_unknown_names_are_refused(reload: bool) -> None:
    world = World(LINE, reload=reload)
    world.start()
    refused(world, "unknown-element", StartBefore(element="nowhere"))
    refused(world, "unknown-element", StartAfter(element="nowhere"))
    refused(world, "unknown-flow", StartFlow(flow="nowhere"))
    refused(world, "token-gone", CancelToken(token=4))
    refused(world, "ancestor-wrong", StartBefore(element="b", ancestor=token(world, "a")))
    refused(world, "reserved-name", StartBefore(element="b", variables={"now": 1}))


@pytest.mark.parametrize("loop", [PARALLEL, SEQUENTIAL])
def test_inside_a_multi_instance_an_open_seat_is_named(loop: str, reload: bool) -> None:
    world = World(seats(loop), reload=reload)
    world.start()
    open_seats = [row.key for row in world.source().all_tokens() if row.element == "sub" and row.parent is not None]
    if len(open_seats) > 1:
        refused(world, "ancestor-needed", StartBefore(element="y"))
    modify(world, StartBefore(element="y", ancestor=open_seats[0]))
    assert world.open() == sorted([*["x"] * len(open_seats), "y"])


def test_a_seat_that_is_not_open_cannot_be_started(reload: bool) -> None:
    world = World(seats(PARALLEL), reload=reload)
    world.start()
    modify(world, StartBefore(element="after"), CancelElement(element="sub"))
    assert world.open() == ["after"]
    refused(world, "seat-not-open", StartBefore(element="y"))
    modify(world, StartBefore(element="sub"))
    assert world.open() == ["after", "x", "x", "x"]


def test_moving_all_tokens_of_an_element_keeps_each_in_its_seat(reload: bool) -> None:
    world = World(seats(PARALLEL), reload=reload)
    world.start()
    modify(world, Move(origin=CancelElement(element="x"), target=StartBefore(element="y")))
    assert world.open() == ["y", "y", "y"]
    for _ in range(3):
        world.complete("y")
    assert world.open() == ["after"]


def test_a_seat_less_is_counted_out_and_the_last_takes_the_activity_with_it(reload: bool) -> None:
    task = f'<startEvent id="s"/><userTask id="t">{PARALLEL}</userTask><userTask id="u"/><endEvent id="e"/>'
    world = World(task + flows("s>t", "t>u", "u>e"), reload=reload)
    world.start()
    modify(world, CancelToken(token=token(world, "t", 1)))
    assert world.open() == ["t", "t"]
    world.complete("t")
    world.complete("t")
    assert world.open() == ["u"]
    world = World(task + flows("s>t", "t>u", "u>e"), reload=reload)
    world.start()
    world.complete("t")
    world.complete("t")
    modify(world, StartBefore(element="u"), CancelToken(token=world.tasks("t")[0][1].key))
    assert world.open() == ["u"]
    assert [row.element for row in world.source().all_tokens()] == ["u"]


def test_the_only_seat_of_a_sequential_activity_takes_it_with_it(reload: bool) -> None:
    world = World(seats(SEQUENTIAL), reload=reload)
    world.start()
    modify(world, StartBefore(element="after"), CancelElement(element="x"))
    assert world.open() == ["after"]
    assert world.source().counts()["scopes"] == 1


LISTENING = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><subProcess id="h" triggeredByEvent="true">'
    '<startEvent id="hs" isInterrupting="false"><signalEventDefinition signalRef="g"/></startEvent><userTask id="hx"/>'
    '<userTask id="hy"/>' + flows("hs>hx", "hx>hy") + "</subProcess>" + flows("s>a", "a>e")
)


def test_an_event_subprocess_is_started_by_its_event_only(reload: bool) -> None:
    world = World({"t.bpmn": document(LISTENING, '<signal id="g" name="G"/>')}, reload=reload)
    world.start()
    refused(world, "start-event-subprocess", StartBefore(element="h"))
    refused(world, "event-subprocess-closed", StartBefore(element="hy"))
    world.signal("G")
    modify(world, Move(origin=CancelElement(element="hx"), target=StartBefore(element="hy")))
    assert world.open() == ["a", "hy"]


UNDO = (
    '<startEvent id="s"/><userTask id="book"/>'
    '<boundaryEvent id="u" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="unbook" isForCompensation="true"/><association associationDirection="One" sourceRef="u" targetRef="unbook"/>'
    '<subProcess id="sub"><startEvent id="i"/>'
    '<scriptTask id="pay" scriptFormat="liandong"><script>paid = true</script></scriptTask>'
    '<boundaryEvent id="v" attachedToRef="pay"><compensateEventDefinition/></boundaryEvent>'
    '<scriptTask id="refund" isForCompensation="true" scriptFormat="liandong"><script>paid = false</script></scriptTask>'
    '<association associationDirection="One" sourceRef="v" targetRef="refund"/>'
    '<userTask id="treat"/><endEvent id="j"/>' + flows("i>pay", "pay>treat", "treat>j") + "</subProcess>"
    '<endEvent id="e"/>' + flows("s>book", "book>sub", "sub>e")
)


def test_a_handler_is_started_by_compensation_only(reload: bool) -> None:
    world = World(UNDO, reload=reload)
    world.start()
    refused(world, "start-compensation", StartBefore(element="unbook"))


def test_a_case_is_cancelled_at_once(reload: bool) -> None:
    world = World(UNDO, reload=reload)
    instance = world.start()
    world.complete("book")
    world.step(instance, Cancel())
    assert world.state(instance) == "cancelled"
    assert world.variables(instance)["paid"] is True
    assert {**world.source(instance).counts(), "variables": 0} == {
        "scopes": 1,
        "tokens": 0,
        "subscriptions": 0,
        "compensations": 0,
        "variables": 0,
    }


def test_a_case_is_cancelled_after_what_was_done_is_undone_also_inside_what_is_open(reload: bool) -> None:
    world = World(UNDO, reload=reload)
    instance = world.start()
    world.complete("book")
    assert world.open() == ["treat"]
    world.step(instance, Cancel(compensate=True))
    assert world.variables(instance)["paid"] is False
    assert world.open() == ["unbook"]
    assert world.state(instance) == "active"
    with pytest.raises(EngineError) as refusal:
        world.step(instance, Cancel(compensate=True))
    assert refusal.value.code == "cancelling"
    refused(world, "cancelling", StartBefore(element="book"))
    world.complete("unbook")
    assert world.state(instance) == "cancelled"
    assert world.source(instance).counts()["tokens"] == 0


def test_undoing_can_be_given_up(reload: bool) -> None:
    world = World(UNDO, reload=reload)
    instance = world.start()
    world.complete("book")
    world.step(instance, Cancel(compensate=True))
    world.step(instance, Cancel())
    assert world.state(instance) == "cancelled"
    assert world.tasks() == []


def test_nothing_to_undo_is_no_obstacle(reload: bool) -> None:
    world = World(UNDO, reload=reload)
    instance = world.start()
    world.step(instance, Cancel(compensate=True))
    assert world.state(instance) == "cancelled"


CALLS = (
    '<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="call" calledElement="q"/><userTask id="after"/>'
    '<endEvent id="e"/>' + flows("s>call", "call>after", "after>e") + "</process>"
    '<process id="q" isExecutable="true"><startEvent id="qs"/><userTask id="qa"/><userTask id="qb"/><endEvent id="qe"/>'
    + flows("qs>qa", "qa>qb", "qb>qe")
    + "</process>"
)


def test_a_called_process_is_modified_through_the_call_activity(reload: bool) -> None:
    world = World(CALLS, reload=reload)
    world.start()
    refused(world, "unknown-element", StartBefore(element="qb"))
    modify(world, StartBefore(element="qb", ancestor=token(world, "call")), CancelToken(token=token(world, "qa")))
    assert world.open() == ["qb"]
    modify(world, Move(origin=CancelToken(token=token(world, "qb")), target=StartBefore(element="qa")))
    assert world.open() == ["qa"]
    modify(world, CancelToken(token=token(world, "qa")), StartAfter(element="call"))
    assert world.open() == ["after"]
    assert world.source().counts()["scopes"] == 1


AD_HOC = (
    '<startEvent id="s"/><adHocSubProcess id="ad"><userTask id="x"/><userTask id="y"/></adHocSubProcess><endEvent id="e"/>'
    + flows("s>ad", "ad>e")
)


def test_an_ad_hoc_subprocess_stays_open_without_an_activity(reload: bool) -> None:
    world = World(AD_HOC, reload=reload)
    world.start()
    world.start_ad_hoc("x")
    modify(world, CancelElement(element="x"))
    assert world.open() == []
    assert not world.ended()
    modify(world, StartBefore(element="y"))
    world.complete("y")
    assert world.ended()


def test_conditions_are_held_while_a_suspended_case_gets_its_values(reload: bool) -> None:
    condition = (
        '<startEvent id="s"/><intermediateCatchEvent id="c"><conditionalEventDefinition><condition>${ok}</condition>'
        '</conditionalEventDefinition></intermediateCatchEvent><endEvent id="e"/>' + flows("s>c", "c>e")
    )
    world = World(condition, reload=reload)
    instance = world.start(ok=False)
    world.step(instance, SetVariables(variables={"ok": True}, held=True))
    assert not world.ended()
    assert world.variables() == {"ok": True}
