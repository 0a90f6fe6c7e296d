"""`python -m benchmarks peers [w1 w2 w3 w4] [--http] [--engine operaton|flowable] [--database-url postgresql://…]`.

Maven builds the drivers beside this file. Every run is a fresh Java process on a fresh database, which is dropped after it;
without `--database-url` it stands on a fresh, durable server. Figures carry the names that our own have.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.peers import servers
from benchmarks.peers.build import ENGINES, PeersUnavailable, build, java, jdbc
from benchmarks.sizes import INSTANCES, LIMIT, SIZES, TASKS, TIMERS, WARM_UP
from benchmarks.stores import scratch, server

WORKLOADS = ("w1", "w2", "w3", "w4")


@dataclass(frozen=True, kw_only=True)
class PeerRun:
    """One workload as another engine is to run it."""

    workload: str
    clients: int = 8
    counts: Sequence[int]
    """Instances, seats of each size, timers or tasks."""
    warm_up: int = WARM_UP
    limit: int = LIMIT
    """The most completions of one size of W2."""
    http: bool = False


def one(server_url: str, engine: str, run: PeerRun) -> Figures:
    """The figures of one run on a database of its own on that server. The drivers have been built."""
    head: Figures = {"workload": run.workload, "engine": engine, "database": "postgresql", "http": run.http}
    with scratch(server_url) as url:
        if run.http:
            found = servers.measure(engine, url, clients=run.clients, warm_up=run.warm_up, counted=run.counts[0])
            return {**head, "clients": run.clients, "instances": run.counts[0], **found}
        rows = _in_process(url, engine, run)
    return {**head, "rows": rows} if run.workload == "w2" else {**head, **rows[0]}


def _in_process(url: str, engine: str, run: PeerRun) -> list[Figures]:
    command = [*java(engine, "peers.Main"), ENGINES[engine], run.workload, str(run.clients), str(run.warm_up), str(run.limit)]
    names = ("PEERS_URL", "PEERS_USER", "PEERS_PASSWORD")
    environment = {**os.environ, **dict(zip(names, jdbc(url), strict=True))}
    done = subprocess.run([*command, *map(str, run.counts)], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"Expected {engine} to run {run.workload}, but it failed; its errors are above.")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _runs(options: argparse.Namespace) -> Iterator[PeerRun]:
    for workload in options.workloads or (("w1",) if options.http else WORKLOADS):
        if workload == "w1":
            for clients in (1, 8):
                yield PeerRun(
                    workload="w1", clients=clients, counts=[options.instances], warm_up=options.warm_up, http=options.http
                )
        else:
            whole = {"w2": SIZES, "w3": (TIMERS,), "w4": (TASKS,)}[workload]
            yield PeerRun(workload=workload, counts=whole if options.n is None else [options.n], limit=options.limit)


def main(arguments: Sequence[str]) -> None:
    """Runs what is asked for and prints one JSON object a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description="See docs/reference/benchmarks.md.")
    parser.add_argument("workloads", nargs="*", metavar="w1|w2|w3|w4", help="all of them by default")
    parser.add_argument("--database-url", help="a PostgreSQL server on which databases may be created")
    parser.add_argument("--engine", choices=list(ENGINES), help="both by default")
    parser.add_argument("--http", action="store_true", help="w1 over HTTP, against the engine's own REST API")
    parser.add_argument("--instances", type=int, default=INSTANCES, help="w1: counted instances")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, metavar="INSTANCES", help="w1: instances before those")
    parser.add_argument("--n", type=int, help="w2: seats, w3: timers, w4: open tasks")
    parser.add_argument("--limit", type=int, default=LIMIT, help="w2: the most completions of one size")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    options = parser.parse_args(arguments)
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser.error(f"expected w1, w2, w3 or w4, but found {', '.join(sorted(unknown))}")
    if options.http and set(options.workloads) - {"w1"}:
        parser.error("expected w1 with --http; the other workloads run in process")
    try:
        build()
        with server(options.database_url) as url:
            found = [one(url, engine, run) for engine in _engines(options) for run in _runs(options)]
    except PeersUnavailable as missing:
        print(f"{missing} Other engines are left out.")
        return
    for figures in found:
        print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def _engines(options: argparse.Namespace) -> list[str]:
    return [options.engine] if options.engine else list(ENGINES)
