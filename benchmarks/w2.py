"""W2, an accreditation round: what one completion costs in an instance with N parallel seats, however large N is.

The seats are completed one by one, each in a durable transaction: by a process that has worked on the instance all the
time (`same`), and by processes that have never seen it (`fresh`), which read the definition and the state anew.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Sequence
from uuid import UUID

from benchmarks.community import INSTITUTION, clerk, open_tasks, prepare
from benchmarks.figures import Figures
from engine.commands.instance import RunInstance
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor

MODEL = "accreditation"
FRESH = 10
"""Completions by fresh processes at each size."""
WARM_UP = 30


def run(url: str, *, sizes: Sequence[int], limit: int | None) -> Figures:
    """One row for each size and kind of process; `limit` is the most completions of one size."""
    engine = Engine(Config(database_url=url))
    rows: list[Figures] = []
    try:
        actor = prepare(engine, MODEL)
        warm = _start(engine, actor, WARM_UP)[0]
        for task in warm:
            engine.execute(CompleteTask(task=task), actor)
        for size in sizes:
            tasks, start = _start(engine, actor, size)
            count = min(len(tasks), limit or len(tasks))
            fresh = min(FRESH, count // 2)
            known, unknown = tasks[: count - fresh], tasks[count - fresh : count]
            rows.append(_row(size, start, [_complete(engine, actor, task) for task in known], "same"))
            rows.append(_row(size, start, [_in_fresh_process(url, actor, task) for task in unknown], "fresh"))
        # Kilobytes on Linux, where this is measured.
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    finally:
        engine.close()
    return {"rows": rows, "memory_mb": memory}


def _start(engine: Engine, actor: Actor, size: int) -> tuple[Sequence[UUID], float]:
    """Starts an instance with so many seats: their tasks, and the seconds of the one transaction that opened them."""
    items = [f"item {number}" for number in range(size)]
    began = time.perf_counter()
    done = engine.execute(RunInstance(process_key="w2_accreditation", variables={"items": items}, institution=INSTITUTION), actor)
    seconds = time.perf_counter() - began
    return open_tasks(engine, done.instance), seconds


def _complete(engine: Engine, actor: Actor, task: UUID) -> float:
    began = time.perf_counter()
    engine.execute(CompleteTask(task=task), actor)
    return time.perf_counter() - began


def _in_fresh_process(url: str, actor: Actor, task: UUID) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_complete_alone, (url, actor.person or 0, task))


def _complete_alone(url: str, person: int, task: UUID) -> float:
    engine = Engine(Config(database_url=url))
    try:
        return _complete(engine, clerk(person), task)
    finally:
        engine.close()


def _row(size: int, start: float, seconds: Sequence[float], process: str) -> Figures:
    tenth = max(1, len(seconds) // 10)
    return {
        "n": size,
        "process": process,
        "start_ms": round(start * 1000, 1),
        "completions": len(seconds),
        "complete_ms_mean": _milliseconds(seconds),
        "complete_ms_first": _milliseconds(seconds[:tenth]),
        "complete_ms_last": _milliseconds(seconds[-tenth:]),
    }


def _milliseconds(seconds: Sequence[float]) -> float:
    return round(statistics.mean(seconds) * 1000, 3)
