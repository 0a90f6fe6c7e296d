"""The engine-neutral scenarios on a real store: our own, and those of the shared folder when it is there.

Ours run straight and with everything rebuilt from the store after each step; the shared ones run rebuilt only, which is
the harder way, since the kernel's tests run them straight.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import cli.scenario
from cli.scenario import Result, run_file
from engine.engine import Engine
from engine.store.database import Database

OWN = Path(__file__).parents[1] / "scenarios"
SHARED = Path(os.environ.get("LIANDONG_CONFORMANCE", Path(__file__).parents[3] / "shared" / "conformance"))

ELEMENTS = re.findall(
    r"\w+",
    "startEvent endEvent terminateEventDefinition userTask manualTask task serviceTask scriptTask sendTask receiveTask "
    "exclusiveGateway parallelGateway eventBasedGateway messageEventDefinition signalEventDefinition timerEventDefinition "
    "intermediateCatchEvent intermediateThrowEvent boundaryEvent subProcess callActivity loopCardinality loopDataInputRef "
    "conditionExpression",
)
"""What the own scenarios must show."""


def scenarios(folder: Path) -> list[Path]:
    return sorted(folder.glob("cases/*.json"))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The store of every scenario, one after the other: a new file each time, under the same name."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('scenarios') / 'store.db'}")


@pytest.fixture
def run(database: Database, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a scenario file. SQLAlchemy keeps its compiled statements with a `Database`; all else is built anew."""
    monkeypatch.setattr(cli.scenario, "Engine", partial(Engine, database=database))
    return partial(run_file, template=sqlite_template, store=Path(database.url.database or ""))


@pytest.mark.parametrize("restart", [False, True], ids=["straight", "rebuilt"])
@pytest.mark.parametrize("file", scenarios(OWN), ids=lambda file: file.stem)
def test_own_scenario(file: Path, restart: bool, run: Callable[..., Result]) -> None:
    assert run(file, restart=restart) == Result(id=file.stem, passed=True, reason="")


@pytest.mark.parametrize("file", scenarios(SHARED), ids=lambda file: file.stem)
def test_shared_scenario(file: Path, run: Callable[..., Result]) -> None:
    assert run(file, restart=True) == Result(id=file.stem, passed=True, reason="")


def test_the_own_scenarios_show_every_element() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in OWN.glob("bpmn/*.bpmn"))
    assert [name for name in ELEMENTS if not re.search(rf"<{name}\b", text)] == []
    used = {name for file in scenarios(OWN) for name in re.findall(r'"([\w-]+\.bpmn)"', file.read_text(encoding="utf-8"))}
    assert used == {path.name for path in OWN.glob("bpmn/*.bpmn")}


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ('[{"start": "p"}, {"expect_tasks": []}]', "open tasks"),
        ('[{"start": "q"}]', "none is deployed"),
        ('[{"start": "p"}, {"complete": "nothing"}]', "no open task"),
        ('[{"start": "p"}, {"dance": true}]', "unknown step"),
        ('[{"start": "p", "expect_error": true}]', "expected an error"),
        ('[{"start": "p"}, {"expect_ended": true}]', "are active"),
    ],
)
def test_a_scenario_that_does_not_hold_fails_and_says_why(
    steps: str, reason: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "wrong.json"
    (tmp_path / "loop.bpmn").write_bytes((OWN / "bpmn" / "loop.bpmn").read_bytes())
    file.write_text(f'{{"id": "wrong", "file": "loop.bpmn", "steps": {steps}}}', encoding="utf-8")
    result = run(file, restart=False)
    assert not result.passed
    assert reason in result.reason
