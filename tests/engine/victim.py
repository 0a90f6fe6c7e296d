"""A process that carries out commands in children of its own, which die where they are told to.

It reads one JSON object a line: `url`, `now`, `act` with its arguments, and `point`, the fault point at which the child
kills itself with SIGKILL (none: it lives), or stops itself when `stop` is true; it passes the point `passes` times before
that. It answers with the child's exit status, a line each: 3 when the engine refused. A child that has stopped is told of
by the line `stopped` and goes on with the next line that is read. The parent never opens a database, so every child is as
fresh as a new process without the second that Python takes to start.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from engine.clock import VirtualClock
from engine.commands import job
from engine.commands.external_task import CompleteExternalTask
from engine.commands.job import ExecuteJob
from engine.commands.operation import CancelInstance, SuspendInstance
from engine.errors import EngineError
from engine.store import faults
from engine.testing import County
from worker.worker import Worker


def drain(county: County) -> int:
    """Works off all that is due, in transactions that end by number and not by the speed of the machine."""
    job.BATCH_SECONDS = math.inf
    return Worker(county.engine, "victim").drain()


ACTS: Mapping[str, Callable[[County, Mapping[str, Any]], object]] = {
    "start": lambda county, order: county.person(order["person"]).start("p", key=order["key"]),
    "claim": lambda county, order: county.person(order["person"]).claim(UUID(order["task"]), key=order["key"]),
    "complete": lambda county, order: county.person(order["person"]).complete(UUID(order["task"]), key=order["key"]),
    "message": lambda county, order: county.send(**order["message"]),
    "external": lambda county, order: county.execute(
        CompleteExternalTask(
            task=UUID(order["task"]), worker=order["worker"], lock_token=order["lock_token"], variables=order["variables"]
        ),
        key=order["key"],
    ),
    "suspend": lambda county, order: county.person("it", "operations").do(
        SuspendInstance(instance=UUID(order["instance"]), reason="核对"), key=order["key"]
    ),
    "cancel": lambda county, order: county.person("it", "operations").do(
        CancelInstance(instance=UUID(order["instance"]), reason="核对"), key=order["key"]
    ),
    "take": lambda county, order: county.take_jobs("victim"),
    "job": lambda county, order: county.execute(ExecuteJob(job=UUID(order["job"]), fence=order["fence"])),
    "work": lambda county, order: county.work("victim"),
    "drain": lambda county, order: drain(county),
}

REFUSED = 3
ROOT = Path(__file__).parents[2]


def carry_out(order: Mapping[str, Any]) -> None:
    """What a child does."""
    lease = timedelta(seconds=order.get("lease", 60))
    county = County(order["url"], clock=VirtualClock(datetime.fromisoformat(order["now"])), job_lease=lease)
    # The first command of a process draws a block of keys; that is not the transaction that is meant.
    county.take_jobs("victim", limit=0)

    stopped: list[str] = []
    passes = [order["point"]] * order.get("passes", 0)

    def die(point: str) -> None:
        if point != order["point"]:
            return
        if passes:
            passes.pop()
            return
        if not order.get("stop"):
            os.kill(os.getpid(), signal.SIGKILL)
        elif not stopped:
            stopped.append(point)
            os.kill(os.getpid(), signal.SIGSTOP)

    faults.install(die)
    ACTS[order["act"]](county, order)
    county.close()


def main() -> None:
    """Serves orders until its input ends."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                carry_out(json.loads(line))
            except EngineError:
                os._exit(REFUSED)
            except BaseException:  # noqa: BLE001
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            sys.stdout.write("stopped\n")
            sys.stdout.flush()
            sys.stdin.readline()
            os.kill(child, signal.SIGCONT)
            _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


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


if __name__ == "__main__":
    main()
