"""What a migrated instance listens to, and what it can undo, where the new version has more or less than the old one."""

from __future__ import annotations

import pytest

from engine.kernel.triggers import Continue
from tests.kernel.test_events import COMPENSATE, boundary, undoable
from tests.kernel.test_migration import Versions
from tests.kernel.world import flows

MESSAGE = '<message id="m" name="answer"/>'
WAIT = (
    '<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><userTask id="z"/>' + flows("s>g", "g>c", "c>z")
)
HOUR = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"


def arm(number: int, term: str) -> str:
    """A timer behind the gateway, and the task `late<number>` that it leads to."""
    timer = f'<intermediateCatchEvent id="t{number}">{HOUR.format(term)}</intermediateCatchEvent>'
    return timer + f'<userTask id="late{number}"/>' + flows(f"g>t{number}", f"t{number}>late{number}")


def listens(world: Versions) -> list[str]:
    return sorted(row.element for row in world.source().all_subscriptions())


def test_a_gateway_waits_for_the_events_that_the_new_version_adds() -> None:
    world = Versions(WAIT + arm(1, "PT9H"), WAIT + arm(1, "PT9H") + arm(2, "PT1H"), reload=True, extra=MESSAGE)
    world.start()
    assert ("info", "listener-added", "g") in world.lines()
    world.migrate()
    assert listens(world) == ["c", "t1", "t2"]
    world.advance_time("PT1H")
    assert (world.open(), listens(world)) == (["late2"], [])


def test_a_gateway_drops_the_events_that_the_new_version_has_not() -> None:
    world = Versions(WAIT + arm(1, "PT1H"), WAIT, reload=True, extra=MESSAGE)
    world.start()
    assert ("warning", "listener-removed", "t1") in world.lines()
    world.migrate()
    world.advance_time("PT2H")
    assert (world.open(), listens(world)) == ([], ["c"])
    world.message("answer")
    assert world.open() == ["z"]


@pytest.mark.parametrize(("side", "before"), [("before", True), ("after", False)])
def test_a_token_that_waits_for_its_job_gains_no_boundary_event_before_or_behind_its_work(side: str, before: bool) -> None:
    later = f'<extensionElements><liandong:async {side}="true"/></extensionElements>'
    body = f'<startEvent id="s"/><userTask id="a">{later}</userTask><userTask id="z"/>' + flows("s>a", "a>z")
    late = boundary("b", "a", HOUR.format("PT1H")) + '<userTask id="h"/>' + flows("b>h")
    world = Versions(body, body + late, reload=True)
    instance = world.start()
    if not before:
        world.complete("a")
    assert world.open() == []
    [token] = world.source().all_tokens()
    assert world.lines() == set()
    world.migrate()
    assert listens(world) == []
    world.step(instance, Continue(token=token.key))
    assert (world.open(), listens(world)) == ((["a"], ["b"]) if before else (["z"], []))


CALLED = (
    '<process id="q" isExecutable="true"><startEvent id="qs"/>'
    + undoable("a")
    + '<endEvent id="qe"/>'
    + flows("qs>a", "a>qe")
    + "</process>"
)


def calling(last: str) -> str:
    """Calls a process with a task that can be undone, and undoes it after task `last`."""
    elements = f'<startEvent id="s"/><callActivity id="call" calledElement="q"/><userTask id="{last}"/><endEvent id="t">'
    ways = flows("s>call", f"call>{last}", f"{last}>t")
    return f'<process id="p" isExecutable="true">{elements}{COMPENSATE}</endEvent>{ways}</process>{CALLED}'


def test_what_a_called_process_has_done_can_be_undone_after_a_migration_of_its_caller() -> None:
    world = Versions(calling("z"), calling("y"), reload=True)
    world.start()
    world.complete("a", bed="11")
    world.migrate(mapping={"z": "y"})
    world.complete("y")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.ended()


def test_a_called_process_keeps_its_version_in_what_it_opens_between_two_migrations_of_its_caller() -> None:
    inside = '<subProcess id="box"><startEvent id="bs"/><userTask id="b"/>' + flows("bs>b") + "</subProcess>"
    called = '<process id="q" isExecutable="true"><startEvent id="qs"/><userTask id="a"/>' + inside + flows("qs>a", "a>box")
    old = '<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="call" calledElement="q"/>' + flows("s>call")
    old += "</process>" + called + "</process>"
    world = Versions(old, old.replace('"box"', '"crate"').replace("a_box", "a_crate"), reload=True)
    world.start()
    world.migrate()
    world.migrate(to="d")
    world.complete("a")
    world.migrate()
    assert world.open() == ["b"]
    world.complete("b")
    assert world.ended()
