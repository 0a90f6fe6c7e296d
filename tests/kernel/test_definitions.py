"""Compiled definitions: shared by threads, called across versions, and pinned by the rows of an instance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from engine.errors import NotFound
from engine.kernel import CompiledDefinition, compile_process
from tests.kernel.blocks import PLAIN, Generator
from tests.kernel.world import World, document, flows


class Versions(World):
    """A caller `p`, and two versions of the process `q` that it calls, each a definition of its own."""

    called_version = "q1"

    def _compile(self) -> None:
        super()._compile()
        self.versions = {"d": self.compiled} | {
            ref: compile_process({"q.bpmn": document(f'<process id="q">{called(task)}</process>')})
            for ref, task in (("q1", "old"), ("q2", "new"))
        }

    def definition(self, ref: str) -> CompiledDefinition:
        return self.versions[ref]

    def called(self, process_id: str, from_definition: str, binding: str, value: str | None) -> str:
        return {"q": self.called_version}.get(process_id, from_definition)


def called(task: str) -> str:
    """A subprocess with a task, and a task behind it."""
    inner = f'<startEvent id="i"/><userTask id="{task}"/>' + flows(f"i>{task}")
    return f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess><userTask id="last_{task}"/>' + flows(
        "s>sub", f"sub>last_{task}"
    )


def test_a_call_stays_with_the_version_it_began_with() -> None:
    world = Versions(
        '<startEvent id="s"/><callActivity id="c" calledElement="q"/><userTask id="z"/>' + flows("s>c", "c>z"), reload=True
    )
    world.start()
    world.called_version = "q2"
    world.start()
    assert world.open() == ["new", "old"]
    world.complete("old")
    world.complete("new")
    assert world.open() == ["last_new", "last_old"]
    world.complete("last_old")
    world.complete("last_new")
    assert world.open() == ["z", "z"]


def test_a_definition_knows_only_its_processes() -> None:
    compiled = compile_process({"m.bpmn": document('<startEvent id="s"/>')})
    assert list(compiled.processes) == ["p"]
    with pytest.raises(NotFound):
        compiled.spec("q")


def test_threads_share_a_compiled_definition() -> None:
    generator = Generator(Random(7), PLAIN)
    block = generator.block(3)
    body = generator.wrap(block)
    messages = "".join(f'<message id="{name}" name="{name}"/>' for name in generator.messages)
    world = World({"m.bpmn": document(body, messages)})
    stories = []

    def play() -> None:
        mine = Shared(world.compiled)
        mine.start("p", **generator.variables)
        story = [mine.open()]
        while mine.open() and len(story) < 40:
            mine.complete(mine.open()[0])
            story.append(mine.open())
        stories.append(story)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(play) for _ in range(40)]:
            done.result()
    assert len(stories) == 40
    assert all(story == stories[0] for story in stories)


class Shared(World):
    """A world over a definition that is compiled already."""

    def __init__(self, compiled: CompiledDefinition) -> None:
        self._given = compiled
        super().__init__("<startEvent/>")

    def _compile(self) -> None:
        self.compiled = self._given
