"""A process is killed at every named point of every command; what is left must hold, and a repetition must succeed once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.faults import AFTER_COMMIT, AFTER_DELTA, AFTER_EXECUTE, BEFORE_COMMIT, BEFORE_EXECUTE, BEFORE_TRANSACTION, KEPT
from engine.testing import County
from tests.engine.interleaving import PATIENCE
from tests.engine.invariants import live_dump
from tests.engine.scenes import LEASE, Scene, all_or_nothing, delivery, points_to_break, referral, rung, signalled, timer, waiting
from tests.engine.victim import REFUSED, Victims

IN_TRANSACTION = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"


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
@pytest.mark.parametrize("point", [BEFORE_EXECUTE, AFTER_EXECUTE])
def test_a_worker_that_was_stopped_in_its_transaction_loses_its_locks_before_its_lease(
    county: County, victims: Victims, scene: Callable[[County], Scene], point: str
) -> None:
    """The server ends a session that does nothing in its transaction; the job is free for others, and done once."""
    county.deploy(referral())
    play = scene(county)
    victims.stop(county, play.act, point, lease=1, **play.arguments)
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
