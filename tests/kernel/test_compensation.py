"""Nothing that was done is left standing when what surrounds it is undone: not what is open, not what is being undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.kernel import CompiledDefinition, compile_process
from engine.kernel.triggers import Cancel, Migrate
from tests.kernel.test_called_compensation import alone
from tests.kernel.test_events import COMPENSATE, boundary, undoable
from tests.kernel.world import World, document, flows

THROW = f'<intermediateThrowEvent id="t">{COMPENSATE}</intermediateThrowEvent><userTask id="z"/>'
ONE = '<startEvent id="s"/>' + undoable("a") + THROW + flows("s>a", "a>t", "t>z")
INSIDE = '<startEvent id="i"/>' + undoable("a") + undoable("b") + flows("i>a", "a>b")
NESTED = f'<startEvent id="s"/><subProcess id="sub">{INSIDE}</subProcess><userTask id="y"/>{THROW}' + flows(
    "s>sub", "sub>y", "y>t", "t>z"
)
ENDED: Mapping[str, Any] = {"scopes": 1, "tokens": 0, "subscriptions": 0, "compensations": 0}


def left(world: World, instance: int) -> dict[str, int]:
    return {name: number for name, number in world.source(instance).counts().items() if name != "variables"}


def test_cancelling_begins_a_handler_again_that_was_at_work() -> None:
    world = World(ONE, reload=True)
    instance = world.start()
    world.complete("a", bed="11")
    assert world.open() == ["undo_a"]
    world.step(instance, Cancel(compensate=True))
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert (world.state(instance), left(world, instance)) == ("cancelled", ENDED)


def test_a_handler_that_is_begun_again_sees_what_its_activity_left() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    world = World('<startEvent id="s"/>' + undoable("a", loop=loop) + THROW + flows("s>a", "a>t", "t>z"), reload=True)
    instance = world.start()
    for bed in ("11", "12"):
        world.complete("a", bed=bed)
    world.complete("undo_a")
    [(_, before)] = world.tasks("undo_a")
    seen = world.source(instance).variables(before.data_scope or 0)
    world.step(instance, Cancel(compensate=True))
    [(_, token)] = world.tasks("undo_a")
    assert token.key != before.key
    assert world.source(instance).variables(token.data_scope or 0) == seen
    assert seen["bed"] in ("11", "12")


def test_cancelling_runs_the_handlers_of_a_finished_subprocess_that_have_not_ended() -> None:
    world = World(NESTED, reload=True)
    instance = world.start()
    for task in ("a", "b", "y"):
        world.complete(task)
    assert world.open() == ["undo_a", "undo_b"]
    world.complete("undo_a")
    world.step(instance, Cancel(compensate=True))
    assert world.open() == ["undo_b"]
    world.complete("undo_b")
    assert (world.state(instance), left(world, instance)) == ("cancelled", ENDED)


def test_cancelling_runs_the_handlers_of_a_called_process_that_have_not_ended() -> None:
    world = alone()
    instance = world.start()
    for task in ("a", "last", "z"):
        world.complete(task)
    world.step(instance, Cancel(compensate=True))
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert (world.state(instance), left(world, instance)) == ("cancelled", ENDED)


def transaction(inside: str) -> str:
    after = boundary("c", "tx", "<cancelEventDefinition/>") + '<userTask id="z"/>' + flows("s>tx", "c>z")
    return f'<startEvent id="s"/><transaction id="tx"><startEvent id="i"/>{inside}</transaction>' + after


CANCEL = '<endEvent id="x"><cancelEventDefinition/></endEvent>'
BESIDE = '<parallelGateway id="g"/><userTask id="stop"/>' + CANCEL + flows("i>g", "g>stop", "stop>x")
IN_A_BOX = '<startEvent id="i2"/>' + undoable("a")
TRANSACTIONS = {
    "cancelled from a subprocess": f'<subProcess id="box">{IN_A_BOX}{CANCEL}{flows("i2>a", "a>x")}</subProcess>{flows("i>box")}',
    "cancelled beside an open subprocess": f'<subProcess id="box">{IN_A_BOX}<userTask id="more"/>{flows("i2>a", "a>more")}'
    f"</subProcess>{BESIDE}{flows('g>box')}",
    "cancelled beside a handler": undoable("a")
    + f'<intermediateThrowEvent id="t">{COMPENSATE}</intermediateThrowEvent>'
    + BESIDE
    + flows("g>a", "a>t"),
}


@pytest.mark.parametrize("inside", TRANSACTIONS.values(), ids=TRANSACTIONS)
def test_a_cancelled_transaction_undoes_what_its_open_subprocesses_have_done(inside: str) -> None:
    world = World(transaction(inside), reload=True)
    instance = world.start()
    world.complete("a")
    if "stop" in world.open():
        world.complete("stop")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.open() == ["z"]
    assert left(world, instance) == {"scopes": 1, "tokens": 1, "subscriptions": 0, "compensations": 0}


@pytest.mark.parametrize("throws", [True, False])
def test_a_compensation_subprocess_undoes_what_is_inside_by_throwing(throws: bool) -> None:
    thrown = f'<endEvent id="it">{COMPENSATE}</endEvent>' if throws else '<endEvent id="it"/>'
    event = f'<subProcess id="e" triggeredByEvent="true"><startEvent id="es">{COMPENSATE}</startEvent><userTask id="h"/>{thrown}'
    event += flows("es>h", "h>it") + "</subProcess>"
    body = f'<startEvent id="s"/><subProcess id="sub">{INSIDE}{event}</subProcess><userTask id="y"/>{THROW}'
    world = World(body + flows("s>sub", "sub>y", "y>t", "t>z"), reload=True)
    instance = world.start()
    for task in ("a", "b", "y"):
        world.complete(task)
    assert world.open() == ["h"]
    world.complete("h")
    if throws:
        assert world.open() == ["undo_a", "undo_b"]
        world.complete("undo_b")
        world.complete("undo_a")
    assert world.open() == ["z"]
    world.complete("z")
    assert (world.state(instance), left(world, instance)) == ("completed", ENDED)


class Versions(World):
    """A world whose second version, `new`, has an event subprocess more."""

    newer = ""

    def definition(self, ref: str) -> CompiledDefinition:
        return self.compiled if ref != "new" else compile_process({"m.bpmn": document(self.newer)})


def listening(signal: str, interrupting: bool) -> str:
    start = (
        f'<startEvent id="{signal}_s" isInterrupting="{str(interrupting).lower()}"><signalEventDefinition signalRef="{signal}"/>'
    )
    inside = f'{start}</startEvent><userTask id="{signal}_h"/>' + flows(f"{signal}_s>{signal}_h")
    return f'<subProcess id="{signal}_e" triggeredByEvent="true">{inside}</subProcess>'


def versions(body: str, old: str, new: str) -> Versions:
    signals = '<signal id="one" name="one"/><signal id="two" name="two"/>'
    world = Versions(f'{signals}<process id="p" isExecutable="true">{body}{old}</process>', reload=True)
    world.newer = f'{signals}<process id="p" isExecutable="true">{body}{old}{new}</process>'
    return world


def test_a_case_that_is_being_cancelled_begins_to_listen_to_nothing_when_it_is_migrated() -> None:
    world = versions(
        '<startEvent id="s"/>' + undoable("a") + '<userTask id="z"/>' + flows("s>a", "a>z"), "", listening("two", False)
    )
    instance = world.start()
    world.complete("a")
    world.step(instance, Cancel(compensate=True))
    world.step(instance, Migrate(definition="new", mapping={}))
    world.signal("two")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.state(instance) == "cancelled"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_case_that_was_interrupted_begins_to_listen_to_nothing_when_it_is_migrated(interrupting: bool) -> None:
    body = '<startEvent id="s"/><userTask id="a"/>' + flows("s>a")
    world = versions(body, listening("one", interrupting), listening("two", False))
    instance = world.start()
    world.signal("one")
    world.step(instance, Migrate(definition="new", mapping={}))
    world.signal("two")
    assert world.open() == (["one_h"] if interrupting else ["a", "one_h", "two_h"])
