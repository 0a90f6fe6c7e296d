"""Event subprocesses, errors, escalations, conditions, compensation and transactions, and the traps found while building them."""

from __future__ import annotations

import pytest

from engine.kernel.effects import ActivityEnded, IncidentRaised, TaskClosed
from engine.kernel.triggers import Retry
from tests.kernel.world import World, document, flows

SIGNAL = '<signal id="x" name="x"/>'


def world(body: str, extra: str = "") -> World:
    return World({"m.bpmn": document(f'<process id="p">{body}</process>', extra)}, reload=True, keep_incidents=True)


def event_subprocess(name: str, definition: str, inside: str, interrupting: bool = True) -> str:
    start = f'<startEvent id="{name}s" isInterrupting="{str(interrupting).lower()}">{definition}</startEvent>'
    return f'<subProcess id="{name}" triggeredByEvent="true">{start}{inside}</subProcess>'


def boundary(name: str, host: str, definition: str, interrupting: bool = True) -> str:
    attributes = f'id="{name}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
    return f"<boundaryEvent {attributes}>{definition}</boundaryEvent>"


ERROR, ESCALATION = '<errorEventDefinition errorRef="E{0}"/>', '<escalationEventDefinition escalationRef="X{0}"/>'


def test_the_scope_does_not_end_while_its_only_token_is_being_interrupted() -> None:
    inner = (
        '<startEvent id="i"/><userTask id="a"/>'
        + boundary("b", "a", '<signalEventDefinition signalRef="x"/>')
        + '<userTask id="h"/>'
    )
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}{flows("i>a", "b>h")}</subProcess><userTask id="z"/>'
    interrupted = world(body + flows("s>sub", "sub>z"), SIGNAL)
    interrupted.start()
    interrupted.signal("x")
    assert interrupted.open() == ["h"]
    interrupted.complete("h")
    assert interrupted.open() == ["z"]


def test_an_interrupting_event_subprocess_takes_everything_else_away_and_listens_no_more() -> None:
    handler = event_subprocess("e", '<signalEventDefinition signalRef="x"/>', '<userTask id="h"/>' + flows("es>h"))
    other = event_subprocess(
        "f", '<signalEventDefinition signalRef="y"/>', '<userTask id="k"/>' + flows("fs>k"), interrupting=False
    )
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + handler + other + flows("s>a", "s>b")
    interrupted = world(body, SIGNAL + '<signal id="y" name="y"/>')
    interrupted.start()
    interrupted.signal("y")
    interrupted.signal("x")
    interrupted.signal("x")
    interrupted.signal("y")
    assert interrupted.open() == ["h"]
    interrupted.complete("h")
    assert interrupted.ended()


def test_the_code_that_is_named_catches_before_the_one_that_catches_all() -> None:
    inner = '<startEvent id="i"/><endEvent id="e">' + ERROR.format(1) + "</endEvent>" + flows("i>e")
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess><userTask id="all"/><userTask id="one"/>'
    body += boundary("b1", "sub", "<errorEventDefinition/>") + boundary("b2", "sub", ERROR.format(1))
    caught = world(body + flows("s>sub", "b1>all", "b2>one"))
    caught.start()
    assert caught.open() == ["one"]
    assert [(e.element, e.outcome) for e in caught.of(ActivityEnded) if e.element == "sub"] == [("sub", "error")]


def test_an_error_out_of_a_called_process_is_caught_at_the_call() -> None:
    body = (
        '<startEvent id="s"/><callActivity id="c" calledElement="q"/><userTask id="h"/>'
        + boundary("b", "c", ERROR.format(1))
        + flows("s>c", "b>h")
        + '</process><process id="q"><startEvent id="qs"/><userTask id="u"/><userTask id="v"/>'
        '<endEvent id="qe">' + ERROR.format(1) + "</endEvent>" + flows("qs>u", "qs>v", "u>qe")
    )
    caught = world(body)
    caught.start()
    caught.complete("u")
    assert caught.open() == ["h"]
    assert caught.source().counts()["scopes"] == 1


def test_an_event_subprocess_does_not_catch_what_comes_out_of_itself() -> None:
    throwing = '<endEvent id="t">' + ERROR.format(1) + "</endEvent>"
    handler = event_subprocess("e", ERROR.format(1), '<userTask id="h"/>' + throwing + flows("es>h", "h>t"))
    inner = '<startEvent id="i"/><endEvent id="f">' + ERROR.format(1) + "</endEvent>" + handler + flows("i>f")
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess><userTask id="z"/>' + boundary(
        "b", "sub", ERROR.format(1)
    )
    caught = world(body + flows("s>sub", "b>z"))
    caught.start()
    assert caught.open() == ["h"]
    caught.complete("h")
    assert caught.open() == ["z"]


