"""W3, timers: many referrals wait for their review, their day is over, and workers let every escalation run once."""

from __future__ import annotations

import multiprocessing
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from benchmarks.community import complete_next, prepare
from benchmarks.figures import Figures
from benchmarks.w1 import MODEL, START
from engine.clock import SystemClock
from engine.config import Config
from engine.engine import Engine
from engine.store.tables import History, Job
from worker.worker import Worker


class Tomorrow(SystemClock):
    """The time at which every timer of the model is due."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=25)


def run(url: str, *, timers: int, processes: int) -> Figures:
    """Timers a second until no job is left. Raises AssertionError when an escalation has not run exactly once."""
    engine = Engine(Config(database_url=url))
    try:
        actor = prepare(engine, MODEL)
        for _ in range(timers):
            complete_next(engine, engine.execute(START, actor).instance, actor)
        seconds, shares = _drain(url, processes)
        _check(engine, timers)
    finally:
        engine.close()
    return {"timers": timers, "workers": processes, "timers_per_second": round(timers / seconds, 1), "shares": shares}


def _drain(url: str, processes: int) -> tuple[float, list[int]]:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, spawn.Pool(processes) as pool:
        gate = manager.Barrier(processes)
        found = pool.starmap(_work, [(url, gate)] * processes, chunksize=1)
    return max(ended for *_, ended in found) - min(began for _, began, _ in found), [done for done, *_ in found]


def _work(url: str, gate: Any) -> tuple[int, float, float]:
    engine = Engine(Config(database_url=url), clock=Tomorrow())
    try:
        worker = Worker(engine)
        gate.wait()
        began = time.monotonic()
        return worker.drain(), began, time.monotonic()
    finally:
        engine.close()


def _check(engine: Engine, timers: int) -> None:
    fired = select(History.instance, func.count()).where(History.kind == "timer-fired").group_by(History.instance)
    with engine.database.reading() as connection:
        numbers = [number for _, number in connection.execute(fired)]
        left = connection.execute(select(func.count()).select_from(Job).where(Job.kind == "timer")).scalar_one()
    assert numbers == [1] * timers, f"Expected {timers} escalations, each once, but found {sum(numbers)} in {len(numbers)} cases"
    assert left == 0, f"Expected no timer to be left, but found {left}"
