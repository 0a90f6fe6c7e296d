"""A process is killed at every named point of every command; what is left must hold, and a repetition must succeed once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.store.faults import AFTER_COMMIT, AFTER_DELTA, BEFORE_COMMIT, BEFORE_EXECUTE, BEFORE_TRANSACTION, KEPT
from engine.testing import County
from tests.engine.interleaving import PATIENCE
from tests.engine.invariants import live_dump
from tests.engine.scenes import LEASE, Scene, all_or_nothing, delivery, points_to_break, referral, rung, signalled, timer, waiting
from tests.engine.victim import REFUSED

IN_TRANSACTION = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
ROOT = Path(__file__).parents[2]


class Victims:
    """Children that carry out orders and die on the way."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.victim"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def order(self, county: County, act: str, point: str | None = None, **arguments: Any) -> int:
        """Has a child carry out an act and die at `point`; returns its exit status, negative for the signal that ended it."""
        return int(self._ask(county, act, point, **arguments))

    def stop(self, county: County, act: str, point: str, **arguments: Any) -> None:
        """Has a child carry out an act and stop (SIGSTOP) at `point`, until `go_on`."""
        assert self._ask(county, act, point, stop=True, **arguments) == "stopped"

    def go_on(self) -> int:
        """Lets the stopped child go on (SIGCONT), and returns its exit status."""
        return int(self._say("go on"))

    def _ask(self, county: County, act: str, point: str | None, **arguments: Any) -> str:
        order = {"url": county.url, "now": county.clock.now().isoformat(), "act": act, "point": point, **arguments}
        return self._say(json.dumps(order))

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """One parent of all children."""
    parent = Victims()
    yield parent
    parent.close()


@pytest.mark.parametrize(("scene", "point"), points_to_break(0), ids=lambda value: getattr(value, "__name__", value))
def test_a_kill_leaves_all_or_nothing_and_a_repetition_succeeds_once(
    county: County, victims: Victims, scene: Callable[[County], Scene], point: str
) -> None:
    county.deploy(referral())
    play = scene(county)
    before = live_dump(county.engine.database)
    assert not play.done()

    assert victims.order(county, play.act, point, **play.arguments) == -signal.SIGKILL

    all_or_nothing(county, play, before, point)


def test_every_step_in_a_process_of_its_own(county: County, victims: Victims) -> None:
    county.deploy(referral())
    assert victims.order(county, "start", person="gan", key="k1") == 0
    (case,) = county.cases()
    task = str(case.task("ask").id)
    assert victims.order(county, "claim", person="gan", key="k2", task=task) == 0
    assert victims.order(county, "complete", person="gan", key="k3", task=task) == 0
    county.clock.advance(timedelta(hours=1))
    assert victims.order(county, "work") == 0
    assert case.open == ["hurry"]
    assert victims.order(county, "complete", person="dai", key="k4", task=str(case.task("hurry").id)) == 0
    assert (case.state, case.revision) == ("completed", 5)


def test_a_worker_that_is_killed_again_and_again_leaves_the_job_to_a_person(county: County, victims: Victims) -> None:
    county.deploy(referral())
    case = waiting(county)
    county.clock.advance(timedelta(hours=1))
    deaths = 0
    while victims.order(county, "work", AFTER_DELTA) == -signal.SIGKILL:
        deaths += 1
        county.clock.advance(LEASE)
        assert deaths < 10
    assert deaths == 1 + county.engine.config.job_retries
    assert [incident.code for incident in county.incidents()] == ["job-timer"]
    assert case.open == []


@pytest.mark.parametrize("scene", [timer, rung, delivery, signalled], ids=lambda scene: scene.__name__)
def test_a_worker_that_was_stopped_beyond_its_lease_wakes_and_changes_nothing(
    county: County, victims: Victims, scene: Callable[[County], Scene]
) -> None:
    county.deploy(referral())
    play = scene(county)
    victims.stop(county, play.act, BEFORE_TRANSACTION, **play.arguments)
    play.again()
    assert play.done()
    kept = live_dump(county.engine.database)

    assert victims.go_on() == REFUSED

    assert play.done()
    assert live_dump(county.engine.database) == kept


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("scene", [timer, rung, delivery, signalled], ids=lambda scene: scene.__name__)
def test_a_worker_that_was_stopped_in_its_transaction_loses_its_locks_before_its_lease(
    county: County, victims: Victims, scene: Callable[[County], Scene]
) -> None:
    """The server ends a session that does nothing in its transaction; the job is free for others, and done once."""
    county.deploy(referral())
    play = scene(county)
    victims.stop(county, play.act, BEFORE_EXECUTE, lease=1, **play.arguments)
    until = time.monotonic() + PATIENCE
    while county.scalar(text(IN_TRANSACTION)):
        assert time.monotonic() < until
    play.again()
    assert play.done()
    kept = live_dump(county.engine.database)

    assert victims.go_on() == REFUSED

    assert play.done()
    assert live_dump(county.engine.database) == kept


def test_an_sqlite_file_is_whole_after_a_kill(sqlite_county: Path, tmp_path: Path, victims: Victims) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(sqlite_county.read_bytes())
    with County(f"sqlite:///{path}") as county:
        county.deploy(referral())
        points = (BEFORE_TRANSACTION, AFTER_DELTA, BEFORE_COMMIT, AFTER_COMMIT)
        for number, point in enumerate(points):
            assert victims.order(county, "start", point, person="gan", key=f"k{number}") == -signal.SIGKILL
        with county.engine.database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert len(county.cases()) == len(KEPT.intersection(points))
