from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import EngineError
from engine.kernel import CompiledDefinition, compile_process
from engine.kernel.migration import plan_migration
from engine.kernel.migration_plan import NotMigratable
from engine.kernel.triggers import Cancel, Migrate
from tests.kernel.world import World, document, flows


class Versions(World):
    """A world with a second version of its deployment, called `new`; instances start on `d`."""

    def __init__(self, old: str, new: str, *, reload: bool, extra: str = "", **options: Any) -> None:
        self.newer: Mapping[str, bytes] = {"t.bpmn": document(new, extra)}
        super().__init__({"t.bpmn": document(old, extra)}, reload=reload, **options)

    def definition(self, ref: str) -> CompiledDefinition:
        return compile_process(self.newer, functions=self.functions) if ref == "new" else self.compiled

    def migrate(self, to: str = "new", **more: Any) -> Any:
        [instance] = self.live()
        return self.step(instance, Migrate(definition=to, **more))

    def lines(self, to: str = "new", **more: Any) -> set[tuple[str, str, str]]:
        """Level, code and element of what a migration would meet, what is only mapped left out."""
        [instance] = self.live()
        plan = plan_migration(self.store.source(instance), Migrate(definition=to, **more), self)
        return {
            (found.level, found.code, found.element) for found in plan.lines.values() if found.code not in ("mapped", "unused")
        }


