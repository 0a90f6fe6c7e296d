"""Whatever can end or change one open task at once: every ordered pair, the second held up inside the first's transaction.

One wins, the other is refused cleanly or finds that it still has something to do; nobody's work is done twice or lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.instance import MoveInstance
from engine.commands.job import ExecuteJob
from engine.commands.message import BroadcastSignal, SendMessage
from engine.commands.operation import CancelInstance, MigrateInstance, ResumeInstance, SuspendInstance
from engine.kernel.triggers import SetVariables
from engine.store.faults import AFTER_LOCK, BEFORE_COMMIT
from engine.store.tables import History, Message
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.campaign import LONG
from tests.engine.interleaving import overtake
from tests.engine.invariants import violations
from tests.engine.models import END, START, STARTER

EXITS = {"complete": "done", "timer": "late", "message": "answered", "signal": "alarmed"}
"""The acts that end the task, and the task that each leads to."""


def contested() -> bytes:
    """A task that ends by its completion, by its timer, by a message or by a signal, each on a way of its own."""
    timer = '<timerEventDefinition id="td"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    receive = (
        '<extensionElements><liandong:receive><liandong:correlate name="no" value="${no}"/></liandong:receive>'
        '</extensionElements><messageEventDefinition id="md" messageRef="m"/>'
    )
    elements = (
        START,
        user_task("work", post="BR_GP"),
        f'<boundaryEvent id="t" attachedToRef="work">{timer}</boundaryEvent>',
        f'<boundaryEvent id="b" attachedToRef="work">{receive}</boundaryEvent>',
        '<boundaryEvent id="a" attachedToRef="work"><signalEventDefinition id="ad" signalRef="g"/></boundaryEvent>',
        *(user_task(task, post="BR_DIR") for task in EXITS.values()),
        END,
    )
    flows = "s > work > done > e, t > late > e, b > answered > e, a > alarmed > e"
    events = '<message id="m" name="Answered"/><signal id="g" name="Alarm"/>'
    return bpmn(process("p", *elements, flows=flows, extensions=STARTER), extra=events)


class Contest:
    """One case with its timer, and a signal for it if one is wanted, taken by a worker, and everybody about to act."""

    def __init__(self, county: County, *, alarmed: bool) -> None:
        self.county = county
        county.deploy(contested())
        self.case: CaseView = county.run("p", no="7")
        county.deploy(contested().replace(b'name="work"', b'name="work on it"'), name="second version")
        if alarmed:
            county.execute(BroadcastSignal(name="Alarm"))
            (broadcast,) = county.take_jobs("w1")
            county.execute(ExecuteJob(job=broadcast.id, fence=broadcast.fence))
        county.clock.advance(timedelta(hours=1))
        self.jobs = {job.kind: job for job in county.take_jobs("w1")}
        self.task = self.case.task("work")
        self.gan, self.guo = county.person("gan"), county.person("guo")
        self.chief = county.person("it", "operations")

    def act(self, name: str) -> Callable[[], Any]:
        """The act of that name."""
        instance, execute = self.case.id, self.county.execute
        acts: dict[str, Callable[[], Any]] = {
            "complete": lambda: self.gan.complete(self.task),
            "claim": lambda: self.guo.claim(self.task),
            "timer": lambda: self._carry_out("timer"),
            "signal": lambda: self._carry_out("signal"),
            "message": lambda: execute(SendMessage(name="Answered", to="CH01", correlation={"no": "7"}, message_id="m-1")),
            "variables": lambda: execute(MoveInstance(instance=instance, trigger=SetVariables(variables={"x": 1}))),
            "migrate": lambda: self.chief.do(MigrateInstance(instance=instance, version=2, reason="制度修订")),
            "cancel": lambda: self.chief.do(CancelInstance(instance=instance, reason="误发起")),
            "suspend": lambda: self.chief.do(SuspendInstance(instance=instance, reason="核对")),
        }
        return acts[name]

    def _carry_out(self, kind: str) -> Any:
        job = self.jobs[kind]
        return self.county.execute(ExecuteJob(job=job.id, fence=job.fence))

    def ends(self, *carried_out: str | None) -> list[list[str]]:
        """How the case may stand in the end: whoever came first has ended the task, else the timer, which is due.

        What a suspension has put off becomes due together with the timer, in no order that was promised.
        """
        if "cancel" in carried_out:
            return [[]]
        exits = [EXITS[act] for act in (*carried_out, "timer") if act in EXITS]
        return [[exit] for exit in (exits if "suspend" in carried_out else exits[:1])]

    def settle(self) -> None:
        """Lets everything that was put off happen: the suspended case goes on, leases end, messages and the timer come."""
        if self.case.row.suspended_at is not None:
            self.chief.do(ResumeInstance(instance=self.case.id, reason="核对完毕"))
        self.county.clock.advance(timedelta(minutes=2))
        self.county.work("w2")


ACTS = ("complete", "claim", "timer", "message", "signal", "variables", "suspend", "cancel", "migrate")
REFUSED = {
    **{(exit, late): "task-closed" for exit in EXITS for late in ("complete", "claim")},
    **{(exit, "timer"): "lease-lost" for exit in EXITS},
    **{("suspend", late): "instance-suspended" for late in ("complete", "claim", "variables", "suspend")},
    **{("cancel", late): "task-closed" for late in ("complete", "claim")},
    **{("cancel", late): "instance-ended" for late in ("variables", "suspend", "cancel", "migrate")},
    ("migrate", "migrate"): "same-version",
    # The timer of the new version is another one: it fires when its own job is taken.
    ("migrate", "timer"): "lease-lost",
    ("cancel", "timer"): "lease-lost",
    ("signal", "signal"): "lease-lost",
    ("claim", "complete"): "task-taken",
}
"""What the second of two is refused with; the others are carried out, or put off, which is an answer too."""


@pytest.mark.parametrize("point", [AFTER_LOCK, BEFORE_COMMIT] if LONG else [BEFORE_COMMIT])
@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", ACTS)
def test_of_two_at_once_one_wins_and_the_other_is_told_so(county: County, first: str, second: str, point: str) -> None:
    contest = Contest(county, alarmed="signal" in (first, second))

    leader, follower = overtake(county, contest.act(first), contest.act(second), point=point)

    assert (leader.code, follower.code) == ("ok", REFUSED.get((first, second), "ok"))
    assert violations(county.engine.database) == []
    contest.settle()
    assert contest.case.open in contest.ends(first, second if follower.code == "ok" else None)
    ended = select(History.key).where(History.kind == "activity-ended", History.element == "work")
    assert len(county.rows(ended)) == 1
    if "message" in (first, second):
        delivered = county.scalar(select(Message.state)) == "delivered"
        assert delivered == (first == "message" if "cancel" in (first, second) else contest.case.open == ["answered"])
