"""What a called process has done is undone through its call activity, by a throw and by cancelling the case."""

from __future__ import annotations

import pytest

from engine.kernel.triggers import Cancel
from tests.kernel.test_events import COMPENSATE, boundary, undoable
from tests.kernel.world import World, document, flows

CALLED = (
    '<process id="q" isExecutable="true"><startEvent id="qs"/>'
    + undoable("a")
    + '<userTask id="last"/><endEvent id="qe"/>'
    + flows("qs>a", "a>last", "last>qe")
    + "</process>"
)
OWN_HANDLER = (
    boundary("c_call", "call", COMPENSATE)
    + '<userTask id="undo_call" isForCompensation="true"/><association id="asc" sourceRef="c_call" targetRef="undo_call"/>'
)


def caller(more: str, *ways: str) -> World:
    """A case that calls a process with one undoable task `a`, then throws compensation after task `z`."""
    own = '<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="call" calledElement="q"/><userTask id="z"/>'
    throw = f'<endEvent id="t">{COMPENSATE}</endEvent>'
    return World({"m.bpmn": document(own + more + throw + flows(*ways) + "</process>" + CALLED)}, reload=True)


def alone() -> World:
    return caller("", "s>call", "call>z", "z>t")


def beside_another() -> World:
    return caller(undoable("b"), "s>call", "call>b", "b>z", "z>t")


def with_own_handler() -> World:
    return caller(OWN_HANDLER, "s>call", "call>z", "z>t")


@pytest.mark.parametrize(
    ("make", "undone"), [(alone, ["undo_a"]), (beside_another, ["undo_a", "undo_b"]), (with_own_handler, ["undo_call"])]
)
@pytest.mark.parametrize("thrown", [True, False])
def test_a_completed_call_is_undone(make: object, undone: list[str], thrown: bool) -> None:
    world = make()  # type: ignore[operator]
    instance = world.start()
    for task in ("a", "last", *(["b"] if "undo_b" in undone else [])):
        world.complete(task)
    if thrown:
        world.complete("z")
    else:
        world.step(instance, Cancel(compensate=True))
    assert sorted(world.open()) == undone
    for task in undone:
        world.complete(task)
    assert world.state(instance) == ("completed" if thrown else "cancelled")
    assert world.source(instance).counts()["compensations"] == 0


@pytest.mark.parametrize("make", [alone, beside_another, with_own_handler])
def test_cancelling_undoes_what_a_running_called_process_has_done(make: object) -> None:
    world = make()  # type: ignore[operator]
    instance = world.start()
    world.complete("a")
    world.step(instance, Cancel(compensate=True))
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.state(instance) == "cancelled"
