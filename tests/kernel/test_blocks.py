"""Random block-structured models and random paths, compared with a reference interpreter; everything reloads at each step.

Longer campaigns: `pytest tests/kernel/test_blocks.py --examples 5000 --first-seed 1`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.kernel.blocks import PLAIN, ROUGH
from tests.kernel.play import Model, play, seats
from tests.kernel.reference import Key
from tests.kernel.world import World, document


@pytest.mark.parametrize("kinds", [PLAIN, ROUGH], ids=["plain", "rough"])
@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.models(50)
def test_random_models_run_as_the_reference_does(kinds: tuple[str, ...], depth: int, seeds: range) -> None:
    for seed in seeds:
        play(MemoryRun(), seed, depth, kinds)


class MemoryRun:
    """Runs a model on the kernel alone."""

    def deploy(self, model: Model) -> None:
        self.world = World({"m.bpmn": document(model.body, model.messages)}, reload=True)

    def start(self, model: Model) -> None:
        self.world.start("p", **model.variables)

    def complete(self, key: Key) -> None:
        self.world.complete(key[0], [k for k in self.keys() if k[0] == key[0]].index(key))

    def message(self, name: str) -> None:
        self.world.message(name)

    def keys(self) -> list[Key]:
        found: list[Key] = []
        scopes: dict[int, Mapping[int, Any]] = {}
        for instance, token in self.world.tasks():
            if instance not in scopes:
                scopes[instance] = {row.key: row for row in self.world.store.source(instance).all_scopes()}
            found.append((token.element, seats(token, scopes[instance])))
        return found

    def ended(self) -> bool:
        return self.world.ended()

    def waiting(self) -> Counter[str]:
        live = self.world.live()
        return Counter(str(row.name) for key in live for row in self.world.store.source(key).subscriptions("message"))

    def left(self) -> dict[str, int]:
        counts = self.world.source().counts()
        return {name: number for name, number in counts.items() if name != "variables"}
