"""Parallel branches that write at once, on the kernel alone; everything reloads from JSON text at each step.

More: `LIANDONG_CHAOS=1 LIANDONG_SEED=7 pytest tests/kernel/test_parallel_writes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.kernel.effects import VariableWritten
from engine.kernel.triggers import CompleteToken
from engine.store.base import dump_json
from tests.campaign import campaign
from tests.kernel.parallel_writes import Key, Place, Written, check_every_interleaving, of_people, place_of, processes
from tests.kernel.world import World, document


class MemoryRun:
    """One run in a world of its own."""

    def start(self, kinds: Sequence[str], variables: Mapping[str, Any]) -> None:
        self.world = World({"m.bpmn": document(processes("p", kinds))}, reload=True)
        self.places: dict[int, Place] = {}
        self.world.start("p", **variables)
        self._note()

    def complete(self, key: Key, variables: Mapping[str, Any]) -> None:
        [(instance, token)] = [task for task in self.world.tasks(key[0]) if self._seat(task[1]) == key[1]]
        self.world.step(instance, CompleteToken(token=token.key, variables=variables))
        self._note()

    def open(self) -> list[Key]:
        return [(token.element, self._seat(token)) for _, token in self.world.tasks()]

    def scopes(self) -> dict[Place, dict[str, Any]]:
        source = self.world.source()
        found = {row.key: source.variables(row.key) for row in source.all_scopes() if row.kind != "collection"}
        return {
            self.places[key]: {name: value for name, value in values.items() if of_people(name)} for key, values in found.items()
        }

    def history(self) -> dict[tuple[Place, str], list[Written]]:
        found: dict[tuple[Place, str], list[Written]] = {}
        for revision, result in enumerate(self.world.results, 1):
            for effect in result.effects:
                if isinstance(effect, VariableWritten) and of_people(effect.name):
                    written = (revision, effect.element, dump_json(effect.value))
                    found.setdefault((self.places[effect.scope], effect.name), []).append(written)
        return found

    def _seat(self, token: Any) -> int:
        return int((*self.places[token.scope], "0", "0")[2])

    def _note(self) -> None:
        source = self.world.source()
        scopes = {row.key: row for row in source.all_scopes()}
        tokens = {row.key: row.element for row in source.all_tokens()}
        self.places.update((key, place_of(row, scopes, tokens)) for key, row in scopes.items())


@pytest.mark.timeout(1_800)
def test_different_keys_are_all_kept_and_of_the_same_key_the_last() -> None:
    check_every_interleaving(MemoryRun, campaign(200, 5_000))
