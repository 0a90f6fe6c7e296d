"""Random models and paths as in `test_blocks`, moved after every step to a version in which every element is called otherwise.

Whatever stands, waits, loops or can be undone must go on as if nothing had happened: the reference knows of no migration.
"""

from __future__ import annotations

import re

import pytest

from engine.kernel import CompiledDefinition, compile_process
from engine.kernel.triggers import CompleteToken, Migrate
from tests.kernel.blocks import PLAIN, ROUGH
from tests.kernel.play import Model, play
from tests.kernel.reference import Key
from tests.kernel.test_blocks import MemoryRun
from tests.kernel.world import World, document

NAMED = re.compile(r'\b(id|sourceRef|targetRef|attachedToRef|default|activityRef)="([^"]+)"')
PROCESS = re.compile(r'<process id="([^"]+)"')
OTHER = "_other"


class TwoNames(World):
    """A world whose second version, `new`, calls every element otherwise."""

    def definition(self, ref: str) -> CompiledDefinition:
        return self.newer if ref == "new" else self.compiled

    def _compile(self) -> None:
        super()._compile()
        renamed = {name: NAMED.sub(_rename, content.decode()).encode() for name, content in self.resources.items()}
        self.newer = compile_process(renamed)


def _rename(found: re.Match[str]) -> str:
    attribute, name = found.groups()
    # Processes, messages and the like keep their ids; only elements and flows of the body are meant.
    return found.group(0) if name in KEPT else f'{attribute}="{name}{OTHER}"'


KEPT: set[str] = {"p"}


class MigratingRun(MemoryRun):
    """Runs a model that is migrated there and back, one step in each version."""

    def deploy(self, model: Model) -> None:
        KEPT.clear()
        KEPT.update(PROCESS.findall(model.body), (found.group(2) for found in NAMED.finditer(model.messages)))
        self.world = TwoNames({"m.bpmn": document(model.body, model.messages)}, reload=True)
        self.version = "d"

    def start(self, model: Model) -> None:
        super().start(model)
        self._migrate()

    def complete(self, key: Key) -> None:
        # A called process keeps the version, and with it the names, that it began with.
        instance, token = self.world.tasks()[self.keys().index(key)]
        self.world.step(instance, CompleteToken(token=token.key))
        self._migrate()

    def message(self, name: str) -> None:
        super().message(name)
        self._migrate()

    def keys(self) -> list[Key]:
        return [(key[0].removesuffix(OTHER), *key[1:]) for key in MemoryRun.keys(self)]

    def _migrate(self) -> None:
        for instance in self.world.live():
            spec = self.world.definition(self.version).processes["p"]
            there = {name: name + OTHER for name in spec.elements}
            mapping = {name: name.removesuffix(OTHER) for name in spec.elements} if self.version == "new" else there
            self.version = "d" if self.version == "new" else "new"
            before = self.world.source().counts()
            self.world.step(instance, Migrate(definition=self.version, mapping=mapping))
            assert self.world.source().counts() == before


@pytest.mark.models(12)
@pytest.mark.parametrize("kinds", [PLAIN, ROUGH], ids=["plain", "rough"])
@pytest.mark.parametrize("depth", [2, 3])
def test_a_migration_after_every_step_changes_nothing(kinds: tuple[str, ...], depth: int, seeds: range) -> None:
    for seed in seeds:
        play(MigratingRun(), seed, depth, kinds)
