"""`python -m benchmarks bench [--quick]`: every workload, ours and other engines' in turns on one PostgreSQL server, then
the ratios with their targets. Everything goes to one JSON file, the ratios to the screen.

Each run is a fresh process on a fresh database. What is repeated is told by its median.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import targets
from benchmarks.figures import Figures
from benchmarks.peers.build import ENGINES, PeersUnavailable, build
from benchmarks.peers.run import PeerRun, one
from benchmarks.sizes import SIZES, TASKS
from benchmarks.stores import server, settings_of

RESULT = Path("var") / "benchmarks.json"
HERE = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of everything is run."""

    rounds: int
    """Of W1."""
    instances: int
    warm_up: int
    limit: int
    timers: int
    tasks: int


WHOLE = Plan(rounds=3, instances=600, warm_up=600, limit=300, timers=4_000, tasks=TASKS)
QUICK = Plan(rounds=1, instances=200, warm_up=200, limit=60, timers=1_000, tasks=TASKS)


def runs(plan: Plan, url: str, engines: Sequence[str]) -> Iterator[Figures]:
    """The figures of every run, ours and each engine's in turns."""
    for number in range(plan.rounds):
        for http in (False, True):
            for clients, processes in ((1, 1), (8, 2)):
                size = ["--instances", plan.instances, "--warm-up", plan.warm_up]
                count = ["--clients", clients, "--processes", processes, *size]
                ours = _ours("w1", url, *count, *(["--http"] if http else []))
                peer = PeerRun(workload="w1", clients=clients, counts=[plan.instances], warm_up=plan.warm_up, http=http)
                yield from _in_turns(url, ours, engines, peer, turn=number)
    sizes = ",".join(map(str, SIZES))
    ours = _ours("w2", url, "--n", sizes, "--limit", plan.limit)
    yield from _in_turns(url, ours, engines, PeerRun(workload="w2", counts=SIZES, limit=plan.limit), turn=0)
    ours = _ours("w3", url, "--n", plan.timers, "--processes", 2)
    yield from _in_turns(url, ours, engines, PeerRun(workload="w3", counts=[plan.timers]), turn=0)
    ours = _ours("w4", url, "--n", plan.tasks)
    yield from _in_turns(url, ours, engines, PeerRun(workload="w4", counts=[plan.tasks]), turn=0)
    yield _run(_ours("w5", url, "--n", plan.tasks))
    yield _run(["w1", "--database", "sqlite", "--instances", plan.instances, "--warm-up", plan.warm_up])


def _ours(workload: str, url: str, *options: object) -> list[object]:
    return [workload, "--database", "postgresql", "--database-url", url, *options]


def _in_turns(url: str, ours: Sequence[object], engines: Sequence[str], peer: PeerRun, *, turn: int) -> Iterator[Figures]:
    """Ours first in even turns and last in odd ones."""
    last = turn % 2 == 1
    if not last:
        yield _run(ours)
    for engine in engines:
        yield one(url, engine, peer)
    if last:
        yield _run(ours)


def _run(options: Sequence[object]) -> Figures:
    """The figures of one of our own runs, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="liandong-bench-") as folder:
        result = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks", *map(str, options), "--json", str(result)]
        subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=True)
        figures: Figures = json.loads(result.read_text())
    return figures


def machine() -> Figures:
    """What the figures hold for."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def main(arguments: Sequence[str]) -> None:
    """Runs everything, writes the JSON and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks bench", description="See docs/reference/benchmarks.md.")
    parser.add_argument("--quick", action="store_true", help="about five minutes instead of half an hour")
    parser.add_argument("--database-url", help="a PostgreSQL server on which databases may be created; a fresh one by default")
    parser.add_argument("--json", type=Path, default=RESULT, metavar="FILE", help=f"where the figures go; {RESULT} by default")
    options = parser.parse_args(arguments)
    plan, began = (QUICK if options.quick else WHOLE), time.monotonic()
    result: dict[str, Any] = {"machine": machine(), "plan": vars(plan)}
    with server(options.database_url) as url:
        result["server"] = settings_of(url)
        engines = _engines(result)
        result["runs"] = []
        for figures in runs(plan, url, engines):
            result["runs"].append(figures)
            print(targets.line_of(figures), file=sys.stderr)
    result["seconds"] = round(time.monotonic() - began)
    result["ratios"] = [{**vars(verdict), "met": verdict.met} for verdict in targets.verdicts(result["runs"])]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=2) + "\n")
    print(targets.table(targets.verdicts(result["runs"])))
    print(f"\n{options.json}: every figure of {len(result['runs'])} runs, {result['seconds']} s")


def _engines(result: dict[str, Any]) -> Sequence[str]:
    """The engines that can be run here; why there are none goes to `result` and to the screen."""
    try:
        build()
    except PeersUnavailable as missing:
        result["peers"] = str(missing)
        print(f"{missing} Other engines are left out, and no ratio to them can be told.", file=sys.stderr)
        return ()
    return tuple(ENGINES)
