"""The acts that a campaign breaks: each on a store where it is about to be carried out, with the points it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.commands.external_task import CompleteExternalTask
from engine.commands.job import ExecuteJob
from engine.commands.message import BroadcastSignal
from engine.commands.operation import CancelInstance, SuspendInstance
from engine.store.faults import (
    AFTER_ANSWER,
    AFTER_AUDIT,
    AFTER_CLAIM,
    AFTER_COMMIT,
    AFTER_DELTA,
    AFTER_EFFECTS,
    AFTER_EXECUTE,
    AFTER_JOBS,
    AFTER_KEY,
    AFTER_LOCK,
    AFTER_STEP,
    BEFORE_ANSWER,
    BEFORE_COMMIT,
    BEFORE_EXECUTE,
    BEFORE_REPLY,
    BEFORE_TRANSACTION,
    KEPT,
)
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.campaign import LONG
from tests.engine.invariants import live_dump, violations
from tests.engine.models import END, START, STARTER
from tests.engine.other_systems import fetch, held, ordering, run

LEASE = timedelta(seconds=61)


def referral() -> bytes:
    """A small referral: ask, wait for the answer, an hour or a recall, then read it; the first task climbs after two hours."""
    border = (
        '<boundaryEvent id="t" attachedToRef="wait"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    wait = (
        '<receiveTask id="wait" messageRef="m"><extensionElements><liandong:receive>'
        '<liandong:correlate name="starter" value="${starter}"/></liandong:receive></extensionElements></receiveTask>'
    )
    ask = user_task("ask", '<liandong:deadline term="PT2H" ladder="clinical"/>', post="BR_GP")
    recall = '<boundaryEvent id="r" attachedToRef="wait"><signalEventDefinition id="rd" signalRef="recall"/></boundaryEvent>'
    tasks = [user_task(name, post=post) for name, post in (("read", "BR_GP"), ("hurry", "BR_DIR"), ("recalled", "BR_DIR"))]
    flows = "s > ask > wait > read > e, t > hurry > e, r > recalled > e"
    return bpmn(
        process("p", START, ask, wait, border, recall, *tasks, END, flows=flows, extensions=STARTER),
        extra='<message id="m" name="Answered"/><signal id="recall" name="Recall"/>',
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


def signalled(county: County) -> Scene:
    case = waiting(county)
    county.execute(BroadcastSignal(name="Recall"))
    (broadcast,) = county.take_jobs("victim")
    county.execute(ExecuteJob(job=broadcast.id, fence=broadcast.fence))
    return job(county, lambda: case.open == ["recalled"] and case.revision == 3)


def job(county: County, done: Callable[[], bool]) -> Scene:
    """The due job, taken by a worker that is going to die; another one takes it when the lease is over."""
    (taken,) = county.take_jobs("victim")

    def again() -> None:
        county.clock.advance(LEASE)
        county.work("another")

    return Scene("job", {"job": str(taken.id), "fence": taken.fence}, again, done)


def external(county: County) -> Scene:
    county.deploy(ordering(), name="orders")
    case = run(county)
    (task,) = fetch(county)
    result = CompleteExternalTask(**held(task), variables={"value": "6.1"})
    return Scene(
        "external",
        {"task": str(task.id), "worker": "w1", "lock_token": task.lock_token, "variables": {"value": "6.1"}, "key": "k"},
        lambda: county.execute(result, key="k"),
        lambda: case.open == ["read"] and case.variables["value"] == "6.1" and case.revision == 2,
    )


def suspend(county: County) -> Scene:
    case = county.person("gan").start("p")
    return operated(county, "suspend", case, lambda: case.row.suspended_at is not None and case.revision == 2)


def cancel(county: County) -> Scene:
    case = county.person("gan").start("p")
    return operated(county, "cancel", case, lambda: case.state == "cancelled" and case.revision == 2)


def operated(county: County, act: str, case: CaseView, done: Callable[[], bool]) -> Scene:
    """What an operator does to a case, under a key."""
    operations = {"suspend": SuspendInstance, "cancel": CancelInstance}
    chief = county.person("it", "operations")
    command = operations[act](instance=case.id, reason="核对")
    return Scene(act, {"instance": str(case.id), "key": "k"}, lambda: chief.do(command, key="k"), done)


def take(county: County) -> Scene:
    case = waiting(county)
    county.clock.advance(timedelta(hours=1))

    def again() -> None:
        county.clock.advance(LEASE)
        county.work("another")

    return Scene("take", {}, again, lambda: case.open == ["hurry"])


ENDS = (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_REPLY)
STEP = (AFTER_STEP, AFTER_DELTA, AFTER_JOBS, AFTER_EFFECTS, AFTER_AUDIT)
KEYED = (BEFORE_ANSWER, AFTER_ANSWER, *ENDS)
SCENES: dict[Callable[[County], Scene], tuple[str, ...]] = {
    start: (BEFORE_TRANSACTION, AFTER_KEY, *STEP, *KEYED),
    claim: (BEFORE_TRANSACTION, AFTER_KEY, AFTER_LOCK, AFTER_DELTA, AFTER_AUDIT, *KEYED),
    complete: (BEFORE_TRANSACTION, AFTER_KEY, AFTER_LOCK, *STEP, *KEYED),
    message: (BEFORE_TRANSACTION, AFTER_LOCK, *STEP, *ENDS),
    timer: (BEFORE_TRANSACTION, AFTER_LOCK, BEFORE_EXECUTE, *STEP, AFTER_EXECUTE, *ENDS),
    rung: (BEFORE_TRANSACTION, AFTER_LOCK, BEFORE_EXECUTE, AFTER_DELTA, AFTER_AUDIT, AFTER_EXECUTE, *ENDS),
    delivery: (BEFORE_TRANSACTION, AFTER_LOCK, BEFORE_EXECUTE, *STEP, AFTER_EXECUTE, *ENDS),
    signalled: (BEFORE_TRANSACTION, AFTER_LOCK, BEFORE_EXECUTE, *STEP, AFTER_EXECUTE, *ENDS),
    external: (BEFORE_TRANSACTION, AFTER_KEY, AFTER_LOCK, *STEP, *KEYED),
    suspend: (BEFORE_TRANSACTION, AFTER_KEY, AFTER_LOCK, AFTER_DELTA, AFTER_AUDIT, *KEYED),
    cancel: (BEFORE_TRANSACTION, AFTER_KEY, AFTER_LOCK, *STEP, *KEYED),
    take: (BEFORE_TRANSACTION, AFTER_CLAIM, *ENDS),
}
"""Every scene with the points it comes to, in their order."""
EVERY_POINT = [(scene, point) for scene, points in SCENES.items() for point in points]
OFTEN = (complete, timer)
"""Scenes that are broken at every point in every run; the others at a third of theirs in a short one."""


def points_to_break(turn: int) -> list[tuple[Callable[[County], Scene], str]]:
    """Every point of every scene in a campaign; otherwise those of `OFTEN`, and each third of the others', from `turn` on."""
    return [case for number, case in enumerate(EVERY_POINT) if LONG or case[0] in OFTEN or number % 3 == turn]


def all_or_nothing(county: County, play: Scene, before: Any, point: str) -> None:
    """What must hold of a store whose act was broken at `point`: all of it is there or nothing; again, it is done once."""
    county.restart()
    left = live_dump(county.engine.database)
    assert violations(county.engine.database) == []
    if point in KEPT:
        assert left != before
        assert play.done() or play.act == "take"
    else:
        assert left == before
    county.restart()
    assert live_dump(county.engine.database) == left
    done_once(county, play)
    if point in KEPT and play.act != "take":
        assert live_dump(county.engine.database) == left


def done_once(county: County, play: Scene) -> None:
    """Carries the act out again, twice: it is done, and the second time changes nothing."""
    first = play.again()
    assert play.done()
    kept = live_dump(county.engine.database)
    second = play.again()
    assert play.done()
    assert live_dump(county.engine.database) == kept
    assert violations(county.engine.database) == []
    assert getattr(first, "id", first) == getattr(second, "id", second)