@pytest.fixture(params=[False, True], ids=["kept", "reloaded"])
def reload(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def line(*tasks: str) -> str:
    names = ["s", *tasks, "e"]
    body = "".join(f'<userTask id="{task}"/>' for task in tasks)
    pairs = [f"{a}>{b}" for a, b in itertools.pairwise(names)]
    return f'<startEvent id="s"/>{body}<endEvent id="e"/>' + flows(*pairs)


def test_a_token_goes_on_in_the_new_version(reload: bool) -> None:
    world = Versions(line("a", "c"), line("a", "b", "c"), reload=reload)
    world.start()
    task = world.tasks("a")[0][1].key
    world.migrate()
    assert world.source().instance().definition == "new"
    assert world.tasks("a")[0][1].key == task
    for element in ("a", "b", "c"):
        assert world.open() == [element]
        world.complete(element)
    assert world.ended()


def test_elements_map_by_name_where_they_differ(reload: bool) -> None:
    world = Versions(line("a"), line("x", "y"), reload=reload)
    world.start()
    with pytest.raises(NotMigratable) as refusal:
        world.migrate()
    assert [(found.code, found.element, found.tokens) for found in refusal.value.lines if found.level == "error"] == [
        ("no-target", "a", 1)
    ]
    world.migrate(mapping={"a": "x"})
    assert world.open() == ["x"]
    world.complete("x")
    assert world.open() == ["y"]


@pytest.mark.parametrize("mapping", [{"nowhere": "x"}, {"a": "nowhere"}])
def test_a_mapping_names_elements_of_both_versions(mapping: dict[str, str], reload: bool) -> None:
    world = Versions(line("a"), line("x"), reload=reload)
    world.start()
    with pytest.raises(EngineError) as refusal:
        world.migrate(mapping=mapping)
    assert refusal.value.code == "unknown-element"


def test_an_instance_goes_back_to_the_version_it_came_from(reload: bool) -> None:
    world = Versions(line("a", "c"), line("a", "b", "c"), reload=reload)
    world.start()
    world.migrate()
    world.complete("a")
    with pytest.raises(NotMigratable):
        world.migrate("d")
    world.complete("b")
    world.migrate("d")
    assert world.source().instance().definition == "d"
    world.complete("c")
    assert world.ended()


def test_the_same_version_is_refused(reload: bool) -> None:
    world = Versions(line("a"), line("a"), reload=reload)
    world.start()
    with pytest.raises(EngineError) as refusal:
        world.migrate("d")
    assert refusal.value.code == "same-version"


def block(inner: str, *, at: str = "sub", behind: str = "") -> str:
    return (
        f'<startEvent id="s"/><subProcess id="{at}"><startEvent id="i"/>{inner}</subProcess>{behind}<endEvent id="e"/>'
        + flows(f"s>{at}", f"{at}>e")
    )


TASK = '<userTask id="t"/>' + flows("i>t")


def test_subprocesses_map_with_what_is_in_them(reload: bool) -> None:
    world = Versions(block(TASK), block(TASK, at="ward"), reload=reload)
    world.start()
    assert world.lines() == {("error", "no-target", "sub"), ("error", "nesting-changed", "t")}
    world.migrate(mapping={"sub": "ward"})
    assert {scope.process for scope in world.source().all_scopes()} == {"p", "p/ward"}
    world.complete("t")
    assert world.ended()


def test_what_moved_into_another_subprocess_is_refused(reload: bool) -> None:
    world = Versions(line("t"), block('<userTask id="t"/>' + flows("i>t")), reload=reload)
    world.start()
    assert world.lines() == {("error", "nesting-changed", "t")}


def test_another_type_is_refused(reload: bool) -> None:
    other = '<startEvent id="s"/><receiveTask id="a"/><endEvent id="e"/>' + flows("s>a", "a>e")
    world = Versions(line("a"), other, reload=reload)
    world.start()
    assert world.lines() == {("error", "no-target", "a")}
    assert world.lines(mapping={"a": "a"}) == {("error", "type-changed", "a")}


def seats(loop: str) -> str:
    return f'<startEvent id="s"/><userTask id="t">{loop}</userTask><endEvent id="e"/>' + flows("s>t", "t>e")


def multi(inner: str, attributes: str = "") -> str:
    return f"<multiInstanceLoopCharacteristics{attributes}>{inner}</multiInstanceLoopCharacteristics>"


THREE = "<loopCardinality>${3}</loopCardinality>"


def test_seats_stay_and_a_new_condition_holds_for_what_is_left(reload: bool) -> None:
    enough = "<completionCondition>${nrOfCompletedInstances == 2}</completionCondition>"
    world = Versions(seats(multi(THREE)), seats(multi(THREE + enough)), reload=reload)
    world.start()
    world.complete("t")
    assert world.lines() == {("warning", "loop-condition", "t")}
    world.migrate()
    assert world.open() == ["t", "t"]
    world.complete("t")
    assert world.ended()


@pytest.mark.parametrize("other", ["", multi(THREE, ' isSequential="true"')])
def test_another_way_of_repeating_is_refused(other: str, reload: bool) -> None:
    world = Versions(seats(multi(THREE)), seats(other), reload=reload)
    world.start()
    assert world.lines() == {("error", "loop-changed", "t")}


def timed(term: str, name: str = "late") -> str:
    timer = f"<timerEventDefinition><timeDuration>{term}</timeDuration></timerEventDefinition>"
    event = f'<boundaryEvent id="{name}" attachedToRef="a">{timer}</boundaryEvent><userTask id="b"/>'
    return f'<startEvent id="s"/><userTask id="a"/>{event}<endEvent id="e"/>' + flows("s>a", "a>e", f"{name}>b", "b>e")


def test_timers_keep_their_time_or_are_counted_anew(reload: bool) -> None:
    for recompute, hours in ((False, 2), (True, 6)):
        world = Versions(timed("PT2H"), timed("PT5H"), reload=reload)
        world.start()
        began = world.now
        world.advance_time("PT1H")
        code = "timer-recomputed" if recompute else "timer-kept"
        assert world.lines(recompute_timers=recompute) == {("info", code, "late")}
        world.migrate(recompute_timers=recompute)
        [row] = world.source().subscriptions("timer")
        assert row.due == began + timedelta(hours=hours)
        world.advance_time("PT5H")
        assert world.open() == ["b"]


def test_listeners_come_and_go_with_the_version(reload: bool) -> None:
    world = Versions(timed("PT2H"), line("a"), reload=reload)
    world.start()
    assert world.lines() == {("warning", "listener-removed", "late")}
    world.migrate()
    assert world.source().counts()["subscriptions"] == 0
    world.migrate("d")
    [row] = world.source().subscriptions("timer")
    assert (row.element, row.due) == ("late", world.now + timedelta(hours=2))
    world.advance_time("PT2H")
    assert world.open() == ["b"]


def test_a_renamed_boundary_event_is_the_same_one(reload: bool) -> None:
    world = Versions(timed("PT2H"), timed("PT2H", "overdue"), reload=reload)
    world.start()
    world.migrate(mapping={"late": "overdue"})
    [row] = world.source().subscriptions("timer")
    assert row.element == "overdue"
    world.advance_time("PT2H")
    assert world.open() == ["b"]


def listening(signal: str, name: str = "h") -> str:
    start = f'<startEvent id="hs" isInterrupting="false"><signalEventDefinition signalRef="{signal}"/></startEvent>'
    handler = f'<subProcess id="{name}" triggeredByEvent="true">{start}<userTask id="hx"/>' + flows("hs>hx") + "</subProcess>"
    return line("a") + handler


SIGNALS = '<signal id="g" name="G"/><signal id="k" name="K"/>'


def test_an_event_subprocess_listens_as_the_new_version_says(reload: bool) -> None:
    world = Versions(listening("g"), listening("k"), reload=reload, extra=SIGNALS)
    world.start()
    world.signal("G")
    assert world.open() == ["a", "hx"]
    assert world.lines() == {("warning", "listener-changed", "hs")}
    world.migrate()
    world.signal("G")
    assert world.open() == ["a", "hx"]
    world.signal("K")
    assert world.open() == ["a", "hx", "hx"]


def test_a_new_event_subprocess_begins_to_listen(reload: bool) -> None:
    world = Versions(line("a"), listening("g"), reload=reload, extra=SIGNALS)
    world.start()
    world.migrate()
    world.signal("G")
    assert world.open() == ["a", "hx"]


def fork(*branches: str, gateway: str = "parallelGateway") -> str:
    tasks = "".join(f'<userTask id="{name}"/>' for name in branches)
    pairs = [pair for name in branches for pair in (f"f>{name}", f"{name}>j")]
    return f'<startEvent id="s"/><{gateway} id="f"/>{tasks}<{gateway} id="j"/><userTask id="z"/><endEvent id="e"/>' + flows(
        "s>f", *pairs, "j>z", "z>e"
    )


@pytest.mark.parametrize("gateway", ["parallelGateway", "inclusiveGateway"])
def test_a_join_that_waits_for_less_goes_on(gateway: str, reload: bool) -> None:
    world = Versions(fork("a", "b", gateway=gateway), fork("a", "b", "c", gateway=gateway), reload=reload)
    world.start()
    world.complete("a")
    world.migrate()
    assert world.open() == ["b"]
    world = Versions(fork("a", "b", "c", gateway=gateway), fork("a", "b", gateway=gateway), reload=reload)
    world.start()
    world.complete("a")
    world.complete("b")
    assert world.lines() == {("error", "no-target", "c")}
    assert world.open() == ["c"]


def test_a_join_that_has_all_it_needs_in_the_new_version_goes_on(reload: bool) -> None:
    waits = fork("a", "b").replace('<userTask id="z"/>', '<userTask id="z"/><userTask id="c"/>') + flows("c>j", "f>c")
    without = fork("a", "b").replace('<userTask id="z"/>', '<userTask id="z"/><userTask id="c"/>') + flows("f>c", "c>e")
    world = Versions(waits, without, reload=reload)
    world.start()
    world.complete("a")
    world.complete("b")
    assert world.open() == ["c"]
    world.migrate()
    assert world.open() == ["c", "z"]


def test_a_token_that_came_by_a_way_that_is_gone_is_refused(reload: bool) -> None:
    world = Versions(fork("a", "b"), fork("b", "c"), reload=reload)
    world.start()
    world.complete("a")
    assert world.lines() == {("error", "join-changed", "j")}


UNDO = (
    '<startEvent id="s"/><userTask id="book"/><boundaryEvent id="u" attachedToRef="book"><compensateEventDefinition/>'
    '</boundaryEvent><userTask id="{undo}" isForCompensation="true"/>'
    '<association associationDirection="One" sourceRef="u" targetRef="{undo}"/><userTask id="treat"/><endEvent id="e"/>'
    + flows("s>book", "book>treat", "treat>e")
)


def test_what_can_be_undone_stays_so(reload: bool) -> None:
    world = Versions(UNDO.format(undo="unbook"), UNDO.format(undo="release"), reload=reload)
    instance = world.start()
    world.complete("book")
    assert world.lines() == {("error", "compensation-lost", "book")}
    world.migrate(mapping={"unbook": "release"})
    world.step(instance, Cancel(compensate=True))
    assert world.open() == ["release"]


def calling(task: str) -> str:
    called = line("qa", task).replace('"s"', '"qs"').replace('"e"', '"qe"').replace('"f_', '"q_')
    return (
        '<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="call" calledElement="q"/>'
        f'<userTask id="{task}after"/><endEvent id="e"/>'
        + flows("s>call", f"call>{task}after", f"{task}after>e")
        + f'</process><process id="q" isExecutable="true">{called}</process>'
    )


def test_a_called_process_keeps_its_version(reload: bool) -> None:
    world = Versions(calling("x"), calling("y"), reload=reload)
    world.start()
    world.migrate()
    world.complete("qa")
    assert world.open() == ["x"]
    world.complete("x")
    assert world.open() == ["yafter"]
    world.complete("yafter")
    assert world.ended()


def test_waiting_for_a_message_goes_on_under_the_new_name(reload: bool) -> None:
    def catching(message: str) -> str:
        event = f'<messageEventDefinition messageRef="{message}"/>'
        catch = f'<intermediateCatchEvent id="c">{event}</intermediateCatchEvent>'
        return f'<startEvent id="s"/>{catch}<endEvent id="e"/>' + flows("s>c", "c>e")

    extra = '<message id="m" name="Old"/><message id="n" name="New"/>'
    world = Versions(catching("m"), catching("n"), reload=reload, extra=extra)
    world.start()
    assert world.lines() == {("warning", "listener-changed", "c")}
    world.migrate()
    with pytest.raises(EngineError):
        world.message("Old")
    world.message("New")
    assert world.ended()


def test_nothing_changes_when_something_does_not_map(reload: bool) -> None:
    world = Versions(fork("a", "b"), fork("a", "c"), reload=reload)
    world.start()
    before = (world.source().counts(), world.open(), world.source().instance())
    with pytest.raises(NotMigratable):
        world.migrate()
    assert (world.source().counts(), world.open(), world.source().instance()) == before
