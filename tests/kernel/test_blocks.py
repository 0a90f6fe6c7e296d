"""Random block-structured models and random paths, compared with a reference interpreter; everything reloads at each step."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from engine.kernel.rows import ScopeRow, TokenRow
from tests.kernel.blocks import PLAIN, ROUGH, Generator, Key, Scope
from tests.kernel.world import World, document

MODELS = int(os.environ.get("LIANDONG_RANDOM_MODELS", "60"))
FIRST = int(os.environ.get("LIANDONG_RANDOM_SEED", "1"))


@pytest.mark.parametrize("kinds", [PLAIN, ROUGH], ids=["plain", "rough"])
@pytest.mark.parametrize("depth", [2, 3])
def test_random_models_run_as_the_reference_does(kinds: tuple[str, ...], depth: int) -> None:
    for seed in range(FIRST, FIRST + MODELS):
        try:
            play(seed, depth, kinds)
        except Exception as error:
            raise AssertionError(f"seed {seed}, depth {depth}: {type(error).__name__}: {error}") from error


def play(seed: int, depth: int, kinds: tuple[str, ...]) -> int:
    """Runs one model to its end, or 150 steps. Returns the number of steps."""
    generator = Generator(Random(seed), kinds)
    block = generator.block(depth)
    messages = "".join(f'<message id="{name}" name="{name}"/>' for name in generator.messages)
    world = World({"m.bpmn": document(generator.wrap(block), messages)}, reload=True)
    choose = Random(seed + 1)
    world.start("p", **generator.variables)
    reference = Scope(block.factory, ())
    steps = 0
    while compare(world, reference) and steps < 150:
        waiting = reference.waiting()
        if waiting and choose.random() < 0.3 and len(reference.open()) < 60:
            message, node, detail = choose.choice(waiting)
            node.fire(detail)
            for _ in range(4):
                reference.complete(("-", ()))
            world.message(message)
        else:
            key = choose.choice(sorted(reference.open()))
            assert reference.complete(key)
            world.complete(key[0], [k for k in keys(world) if k[0] == key[0]].index(key))
        steps += 1
    return steps


def compare(world: World, reference: Scope) -> bool:
    """Compares what both show. False when both have ended."""
    assert sorted(keys(world)) == sorted(reference.open())
    assert world.ended() == reference.done
    waiting = Counter(row.name for key in world.live() for row in world.store.source(key).subscriptions("message"))
    assert waiting == Counter(item[0] for item in reference.waiting())
    if reference.done:
        counts = world.source().counts()
        left = {name: number for name, number in counts.items() if name != "variables"}
        assert left == {"scopes": 1, "tokens": 0, "subscriptions": 0, "compensations": 0}
    return not reference.done


def keys(world: World) -> list[Key]:
    """The open user tasks with the numbers of the seats around them."""
    found = []
    for instance, token in world.tasks():
        scopes = {row.key: row for row in world.store.source(instance).all_scopes()}
        found.append((token.element, seats(token, scopes)))
    return found


def seats(token: TokenRow, scopes: dict[int, ScopeRow]) -> tuple[int, ...]:
    """Numbers of the seats around a token, outermost first."""
    path: list[int] = []
    key = token.data_scope or token.scope
    while key is not None:
        row = scopes[key]
        if "loopCounter" in row.flags:
            path.append(row.flags["loopCounter"])
        key = row.parent
    return tuple(reversed(path))