def test_an_escalation_that_nobody_catches_is_no_fault() -> None:
    throwing = '<intermediateThrowEvent id="t">' + ESCALATION.format(1) + "</intermediateThrowEvent>"
    free = world('<startEvent id="s"/>' + throwing + '<userTask id="a"/>' + flows("s>t", "t>a"))
    free.start()
    assert free.open() == ["a"]


CONDITION = "<conditionalEventDefinition><condition>${v &gt; 5}</condition></conditionalEventDefinition>"


def test_a_condition_fires_each_time_it_becomes_true() -> None:
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="h"/>' + boundary("b", "a", CONDITION, interrupting=False)
    watched = world(body + flows("s>a", "b>h"))
    watched.start()
    for value, handlers in ((6, 1), (7, 1), (1, 1), (9, 2)):
        watched.set_variables(v=value)
        assert watched.open() == ["a"] + ["h"] * handlers


def test_a_condition_over_a_name_that_does_not_exist_is_false() -> None:
    waiting = world(
        f'<startEvent id="s"/><intermediateCatchEvent id="c">{CONDITION}</intermediateCatchEvent><userTask id="a"/>'
        + flows("s>c", "c>a")
    )
    waiting.start()
    assert [row.element for _, row in waiting.waiting()] == ["c"]
    waiting.set_variables(v=6)
    assert waiting.open() == ["a"]
    assert waiting.source().all_scopes()[0].flags == {"conditionals": 0}


def test_a_condition_that_cannot_be_computed_is_an_incident_of_the_catch_and_is_armed_once_again() -> None:
    catch = f'<intermediateCatchEvent id="c">{CONDITION}</intermediateCatchEvent><userTask id="a"/>'
    waiting = world('<startEvent id="s"/>' + catch + flows("s>c", "c>a"))
    instance = waiting.start("p", v="many")
    [incident] = waiting.of(IncidentRaised)
    assert (incident.element, incident.code) == ("c", "expression")
    waiting.set_variables(v=1)
    waiting.step(instance, Retry(token=incident.token))
    assert waiting.source().counts()["subscriptions"] == 1
    waiting.set_variables(v=6)
    assert waiting.open() == ["a"]


def test_a_condition_is_asked_before_the_completion_that_made_it_true_goes_on() -> None:
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="n"/><userTask id="h"/>' + boundary("b", "a", CONDITION)
    watched = world(body + flows("s>a", "a>n", "b>h"))
    watched.start("p", v=0)
    watched.complete("a", v=6)
    assert watched.open() == ["h"]
    assert [(c.element, c.completed) for c in watched.of(TaskClosed)] == [("a", True)]


def test_conditions_that_do_not_read_the_written_name_are_not_asked() -> None:
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="h"/>' + boundary("b", "a", CONDITION, interrupting=False)
    watched = world(body + flows("s>a", "b>h"))
    instance = watched.start("p", v=0)
    source = watched.store.source(instance)
    source.loaded.clear()
    watched.set_variables(other=1)
    assert source.loaded.get("variables", 0) == 0


COMPENSATE = "<compensateEventDefinition/>"


def undoable(name: str, attributes: str = "", loop: str = "") -> str:
    """A task with a compensation handler `undo_<name>`."""
    return (
        f'<userTask id="{name}">{loop}</userTask>{boundary("c_" + name, name, COMPENSATE)}'
        f'<userTask id="undo_{name}" isForCompensation="true"/>'
        f'<association id="as_{name}" sourceRef="c_{name}" targetRef="undo_{name}"/>'
    )


def test_handlers_of_one_throw_run_at_the_same_time_and_the_throw_waits_for_all() -> None:
    throw = f'<intermediateThrowEvent id="t">{COMPENSATE}</intermediateThrowEvent>'
    body = '<startEvent id="s"/>' + undoable("a") + undoable("b") + undoable("n") + throw + '<userTask id="z"/>'
    undone = world(body + flows("s>a", "a>b", "b>t", "t>z", "z>n"))
    undone.start()
    undone.complete("a")
    undone.complete("b")
    assert undone.open() == ["undo_a", "undo_b"]
    undone.complete("undo_a")
    assert undone.open() == ["undo_b"]
    undone.complete("undo_b")
    assert undone.open() == ["z"]
    assert undone.source().counts()["compensations"] == 0


