"""Plays a random block-structured model on something that runs models, and compares each step with the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from tests.kernel.blocks import Generator
from tests.kernel.reference import Key, Scope

STEPS = 150
"""Steps of one model; a longer one is left where it is."""
ENDED = {"scopes": 1, "tokens": 0, "subscriptions": 0, "compensations": 0}
"""Rows that an ended instance leaves."""


@dataclass(frozen=True)
class Model:
    """One random model."""

    seed: int
    body: str
    messages: str
    variables: Mapping[str, Any]


class Run(Protocol):
    """What a model runs on."""

    def deploy(self, model: Model) -> None: ...
    def start(self, model: Model) -> None: ...
    def complete(self, key: Key) -> None: ...
    def message(self, name: str) -> None: ...
    def keys(self) -> list[Key]:
        """The open user tasks with the numbers of the seats around them."""
        ...

    def ended(self) -> bool: ...
    def waiting(self) -> Counter[str]:
        """The messages that are waited for."""
        ...

    def left(self) -> dict[str, int]:
        """Numbers of the rows of the instance, by kind."""
        ...


def play(run: Run, seed: int, depth: int, kinds: Sequence[str]) -> int:
    """Runs one model to its end, or 150 steps, and returns their number. Raises AssertionError that names the seed."""
    try:
        return _play(run, seed, depth, kinds)
    except Exception as error:
        raise AssertionError(f"seed {seed}, depth {depth}: {type(error).__name__}: {error}") from error


def _play(run: Run, seed: int, depth: int, kinds: Sequence[str]) -> int:
    generator = Generator(Random(seed), kinds)
    block = generator.block(depth)
    messages = "".join(f'<message id="{name}" name="{seed}-{name}"/>' for name in generator.messages)
    model = Model(seed, generator.process(block), messages, generator.variables)
    choose = Random(seed + 1)
    run.deploy(model)
    run.start(model)
    reference = Scope(block.factory, ())
    steps = 0
    while _compare(run, reference, seed) and steps < STEPS:
        waiting = reference.waiting()
        if waiting and choose.random() < 0.3 and len(reference.open()) < 60:
            message, node, detail = choose.choice(waiting)
            node.fire(detail)
            for _ in range(4):
                reference.complete(("-", ()))
            run.message(f"{seed}-{message}")
        else:
            key = choose.choice(sorted(reference.open()))
            assert reference.complete(key)
            run.complete(key)
        steps += 1
    return steps


def _compare(run: Run, reference: Scope, seed: int) -> bool:
    """Compares what both show. False when both have ended."""
    assert sorted(run.keys()) == sorted(reference.open())
    assert run.ended() == reference.done
    assert run.waiting() == Counter(f"{seed}-{item[0]}" for item in reference.waiting())
    if reference.done:
        assert run.left() == ENDED
    return not reference.done


def seats(token: Any, scopes: Mapping[int, Any]) -> tuple[int, ...]:
    """Numbers of the seats around a token, outermost first; `scopes` are the rows by key."""
    path: list[int] = []
    key = token.data_scope or token.scope
    while key is not None:
        row = scopes[key]
        if row.kind == "seat" and "loopCounter" in row.flags:
            path.append(row.flags["loopCounter"])
        key = row.parent
    return tuple(reversed(path))
