"""The complex gateway: start by its activation condition, reset by what can still come, tokens out of both."""

from __future__ import annotations

import pytest

from engine.kernel.effects import IncidentRaised
from engine.kernel.triggers import Retry
from tests.kernel.world import World, flows


def gateway(condition: str, *, default: str = "", names: str = "abc") -> str:
    """Branches `names` that meet in the gateway `g`."""
    tasks = "".join(f'<userTask id="{name}"/>' for name in names)
    attribute = f' default="{default}"' if default else ""
    activation = f"<activationCondition>{condition}</activationCondition>"
    return (
        f'<startEvent id="s"/><parallelGateway id="f"/>{tasks}<complexGateway id="g"{attribute}>{activation}</complexGateway>'
        + flows("s>f", *(f"f>{name}" for name in names), *(f"{name}>g" for name in names))
    )


def begun(body: str, **variables: object) -> World:
    world = World(body, reload=True, keep_incidents=True)
    world.start("p", **variables)
    return world


def test_two_of_three_go_on_and_the_third_is_taken_by_the_reset() -> None:
    world = begun(gateway("activationCount >= 2") + '<userTask id="z"/>' + flows("g>z"))
    world.complete("b")
    assert world.open() == ["a", "c"]
    world.complete("c")
    assert world.open() == ["a", "z"]
    world.complete("z")
    assert not world.ended()
    world.complete("a")
    assert world.ended()


def test_a_gate_is_counted_by_the_id_of_its_flow() -> None:
    world = begun(gateway("f_a_g >= 1 and f_b_g + f_c_g >= 1") + '<userTask id="z"/>' + flows("g>z"))
    world.complete("b")
    world.complete("c")
    assert world.open() == ["a"]
    world.complete("a")
    assert world.open() == ["z"]


def test_conditions_tell_start_and_reset_apart() -> None:
    late = '<userTask id="z"/><userTask id="late"/>' + flows("g>z if waitingForStart", "g>late if not waitingForStart")
    world = begun(gateway("activationCount >= 1") + late)
    world.complete("a")
    assert world.open() == ["b", "c", "z"]
    world.complete("b")
    assert world.open() == ["c", "z"]
    world.complete("c")
    assert world.open() == ["late", "z"]


def test_the_reset_comes_though_no_token_does() -> None:
    body = (
        '<startEvent id="s"/><inclusiveGateway id="f"/><userTask id="a"/><userTask id="b"/><complexGateway id="g">'
        '<activationCondition>activationCount >= 1</activationCondition></complexGateway><userTask id="z"/><userTask id="late"/>'
        + flows("s>f", "f>a if true", "f>b if v", "a>g", "b>g", "g>z if waitingForStart", "g>late if not waitingForStart")
    )
    alone = begun(body, v=False)
    alone.complete("a")
    assert alone.open() == ["late", "z"]
    both = begun(body, v=True)
    both.complete("a")
    assert both.open() == ["b", "z"]


def test_the_default_flow_is_taken_when_no_condition_holds() -> None:
    ways = '<userTask id="y"/><userTask id="n"/>' + flows("g>y if waitingForStart and good", "g>n")
    for good, taken in ((True, ["c", "y"]), (False, ["c", "n"])):
        world = begun(gateway("activationCount >= 2", default="f_g_n") + ways, good=good)
        world.complete("a")
        world.complete("b")
        assert world.open() == taken


def test_a_start_that_leads_nowhere_is_an_incident() -> None:
    world = begun(gateway("activationCount >= 2") + '<userTask id="y"/>' + flows("g>y if good"), good=False)
    world.complete("a")
    world.complete("b")
    [incident] = world.of(IncidentRaised)
    assert (incident.element, incident.code) == ("g", "no-flow")
    world.set_variables(good=True)
    world.step(world.live()[0], Retry(token=incident.token))
    assert world.open() == ["c", "y"]


def test_a_token_in_excess_waits_for_the_next_start() -> None:
    merge = '<exclusiveGateway id="m"/><userTask id="x"/>'
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>' + merge + ""
        '<complexGateway id="g"><activationCondition>activationCount >= 1</activationCondition></complexGateway>'
        '<userTask id="z"/>' + flows("s>f", "f>a", "f>b", "f>c", "a>m", "b>m", "m>x", "x>g", "c>g", "g>z")
    )
    world = begun(body)
    world.complete("a")
    world.complete("b")
    world.complete("x")
    assert world.open() == ["c", "x", "z"]
    world.complete("x")
    assert world.open() == ["c", "z"]
    world.complete("c")
    # The reset took c's token; the second one from x starts the gateway anew, and it resets with nothing left to come.
    assert world.open() == ["z", "z"]
    world.complete("z")
    world.complete("z")
    assert world.ended()


def test_a_variable_from_outside_can_be_what_is_missing() -> None:
    world = begun(gateway("activationCount >= 1 and go", names="ab") + '<userTask id="z"/>' + flows("g>z"), go=False)
    world.complete("a")
    assert world.open() == ["b"]
    world.set_variables(go=True)
    assert world.open() == ["b", "z"]


def test_one_way_in_is_a_split() -> None:
    body = '<startEvent id="s"/><complexGateway id="g"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
    world = begun(body + flows("s>g", "g>a if v > 1", "g>b if v > 2", "g>c"), v=2)
    assert world.open() == ["a", "c"]


def test_an_activation_that_cannot_be_computed_is_an_incident() -> None:
    world = begun(gateway("activationCount >= limit") + '<userTask id="z"/>' + flows("g>z"))
    world.complete("a")
    [incident] = world.of(IncidentRaised)
    assert (incident.element, incident.code) == ("g", "expression")
    world.set_variables(limit=1)
    world.step(world.live()[0], Retry(token=incident.token))
    assert world.open() == ["b", "c", "z"]


@pytest.mark.parametrize("terminated", [False, True])
def test_a_scope_that_is_stopped_resets_nothing(terminated: bool) -> None:
    stop = '<userTask id="q"/><endEvent id="stop">{}</endEvent>'.format("<terminateEventDefinition/>" if terminated else "")
    ways = '<userTask id="z"/><userTask id="late"/>' + stop
    body = gateway("activationCount >= 1", names="ab") + ways
    world = begun(body + flows("f>q", "q>stop", "g>z if waitingForStart", "g>late if not waitingForStart"))
    world.complete("a")
    world.complete("q")
    assert world.open() == ([] if terminated else ["b", "z"])
    assert world.ended() == terminated
