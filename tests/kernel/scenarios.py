"""Runs the engine-neutral scenario files on the kernel alone."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from tests.kernel.world import Incident, World

FOLDER = Path(os.environ.get("LIANDONG_CONFORMANCE", Path(__file__).parents[3] / "shared" / "conformance"))


class Failed(AssertionError):
    """A scenario did not go as it says."""


def cases() -> list[Path]:
    """The scenario files, none when the folder is absent."""
    return sorted(FOLDER.glob("cases/*.json"))


def load(path: Path, *, reload: bool) -> tuple[dict[str, Any], World]:
    """A scenario and a world with its files deployed."""
    case = json.loads(path.read_text(encoding="utf-8"))
    files = [case["file"], *case.get("also_deploy", [])]
    resources = {name: (FOLDER / "bpmn" / name).read_bytes() for name in files}
    return case, World(resources, reload=reload, foreign_services="pass")


def run(path: Path, *, reload: bool) -> World:
    """Runs a scenario. Raises Failed at the first step that does not hold."""
    case, world = load(path, reload=reload)
    for number, step in enumerate(case["steps"]):
        try:
            do(world, dict(step))
        except Exception as error:
            raise Failed(f"{case['id']} step {number} {json.dumps(step)}: {type(error).__name__}: {error}") from error
    return world


def do(world: World, step: dict[str, Any]) -> None:
    """One step of a scenario."""
    if step.pop("expect_error", False):
        try:
            do(world, step)
        except (EngineError, Incident):
            return
        raise Failed("no error")
    kind = next(name for name in step if name not in ("vars", "nth"))
    value, variables = step[kind], step.get("vars") or {}
    if kind.startswith("expect_"):
        expect(world, kind, value)
    else:
        act(world, kind, value, variables, step.get("nth", 0))


def act(world: World, kind: str, value: Any, variables: dict[str, Any], nth: int) -> None:
    """One step that moves something."""
    message = {"name": value} if isinstance(value, str) else value
    actions: dict[str, Callable[[], object]] = {
        "start": lambda: world.start(value, **variables),
        "start_by_message": lambda: world.start_by_message(value, **variables),
        "complete": lambda: world.complete(value, nth, **variables),
        "message": lambda: world.message(message["name"], **(message.get("vars") or {})),
        "signal": lambda: world.signal(value),
        "trigger": lambda: world.continue_receive(value),
        "advance_time": lambda: world.advance_time(value),
        "set_variables": lambda: world.set_variables(**value),
        "adhoc_start": lambda: world.start_ad_hoc(value),
    }
    actions[kind]()


def expect(world: World, kind: str, value: Any) -> None:
    """One expectation of a scenario."""
    match kind:
        case "expect_tasks":
            same(world.open(), sorted(value))
        case "expect_waiting":
            found = Counter(row.element for _, row in world.waiting())
            wanted = Counter(value)
            same({name: found[name] for name in wanted}, dict(wanted))
        case "expect_ended":
            same(world.ended(), value)
        case "expect_variables":
            found = {name: item for key in world.store.instances() for name, item in world.variables(key).items()}
            same({name: found.get(name) for name in value}, value)
        case _:
            raise Failed(f"unknown step {kind}")


def same(found: Any, wanted: Any) -> None:
    """Raises Failed unless both are equal."""
    if found != wanted:
        raise Failed(f"found {found}, expected {wanted}")
