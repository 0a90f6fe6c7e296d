"""A process is killed at every named point of every command; what is left must hold, and a repetition must succeed once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.store.faults import AFTER_COMMIT, AFTER_DELTA, BEFORE_COMMIT, BEFORE_TRANSACTION, POINTS
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.invariants import live_dump, violations
from tests.engine.models import END, START, STARTER

ROOT = Path(__file__).parents[2]
LEASE = timedelta(seconds=61)


class Victims:
    """Children that carry out orders and die on the way."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.victim"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def order(self, county: County, act: str, point: str | None = None, **arguments: Any) -> int:
        """Has a child carry out an act and die at `point`; returns its exit status, negative for the signal that ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"url": county.url, "now": county.clock.now().isoformat(), "act": act, "point": point, **arguments}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """One parent of all children."""
    parent = Victims()
    yield parent
    parent.close()


def referral() -> bytes:
    """A small referral: ask, wait for the answer or for an hour, then read it; the first task climbs after two hours."""
    border = (
        '<boundaryEvent id="t" attachedToRef="wait"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    wait = (
        '<receiveTask id="wait" messageRef="m"><extensionElements><liandong:receive>'
        '<liandong:correlate name="starter" value="${starter}"/></liandong:receive></extensionElements></receiveTask>'
    )
    ask = user_task("ask", '<liandong:deadline term="PT2H" ladder="clinical"/>', post="BR_GP")
    elements = (START, ask, wait, border, user_task("read", post="BR_GP"), user_task("hurry", post="BR_DIR"), END)
    return bpmn(
        process("p", *elements, flows="s > ask > wait > read > e, t > hurry > e", extensions=STARTER),
        extra='<message id="m" name="Answered"/>',
    )


@dataclass
class Scene:
    """A store on which one act is about to be carried out."""

    act: str
    arguments: dict[str, Any]
    again: Callable[[], Any]
    """Carries the act out, or once more."""
    done: Callable[[], bool]
    """Whether it has been carried out."""


def start(county: County) -> Scene:
    gan = county.person("gan")
    return Scene("start", {"person": "gan", "key": "k"}, lambda: gan.start("p", key="k"), lambda: len(county.cases()) == 1)


def claim(county: County) -> Scene:
    case, gan = county.person("gan").start("p"), county.person("gan")
    task = case.task("ask")
    return Scene(
        "claim",
        {"person": "gan", "key": "k", "task": str(task.id)},
        lambda: gan.claim(task, key="k"),
        lambda: case.task("ask").assignee == gan.key and case.revision == 2,
    )


def complete(county: County) -> Scene:
    case, gan = county.person("gan").start("p"), county.person("gan")
    task = case.task("ask")
    return Scene(
        "complete",
        {"person": "gan", "key": "k", "task": str(task.id)},
        lambda: gan.complete(task, key="k"),
        lambda: case.open == [] and case.revision == 2,
    )


def waiting(county: County) -> CaseView:
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("ask"))
    return case


def message(county: County) -> Scene:
    case = waiting(county)
    correlation = {"starter": str(county.person("gan").key)}
    sent = {"name": "Answered", "to": "CH01", "correlation": correlation, "message_id": "m-1"}
    return Scene("message", {"message": sent}, lambda: county.send(**sent), lambda: case.open == ["read"] and case.revision == 3)


def timer(county: County) -> Scene:
    case = waiting(county)
    county.clock.advance(timedelta(hours=1))
    return job(county, lambda: case.open == ["hurry"] and case.revision == 3)


def rung(county: County) -> Scene:
    case = county.person("gan").start("p")
    county.clock.advance(timedelta(hours=2))
    return job(county, lambda: case.task("ask").level == 1 and case.revision == 2)


def delivery(county: County) -> Scene:
    correlation = {"starter": str(county.person("gan").key)}
    county.send("Answered", to="CH01", correlation=correlation)
    case = waiting(county)
    return job(county, lambda: case.open == ["read"] and case.revision == 3)


def job(county: County, done: Callable[[], bool]) -> Scene:
    """The due job, taken by a worker that is going to die; another one takes it when the lease is over."""
    (taken,) = county.take_jobs("victim")

    def again() -> None:
        county.clock.advance(LEASE)
        county.work("another")

    return Scene("job", {"job": str(taken.id), "fence": taken.fence}, again, done)


def take(county: County) -> Scene:
    case = waiting(county)
    county.clock.advance(timedelta(hours=1))

    def again() -> None:
        county.clock.advance(LEASE)
        county.work("another")

    return Scene("take", {}, again, lambda: case.open == ["hurry"])


SCENES: dict[Callable[[County], Scene], tuple[str, ...]] = {
    start: POINTS,
    claim: POINTS,
    complete: POINTS,
    message: POINTS,
    timer: POINTS,
    rung: (AFTER_DELTA, AFTER_COMMIT),
    delivery: (AFTER_DELTA, AFTER_COMMIT),
    take: (BEFORE_TRANSACTION, BEFORE_COMMIT, AFTER_COMMIT),
}


@pytest.mark.parametrize(
    ("scene", "point"),
    [pytest.param(scene, point, id=f"{scene.__name__}-{point}") for scene in SCENES for point in SCENES[scene]],
)
def test_a_kill_leaves_all_or_nothing_and_a_repetition_succeeds_once(
    county: County, victims: Victims, scene: Callable[[County], Scene], point: str
) -> None:
    county.deploy(referral())
    play = scene(county)
    before = live_dump(county.engine.database)
    assert not play.done()

    assert victims.order(county, play.act, point, **play.arguments) == -signal.SIGKILL
    county.restart()
    left = live_dump(county.engine.database)
    assert violations(county.engine.database) == []
    if point == AFTER_COMMIT:
        assert left != before
        assert play.done() or play.act == "take"
    else:
        assert left == before
    county.restart()
    assert live_dump(county.engine.database) == left

    first = play.again()
    assert play.done()
    kept = live_dump(county.engine.database)
    second = play.again()
    assert play.done()
    assert live_dump(county.engine.database) == kept
    assert getattr(first, "id", first) == getattr(second, "id", second)
    if point == AFTER_COMMIT and play.act != "take":
        assert kept == left


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


def test_an_sqlite_file_is_whole_after_a_kill(sqlite_county: Path, tmp_path: Path, victims: Victims) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(sqlite_county.read_bytes())
    with County(f"sqlite:///{path}") as county:
        county.deploy(referral())
        for number in range(4):
            assert victims.order(county, "start", POINTS[number], person="gan", key=f"k{number}") == -signal.SIGKILL
        with county.engine.database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert len(county.cases()) == 1
