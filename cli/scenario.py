"""Runs engine-neutral scenarios: BPMN files, steps, expectations.

Every scenario gets a fresh embedded store and a virtual clock, and runs through the engine's own commands. With
`restart` everything is dropped and built anew from the store after each step. The format is in
docs/reference/scenarios.md.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.demo import load_demo
from cli.library import read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.config import Config
from engine.engine import Engine
from engine.errors import EngineError
from engine.rehearsal.due_work import raise_failure
from engine.rehearsal.play import Play
from engine.rehearsal.scenario import Failure, hold
from engine.store.database import migrate

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one scenario ended."""

    id: str
    passed: bool
    reason: str


def run_all(paths: Sequence[Path], *, restart: bool) -> Iterator[Result]:
    """Runs every scenario file, and every `*.json` in a folder, in the order of their names."""
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    with tempfile.TemporaryDirectory(prefix="liandong-scenario-") as folder:
        template = Path(folder) / "template.db"
        migrate(f"sqlite:///{template}")
        for number, file in enumerate(files):
            yield run_file(file, template, Path(folder) / f"{number}.db", restart=restart)


def run_file(file: Path, template: Path, store: Path, *, restart: bool) -> Result:
    """Runs one scenario on a copy of the empty store `template`."""
    try:
        scenario = json.loads(file.read_text(encoding="utf-8"))
        steps = scenario["steps"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Result(id=file.name, passed=False, reason=f"not a scenario: {error!r}")
    shutil.copy(template, store)
    run = ScenarioRun(
        store,
        restart=restart,
        begin=datetime.fromisoformat(scenario.get("begin", START.isoformat())),
        community=bool(scenario.get("community")),
        stationing=scenario.get("stationing", ""),
    )
    try:
        run.prepare()
        for name, models in _deployments(file, scenario):
            run.deploy(models, name=name)
        for number, step in enumerate(steps):
            run.step(number, step)
    except (Failure, EngineError) as error:
        return Result(id=scenario.get("id", file.name), passed=False, reason=str(error))
    finally:
        run.close()
        for leftover in store.parent.glob(f"{store.name}*"):
            leftover.unlink()
    return Result(id=scenario.get("id", file.name), passed=True, reason="")


def _deployments(file: Path, scenario: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """What a scenario deploys: its process folders, each by itself, or its files together."""
    for name in scenario.get("folders", ()):
        folder = file.parent / name
        if not folder.is_dir():
            raise Failure(f"Expected the process folder '{name}', but there is none")
        yield folder.resolve().name, read_folder(folder)
    if "file" in scenario or "folders" not in scenario:
        yield "scenario", _models(file, scenario)


def _models(file: Path, scenario: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a scenario: beside it, in the `bpmn` folder beside its folder, or relative to it."""
    if "file" not in scenario:
        raise Failure("Expected key 'file'; a scenario of a design is played with it, by POST /designs/{id}/coverage")
    names = [scenario["file"], *scenario.get("also_deploy", [])]
    models = {}
    for name in names:
        found = next((path for path in (file.parent / name, file.parent.parent / "bpmn" / name) if path.is_file()), None)
        if found is None:
            raise Failure(f"Expected model '{name}' beside the scenario, but there is none")
        models[found.name] = found.read_bytes()
    return models


class ScenarioRun:
    """One scenario on its own store."""

    def __init__(self, store: Path, *, restart: bool, begin: datetime, community: bool, stationing: str) -> None:
        self._store = store
        self._restart = restart
        self._community = community
        self._stationing = stationing
        self._clock = VirtualClock(begin)
        self._play = Play(self._open(), self._clock, failed=raise_failure, at_once=1)

    def prepare(self) -> None:
        """Brings in the invented community, where the scenario plays in it."""
        if self._community:
            load_demo(self._play.engine)

    def close(self) -> None:
        """Closes the store."""
        self._play.engine.close()

    def deploy(self, models: Mapping[str, bytes], *, name: str = "scenario") -> None:
        """Deploys all files together; service tasks of other engines pass as if done."""
        self._play.engine.execute(Deploy(name=name, resources=models, foreign_services="pass"))

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        """Does one step. Raises Failure when it did not do what was expected."""
        hold(self._play, number, step)
        if self._restart:
            self._play.engine.close()
            self._play.engine = self._open()

    def _open(self) -> Engine:
        config = Config(database_url=f"sqlite:///{self._store}", demo=self._community, stationing=self._stationing)
        return Engine(config, clock=self._clock)
