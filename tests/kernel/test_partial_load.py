"""A step loads what it touches, writes what it changed, and costs the same however large and old the instance is."""

from __future__ import annotations

from typing import Any

import pytest

from engine.kernel.effects import ActivityEnded, TaskClosed
from engine.kernel.rows import Delta
from engine.kernel.triggers import CompleteToken, Fire
from tests.kernel.world import World, flows


def many(condition: str = "", inner: str | None = None, sequential: bool = False) -> str:
    """A multi-instance activity over `seats` with one output a seat, and a task behind it."""
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><loopDataInputRef>seats</loopDataInputRef>'
        "<loopDataOutputRef>answers</loopDataOutputRef>"
        f'<inputDataItem id="who" name="who"/><outputDataItem id="answer" name="answer"/>{condition}'
        "</multiInstanceLoopCharacteristics>"
    )
    task = f'<userTask id="a">{loop}</userTask>' if inner is None else f'<subProcess id="a">{loop}{inner}</subProcess>'
    return '<startEvent id="s"/>' + task + '<userTask id="z"/>' + flows("s>a", "a>z")


def step_cost(world: World, seat: int) -> tuple[dict[str, int], int]:
    """What completing one seat loads, and how many rows it writes or deletes."""
    instance, token = world.tasks("a")[seat]
    source = world.store.source(instance)
    source.loaded.clear()
    result = world.step(instance, CompleteToken(token=token.key, variables={"answer": seat}))
    return dict(source.loaded), written(result.delta)


def written(delta: Delta) -> int:
    """Rows that a delta touches, the instance's included."""
    upserts = delta.scopes + delta.tokens + delta.subscriptions + delta.compensations + delta.variables  # type: ignore[operator]
    deleted = delta.deleted_scopes | delta.deleted_tokens | delta.deleted_subscriptions | delta.deleted_compensations
    return 1 + len(upserts) + len(deleted)


@pytest.mark.parametrize("condition", ["", "<completionCondition>nrOfCompletedInstances >= 4000</completionCondition>"])
def test_completing_a_seat_costs_the_same_at_70_and_at_700(condition: str) -> None:
    condition = condition.replace(">= ", "&gt;= ")
    costs = []
    for number in (70, 700):
        world = World(many(condition))
        world.start("p", seats=list(range(number)))
        costs.append([step_cost(world, 40), step_cost(world, 7)])
    assert costs[0] == costs[1]
    loaded, rows = costs[0][0]
    assert sum(loaded.values()) <= 10
    assert rows <= 8


def test_outputs_come_in_the_order_of_the_seats() -> None:
    world = World(many(), reload=True)
    world.start("p", seats=["甲", "乙", "丙"])
    for nth, answer in ((2, "C"), (0, "A"), (0, "B")):
        world.complete("a", nth, answer=answer)
    assert world.variables()["answers"] == ["A", "B", "C"]
    assert world.open() == ["z"]
    assert world.source().counts() == {"scopes": 1, "tokens": 1, "subscriptions": 0, "compensations": 0, "variables": 2}


def test_a_sequential_seat_gets_the_item_that_was_there_at_the_start() -> None:
    world = World(many(sequential=True), reload=True)
    instance = world.start("p", seats=["甲", "乙"])
    world.complete("a", answer="A", seats=["丁"])
    [(_, token)] = world.tasks("a")
    assert token.data_scope is not None
    assert world.store.source(instance).variables(token.data_scope) == {"who": "乙", "loopCounter": 1}
    world.complete("a", answer="B")
    assert world.variables() == {"seats": ["丁"], "answers": ["A", "B"]}


def test_a_completion_condition_takes_the_other_seats_away_though_only_one_was_loaded() -> None:
    world = World(many("<completionCondition>${nrOfCompletedInstances == 3}</completionCondition>"), reload=True)
    world.start("p", seats=list(range(50)))
    for nth in (30, 10, 20):
        world.complete("a", nth, answer=nth)
    assert world.open() == ["z"]
    assert len([effect for effect in world.of(TaskClosed) if not effect.completed]) == 47
    assert world.variables()["answers"] == [10, 20, 30]
    assert world.source().counts()["scopes"] == 1


def test_seats_that_are_subprocesses_go_with_everything_in_them() -> None:
    inner = (
        '<startEvent id="i"/><userTask id="u"/><boundaryEvent id="b" attachedToRef="u"><timerEventDefinition><timeDuration>P1D'
        "</timeDuration></timerEventDefinition></boundaryEvent>" + flows("i>u")
    )
    world = World(many("<completionCondition>${nrOfCompletedInstances == 1}</completionCondition>", inner), reload=True)
    world.start("p", seats=list(range(9)))
    assert world.source().counts()["subscriptions"] == 9
    world.complete("u", 4, answer=1)
    assert world.open() == ["z"]
    counts = world.source().counts()
    assert (counts["scopes"], counts["tokens"], counts["subscriptions"]) == (1, 1, 0)


def test_an_interrupting_timer_takes_all_seats_away() -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    body = many() + f'<boundaryEvent id="late" attachedToRef="a">{timer}</boundaryEvent><userTask id="h"/>' + flows("late>h")
    world = World(body, reload=True)
    instance = world.start("p", seats=list(range(20)))
    world.complete("a", answer=1)
    [row] = world.store.source(instance).subscriptions("timer")
    world.now = row.due
    world.step(instance, Fire(subscription=row.key))
    assert world.open() == ["h"]
    cancelled = [effect.element for effect in world.of(ActivityEnded) if effect.outcome == "cancelled"]
    assert cancelled == ["a"] * 20
    assert world.source().counts()["scopes"] == 1


def test_a_round_of_a_loop_costs_the_same_in_the_tenth_and_in_the_thousandth() -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="m"/><userTask id="a"/>' + flows("s>m", "m>a", "a>m")
    world = World(body)
    world.start("p", n=0)
    costs = {}
    for number in range(1_000):
        cost = step_cost_of_round(world, number)
        if number in (9, 999):
            costs[number] = cost
    assert costs[9] == costs[999]


def step_cost_of_round(world: World, number: int) -> Any:
    """What one round loads and writes."""
    instance, token = world.tasks("a")[0]
    source = world.store.source(instance)
    source.loaded.clear()
    result = world.step(instance, CompleteToken(token=token.key, variables={"n": number}))
    return dict(source.loaded), written(result.delta)


def test_a_deep_token_does_not_load_the_scopes_around_it_unless_they_are_needed() -> None:
    inner = '<startEvent id="i"/><userTask id="u"/><userTask id="v"/>' + flows("i>u", "u>v")
    for level in range(5):
        inner = f'<startEvent id="s{level}"/><subProcess id="p{level}">{inner}</subProcess>' + flows(f"s{level}>p{level}")
    world = World(inner)
    instance = world.start()
    [(_, token)] = world.tasks("u")
    source = world.store.source(instance)
    source.loaded.clear()
    world.step(instance, CompleteToken(token=token.key))
    assert {kind: number for kind, number in source.loaded.items() if number} == {"ScopeRow": 2, "TokenRow": 1}


def test_rows_of_untouched_branches_are_not_written_again() -> None:
    body = '<startEvent id="s"/>' + "".join(f'<userTask id="t{i}"/>' for i in range(30)) + '<userTask id="z"/>'
    world = World(body + flows(*(f"s>t{i}" for i in range(30)), "t3>z"))
    world.start()
    result = world.complete("t3")
    assert [row.element for row in result.delta.tokens] == ["z"]
    assert len(result.delta.deleted_tokens) == 1
    assert written(result.delta) == 4