def test_every_seat_is_undone_with_the_variables_it_had() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    throw = '<endEvent id="t"><compensateEventDefinition activityRef="a"/></endEvent>'
    undone = world('<startEvent id="s"/>' + undoable("a", loop=loop) + undoable("b") + throw + flows("s>a", "a>b", "b>t"))
    instance = undone.start()
    undone.complete("a", bed="11")
    undone.complete("a", bed="12")
    undone.complete("b")
    assert undone.open() == ["undo_a", "undo_a"]
    source = undone.store.source(instance)
    seen = [source.variables(token.data_scope)["bed"] for _, token in undone.tasks() if token.data_scope is not None]
    assert sorted(seen) == ["11", "12"]
    undone.complete("undo_a")
    undone.complete("undo_a")
    assert undone.ended()
    assert undone.source().counts() == {"scopes": 1, "tokens": 0, "subscriptions": 0, "compensations": 0, "variables": 0}


def test_a_finished_subprocess_is_undone_through_what_is_inside() -> None:
    inner = '<startEvent id="i"/>' + undoable("a") + flows("i>a")
    throw = f'<endEvent id="t">{COMPENSATE}</endEvent>'
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess><userTask id="b"/>{throw}' + flows(
        "s>sub", "sub>b", "b>t"
    )
    undone = world(body)
    undone.start()
    undone.complete("a", bed="11")
    assert undone.source().counts()["compensations"] == 1
    undone.complete("b")
    assert undone.open() == ["undo_a"]
    undone.complete("undo_a")
    assert undone.ended()


def test_a_cancelled_transaction_is_undone_before_its_cancel_event_happens() -> None:
    inner = (
        '<startEvent id="i"/>'
        + undoable("a")
        + '<userTask id="b"/><endEvent id="x"><cancelEventDefinition/></endEvent><userTask id="k"/>'
    )
    body = f'<startEvent id="s"/><transaction id="tx">{inner}{flows("i>a", "i>k", "a>b", "b>x")}</transaction>'
    body += boundary("c", "tx", "<cancelEventDefinition/>") + '<userTask id="h"/><userTask id="z"/>'
    cancelled = world(body + flows("s>tx", "tx>z", "c>h"))
    cancelled.start()
    cancelled.complete("a")
    cancelled.complete("b")
    assert cancelled.open() == ["undo_a"]
    cancelled.complete("undo_a")
    assert cancelled.open() == ["h"]


def test_two_seats_that_end_in_one_step_are_both_counted() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
        "<completionCondition>${nrOfCompletedInstances == 2}"
        "</completionCondition></multiInstanceLoopCharacteristics>"
    )
    inner = (
        '<startEvent id="i"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="x"/></intermediateCatchEvent>'
        + flows("i>c")
    )
    thrower = '<userTask id="a"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="x"/></intermediateThrowEvent>'
    body = f'<startEvent id="s"/><subProcess id="sub">{loop}{inner}</subProcess>{thrower}<userTask id="z"/>'
    counted = world(body + flows("s>sub", "s>a", "a>t", "sub>z"), SIGNAL)
    counted.start()
    counted.complete("a")
    assert counted.open() == ["z"]
    counts = counted.source().counts()
    assert (counts["scopes"], counts["tokens"], counts["subscriptions"]) == (1, 1, 0)


def test_open_tasks_keep_their_order_over_restarts() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>12</loopCardinality></multiInstanceLoopCharacteristics>"
    ordered = world(f'<startEvent id="s"/><userTask id="a">{loop}</userTask>' + flows("s>a"))
    instance = ordered.start()
    seats = []
    while ordered.open():
        [(_, token), *_] = ordered.tasks("a")
        seats.append(ordered.store.source(instance).variables(token.data_scope or 0)["loopCounter"])
        ordered.complete("a")
    assert seats == list(range(12))


@pytest.mark.parametrize("steps", [1, 2])
def test_keys_are_only_those_that_were_handed_out(steps: int) -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    inner = '<startEvent id="i"/><userTask id="a"/>' + flows("i>a")
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess>' + boundary("b", "sub", timer) + flows("s>sub")
    keyed = world(body)
    for _ in range(steps):
        keyed.start()
    rows = [
        row
        for key in keyed.store.instances()
        for row in (
            *keyed.store.source(key).all_tokens(),
            *keyed.store.source(key).all_scopes(),
            *keyed.store.source(key).all_subscriptions(),
        )
    ]
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys)) == 5 * steps
    assert all(1_000 < key <= keyed._last_key for key in keys)
