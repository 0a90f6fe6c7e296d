"""Random unstructured nets compared with the token game; everything reloads at each step."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from engine.kernel import BudgetExceeded
from tests.kernel.nets import Net
from tests.kernel.world import World


@pytest.mark.models(200)
def test_random_nets_play_the_token_game(seeds: range) -> None:
    played = 0
    for seed in seeds:
        try:
            played += play(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
    assert played > len(seeds) // 3


def play(seed: int) -> bool:
    """Plays one net for 40 steps. False when the net is of no use: it grows without end, or nothing can start it."""
    net = Net(seed)
    if not net.usable or not net.settle():
        return False
    world = World(net.xml(), reload=True)
    try:
        world.start("p", **net.variables)
    except BudgetExceeded:
        return False
    choose = Random(seed)
    for _ in range(40):
        assert Counter(int(name[1:]) for name in world.open()) == +net.open
        assert world.ended() == (not +net.open and not +net.tokens)
        if not +net.open:
            break
        node = choose.choice(sorted(+net.open))
        net.complete(node)
        if not net.settle():
            break
        world.complete(f"n{node}")
    return True
