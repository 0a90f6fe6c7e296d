"""W1, ordinary steps of a referral: one start and three completions an instance, each one durable transaction.

Every client is a thread that takes instances one after the other; the next task is found by a query on the instance.
In process, clients are divided among processes; over HTTP, among nodes (`liandong serve`) that they are signed in at.
"""

from __future__ import annotations

import multiprocessing
import time
from functools import partial
from typing import Any

from benchmarks import rest
from benchmarks.clients import COMPLETIONS, VARIABLES, Case, Times, timed, work
from benchmarks.community import INSTITUTION, LOGIN, clerk, open_tasks, prepare
from benchmarks.figures import Figures, summarise
from benchmarks.nodes import cpu_seconds, nodes, peak_memory_mb
from benchmarks.wire import counted as counted_wire
from cli.memory import settle
from engine.commands.account import CreateAccount
from engine.commands.instance import RunInstance
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor

MODEL = "referral"
START = RunInstance(process_key="w1_referral", variables=VARIABLES, institution=INSTITUTION)


def run(url: str, *, clients: int, processes: int, warm_up: int, counted: int) -> Figures:
    """Runs the workload in process on a migrated, empty database and returns its figures."""
    person = _prepare(url)
    times, elapsed = _measure(url, person, clients, processes, warm_up, counted)
    figures = summarise(
        {"start": times.start, "find": times.find, "complete": times.complete},
        elapsed=elapsed,
        operations=counted * (1 + COMPLETIONS),
        instances=counted,
    )
    return {**figures, **(_wire_figures(url, person) if url.startswith("postgresql") else {})}


def run_over_http(url: str, *, clients: int, processes: int, warm_up: int, counted: int) -> Figures:
    """Runs the workload over HTTP against so many nodes on a migrated, empty database and returns its figures."""
    _prepare(url)
    with nodes(url, processes) as running:
        signed_in = [rest.LiandongClient(running[number % processes].url, LOGIN) for number in range(clients)]
        before = sum(cpu_seconds(node.pid) for node in running)
        figures = rest.measure(signed_in, warm_up=warm_up, counted=counted)
        spent = sum(cpu_seconds(node.pid) for node in running) - before
        figures["node_cpu_ms_per_operation"] = round(spent * 1000 / ((warm_up + counted) * (1 + COMPLETIONS)), 2)
        figures["node_memory_mb"] = max(peak_memory_mb(node.pid) for node in running)
    return figures


def _prepare(url: str) -> int:
    """Brings in the clerk, with an account, and the model; returns the clerk's key."""
    engine = Engine(Config(database_url=url))
    try:
        actor = prepare(engine, MODEL)
        rights = ("integrate",)
        account = CreateAccount(login=LOGIN, person="1", password=rest.PASSWORD, must_change=False, rights=rights)
        engine.execute(account)
        return actor.person or 0
    finally:
        engine.close()


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
    case: Case = partial(one_case, engine, actor)
    try:
        work([case] * clients, warm_up)
        settle()
        gate.wait()
        began = time.monotonic()
        times = work([case] * clients, counted)
        return times, began, time.monotonic()
    finally:
        engine.close()


def one_case(engine: Engine, actor: Actor, times: Times) -> None:
    """One instance from start to end."""
    with timed(times.start):
        done = engine.execute(START, actor)
    for _ in range(COMPLETIONS):
        with timed(times.find):
            task = open_tasks(engine, done.instance)[0]
        with timed(times.complete):
            engine.execute(CompleteTask(task=task), actor)


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
