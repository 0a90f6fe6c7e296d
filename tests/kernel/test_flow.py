"""Where tokens go: flows out of any node, joins, loops, links, ad-hoc work, several starts."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Invalid
from engine.kernel.effects import ActivityEnded, ActivityStarted, InstanceEnded, TaskClosed, TaskOpened
from engine.kernel.triggers import StartAdHoc
from tests.kernel.world import World, document, flows


def world(body: str, **options: object) -> World:
    return World(body, reload=True, **options)  # type: ignore[arg-type]


def test_every_flow_out_of_a_task_is_taken() -> None:
    forked = world('<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>' + flows("s>a", "a>b", "a>c"))
    forked.start()
    forked.complete("a")
    assert forked.open() == ["b", "c"]


@pytest.mark.parametrize(("value", "taken"), [(1, ["b", "d"]), (2, ["c", "d"]), (3, ["d"])])
def test_conditional_flows_out_of_a_task(value: int, taken: list[str]) -> None:
    body = '<startEvent id="s"/>' + "".join(f'<userTask id="{name}"/>' for name in "abcd")
    forked = world(body + flows("s>a", "a>b if v == 1", "a>c if v == 2", "a>d"))
    forked.start("p", v=value)
    forked.complete("a")
    assert forked.open() == taken


@pytest.mark.parametrize(("value", "taken"), [(1, ["b"]), (9, ["c"])])
@pytest.mark.parametrize("kind", ["userTask", "exclusiveGateway", "inclusiveGateway"])
def test_the_default_flow_is_taken_when_no_condition_holds(kind: str, value: int, taken: list[str]) -> None:
    body = f'<startEvent id="s"/><{kind} id="a" default="f_a_c"/><userTask id="b"/><userTask id="c"/>'
    forked = world(body + flows("s>a", "a>b if v == 1", "a>c"))
    forked.start("p", v=value)
    if kind == "userTask":
        forked.complete("a")
    assert forked.open() == taken


def test_a_lone_default_flow_is_taken() -> None:
    lone = world('<startEvent id="s"/><userTask id="a" default="f_a_b"/><userTask id="b"/>' + flows("s>a", "a>b"))
    lone.start()
    lone.complete("a")
    assert lone.open() == ["b"]


def test_a_token_in_excess_waits_for_the_next_round_of_a_join() -> None:
    body = '<startEvent id="s"/><parallelGateway id="g"/><exclusiveGateway id="m"/><parallelGateway id="j"/>' + "".join(
        f'<userTask id="{name}"/>' for name in ("t1", "t2", "u", "v", "z")
    )
    joined = world(body + flows("s>g", "g>t1", "g>t2", "g>v", "t1>m", "t2>m", "m>u", "u>j", "v>j", "j>z"))
    joined.start()
    joined.complete("t1")
    joined.complete("t2")
    joined.complete("u")
    joined.complete("u")
    assert joined.open() == ["v"]
    joined.complete("v")
    assert joined.open() == ["z"]
    joined.complete("z")
    assert not joined.ended()


def test_an_inclusive_join_waits_only_for_what_can_still_come() -> None:
    body = '<startEvent id="s"/><inclusiveGateway id="g"/><inclusiveGateway id="j"/>' + "".join(
        f'<userTask id="{name}"/>' for name in ("a", "b", "c", "z")
    )
    body += flows("s>g", "g>a if x &gt; 0", "g>b if x &gt; 1", "g>c if x &gt; 2", "a>j", "b>j", "c>j", "j>z")
    for value, order in ((1, ["a"]), (2, ["b", "a"]), (3, ["c", "a", "b"])):
        joined = world(body)
        joined.start("p", x=value)
        for name in order:
            assert "z" not in joined.open()
            joined.complete(name)
        assert joined.open() == ["z"]


def test_a_join_in_a_subprocess_that_was_left_does_not_remember_its_tokens() -> None:
    inner = (
        '<startEvent id="i"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><parallelGateway id="j"/>'
        '<userTask id="n"/>' + flows("i>g", "g>a", "g>b", "a>j", "b>j", "j>n")
    )
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    body = (
        f'<startEvent id="s"/><exclusiveGateway id="m"/><subProcess id="sub">{inner}</subProcess>'
        f'<boundaryEvent id="t" attachedToRef="sub">{timer}</boundaryEvent>' + flows("s>m", "m>sub", "t>m")
    )
    again = world(body)
    again.start()
    again.complete("a")
    again.advance_time("PT1H")
    assert again.open() == ["a", "b"]
    again.complete("b")
    assert again.open() == ["a"]
    again.complete("a")
    assert again.open() == ["n"]


def test_a_path_without_an_end_event_ends() -> None:
    ended = world('<userTask id="a"/><userTask id="b"/>')
    instance = ended.start()
    assert ended.open() == ["a", "b"]
    ended.complete("a")
    ended.complete("b")
    assert ended.state(instance) == "completed"
    assert [effect.state for effect in ended.of(InstanceEnded)] == ["completed"]


def test_a_terminate_end_event_ends_its_scope_only() -> None:
    inner = '<startEvent id="i"/><userTask id="a"/><userTask id="b"/><endEvent id="e"><terminateEventDefinition/></endEvent>'
    body = f'<startEvent id="s"/><subProcess id="sub">{inner}{flows("i>a", "i>b", "a>e")}</subProcess><userTask id="c"/>'
    stopped = world(body + '<endEvent id="z"><terminateEventDefinition/></endEvent>' + flows("s>sub", "s>c", "sub>z"))
    instance = stopped.start()
    stopped.complete("a")
    assert stopped.state(instance) == "terminated"
    closed = [(effect.element, effect.completed) for effect in stopped.of(TaskClosed)]
    assert closed == [("a", True), ("b", False), ("c", False)]


def test_links_lead_from_every_throw_to_the_catch_of_their_name() -> None:
    link = '<linkEventDefinition name="L"/>'
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>' + "".join(
        f'<intermediateThrowEvent id="{name}">{link}</intermediateThrowEvent>' for name in ("t1", "t2")
    )
    linked = world(
        body + f'<intermediateCatchEvent id="k">{link}</intermediateCatchEvent>' + flows("s>a", "s>b", "a>t1", "b>t2", "k>c")
    )
    linked.start()
    linked.complete("a")
    linked.complete("b")
    assert linked.open() == ["c", "c"]


def test_a_standard_loop_runs_until_its_condition_is_false_or_its_maximum_is_reached() -> None:
    loop = "<standardLoopCharacteristics {a}><loopCondition>${{again}}</loopCondition></standardLoopCharacteristics>"
    for attributes, before, rounds in (("", False, 1), ('testBefore="true"', False, 0), ('loopMaximum="2"', True, 2)):
        body = f'<startEvent id="s"/><userTask id="a">{loop.format(a=attributes)}</userTask><userTask id="z"/>'
        looped = world(body + flows("s>a", "a>z"))
        looped.start("p", again=before)
        for _ in range(rounds):
            looped.complete("a")
        assert looped.open() == ["z"]


def ad_hoc(attributes: str = "", condition: str = "") -> World:
    inner = f'<userTask id="a"/><userTask id="b"/><userTask id="c"/>{flows("b>c")}'
    if condition:
        inner += f"<completionCondition>${{{condition}}}</completionCondition>"
    return world(
        f'<startEvent id="s"/><adHocSubProcess id="h" {attributes}>{inner}</adHocSubProcess><userTask id="z"/>'
        + flows("s>h", "h>z")
    )


def test_nothing_in_an_ad_hoc_subprocess_starts_by_itself() -> None:
    free = ad_hoc()
    free.start()
    assert free.open() == []
    assert not free.ended()
    free.start_ad_hoc("b")
    free.complete("b")
    assert free.open() == ["c"]
    free.complete("c")
    assert free.open() == ["z"]


def test_an_ad_hoc_subprocess_with_a_condition_ends_when_it_holds() -> None:
    free = ad_hoc(condition="enough")
    free.start("p", enough=False)
    free.start_ad_hoc("a")
    free.start_ad_hoc("a")
    free.complete("a")
    free.complete("a")
    assert free.open() == []
    free.start_ad_hoc("a")
    free.start_ad_hoc("b")
    free.complete("a", enough=True)
    assert free.open() == ["z"]


def test_a_sequential_ad_hoc_subprocess_does_one_thing_at_a_time() -> None:
    free = ad_hoc('ordering="Sequential"')
    free.start()
    free.start_ad_hoc("a")
    with pytest.raises(Conflict):
        free.start_ad_hoc("b")


def test_only_entries_of_an_open_ad_hoc_subprocess_can_be_started() -> None:
    free = ad_hoc()
    instance = free.start()
    [scope] = [row.key for row in free.source().all_scopes() if row.kind == "subprocess"]
    for element in ("c", "z", "#compensation"):
        with pytest.raises(Invalid):
            free.step(instance, StartAdHoc(scope=scope, element=element))
    with pytest.raises(Conflict):
        free.step(instance, StartAdHoc(scope=999, element="a"))


def test_a_process_starts_at_its_plain_start_event_and_not_at_the_others() -> None:
    message = '<messageEventDefinition messageRef="m"/>'
    body = f'<process id="p"><startEvent id="s"/><startEvent id="t">{message}</startEvent><userTask id="a"/><userTask id="b"/>'
    started = World({"m.bpmn": document('<message id="m" name="M"/>' + body + flows("s>a", "t>b") + "</process>")}, reload=True)
    started.start()
    assert started.open() == ["a"]
    started.start_by_message("M")
    assert started.open() == ["a", "b"]


def test_effects_tell_what_happened_in_its_order() -> None:
    told = world('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + flows("s>a", "a>e"))
    told.start()
    told.complete("a")
    story = [
        (type(effect).__name__, getattr(effect, "element", None))
        for effect in told.effects
        if isinstance(effect, ActivityStarted | ActivityEnded | TaskOpened | TaskClosed | InstanceEnded)
    ]
    assert story == [
        ("ActivityStarted", "s"),
        ("ActivityEnded", "s"),
        ("ActivityStarted", "a"),
        ("TaskOpened", "a"),
        ("TaskClosed", "a"),
        ("ActivityEnded", "a"),
        ("ActivityStarted", "e"),
        ("ActivityEnded", "e"),
        ("InstanceEnded", None),
    ]


def test_start_and_completion_quantities_count_tokens() -> None:
    body = '<startEvent id="s"/><userTask id="a" completionQuantity="3"/><userTask id="b" startQuantity="2"/>'
    counted = world(body + flows("s>a", "a>b"))
    counted.start()
    counted.complete("a")
    assert counted.open() == ["b"]
    counted.complete("b")
    assert not counted.ended()


@pytest.mark.parametrize("before", ["true", "false"])
def test_a_loop_counts_its_rounds(before: str) -> None:
    body = (
        f'<startEvent id="s"/><subProcess id="a"><standardLoopCharacteristics testBefore="{before}">'
        "<loopCondition>${loopCounter &lt; 3}</loopCondition></standardLoopCharacteristics>"
        '<startEvent id="i"/><scriptTask id="c"><script>seen = seen + [loopCounter]</script></scriptTask><userTask id="u"/>'
        + flows("i>c", "c>u")
        + "</subProcess>"
    )
    looped = world(body + flows("s>a"))
    looped.start("p", seen=[])
    for _ in range(3):
        looped.complete("u", last="x")
    assert looped.ended()
    assert looped.variables() == {"seen": [0, 1, 2], "last": "x"}


def test_a_completion_condition_counts_what_was_terminated() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality><completionCondition>"
        "${nrOfCompletedInstances == 2 and numberOfTerminatedInstances == 0 and nrOfActiveInstances == 2}"
        "</completionCondition></multiInstanceLoopCharacteristics>"
    )
    several = world(f'<startEvent id="s"/><userTask id="a">{loop}</userTask><userTask id="z"/>' + flows("s>a", "a>z"))
    several.start()
    several.complete("a")
    several.complete("a")
    assert several.open() == ["z"]
