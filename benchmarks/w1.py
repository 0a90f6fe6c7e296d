"""W1, ordinary steps of a referral: one start and three completions an instance, each one durable transaction.

Every client is a thread that takes instances one after the other; the next task is found by a query on the instance.
Clients may be divided among processes, as they are among the nodes of an installation.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.community import INSTITUTION, clerk, open_tasks, prepare
from benchmarks.figures import Figures, summarise
from benchmarks.wire import counted as counted_wire
from engine.commands.instance import RunInstance
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor

MODEL = "referral"
VARIABLES: dict[str, Any] = {
    "urgent": False,
    "approved": True,
    **{f"field{number:02}": f"value of a field, some forty characters {number:02}" for number in range(18)},
}
START = RunInstance(process_key="w1_referral", variables=VARIABLES, institution=INSTITUTION)
COMPLETIONS = 3


@dataclass
class Times:
    """Seconds of single operations, of all clients."""

    start: list[float] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)

    def add(self, other: Times) -> None:
        """Takes over another client's."""
        self.start += other.start
        self.complete += other.complete


def run(url: str, *, clients: int, processes: int, warm_up: int, counted: int) -> Figures:
    """Runs the workload on a migrated, empty database and returns its figures."""
    engine = Engine(Config(database_url=url))
    try:
        person = prepare(engine, MODEL).person or 0
    finally:
        engine.close()
    times, elapsed = _measure(url, person, clients, processes, warm_up, counted)
    figures = summarise(
        {"start": times.start, "complete": times.complete},
        elapsed=elapsed,
        operations=counted * (1 + COMPLETIONS),
        instances=counted,
    )
    return {**figures, **(_wire_figures(url, person) if url.startswith("postgresql") else {})}


def _measure(url: str, person: int, clients: int, processes: int, warm_up: int, counted: int) -> tuple[Times, float]:
    """The times of all clients, and the seconds from the first one's beginning to the last one's end."""
    spawn = multiprocessing.get_context("spawn")
    shares = [(clients + number) // processes for number in range(processes)]
    with spawn.Manager() as manager:
        gate = manager.Barrier(processes)
        tasks = [(url, person, share, warm_up // processes, counted // processes, gate) for share in shares]
        with spawn.Pool(processes) as pool:
            found = pool.starmap(_node, tasks, chunksize=1)
    times = Times()
    for own, _, _ in found:
        times.add(own)
    return times, max(ended for *_, ended in found) - min(began for _, began, _ in found)


def _node(url: str, person: int, clients: int, warm_up: int, counted: int, gate: Any) -> tuple[Times, float, float]:
    """One process with its clients: their times, and when it began and ended by the machine's clock."""
    engine, actor = Engine(Config(database_url=url)), clerk(person)
    try:
        _run(engine, actor, clients, warm_up)
        gate.wait()
        began = time.monotonic()
        times = _run(engine, actor, clients, counted)
        return times, began, time.monotonic()
    finally:
        engine.close()


def _run(engine: Engine, actor: Actor, clients: int, instances: int) -> Times:
    times, lock, left = Times(), threading.Lock(), iter(range(instances))
    failures: list[BaseException] = []

    def client() -> None:
        own = Times()
        with noting(failures):
            while True:
                with lock:
                    if next(left, None) is None or failures:
                        break
                one_case(engine, actor, own)
        with lock:
            times.add(own)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


@contextmanager
def noting(failures: list[BaseException]) -> Iterator[None]:
    """Keeps an exception of a thread for the main thread."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised again by the main thread
        failures.append(error)


def one_case(engine: Engine, actor: Actor, times: Times) -> None:
    """One instance from start to end."""
    began = time.perf_counter()
    done = engine.execute(START, actor)
    times.start.append(time.perf_counter() - began)
    for _ in range(COMPLETIONS):
        task = open_tasks(engine, done.instance)[0]
        began = time.perf_counter()
        engine.execute(CompleteTask(task=task), actor)
        times.complete.append(time.perf_counter() - began)


def _wire_figures(url: str, person: int) -> Figures:
    """Round trips and statements of a warm start and of the dearest of the three completions, BEGIN and COMMIT included."""
    with counted_wire(url) as (through, traffic):
        engine, actor = Engine(Config(database_url=through)), clerk(person)
        try:
            for _ in range(3):
                one_case(engine, actor, Times())
            traffic.clear()
            done = engine.execute(START, actor)
            start = (traffic.round_trips, traffic.statements)
            completions = []
            for _ in range(COMPLETIONS):
                task = open_tasks(engine, done.instance)[0]
                traffic.clear()
                engine.execute(CompleteTask(task=task), actor)
                completions.append((traffic.round_trips, traffic.statements))
        finally:
            engine.close()
    trips, statements = max(completions)
    return {
        "start_round_trips": start[0],
        "start_statements": start[1],
        "complete_round_trips": trips,
        "complete_statements": statements,
    }
