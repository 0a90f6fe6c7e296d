"""`python -m benchmarks w1|w2|w3|w4|all --database sqlite|postgresql [options]`; `--help` names the options.
`python -m benchmarks peers` puts the same workloads to other engines.

SQLite is a fresh file; PostgreSQL is a fresh server, durable, started and stopped by the run.
LIANDONG_BENCHMARK_URL names another PostgreSQL database, which must be empty.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import w1, w2, w3, w4
from benchmarks.figures import Figures
from benchmarks.peers import run as peers
from benchmarks.stores import database

WARM_UP = 200
SIZES = (70, 637, 4_459)
TIMERS = 6_000
TASKS = 100_000


def measure(options: argparse.Namespace) -> Figures:
    """Runs one workload on a fresh database; the figures say what was run."""
    run: dict[str, Callable[[str], Figures]] = {
        "w1": lambda url: w1.run(
            url, clients=options.clients, processes=options.processes or 1, warm_up=WARM_UP, counted=options.instances
        ),
        "w2": lambda url: w2.run(url, sizes=options.n or SIZES, limit=options.limit),
        "w3": lambda url: w3.run(url, timers=(options.n or (TIMERS,))[0], processes=options.processes or 2),
        "w4": lambda url: w4.run(url, tasks=(options.n or (TASKS,))[0]),
    }
    with database(options.database) as url:
        figures = run[options.workload](url)
    head: Figures = {"workload": options.workload, "database": options.database}
    if options.workload == "w1":
        head |= {"clients": options.clients, "processes": options.processes or 1, "instances": options.instances}
    return {**head, "cores": os.cpu_count(), "python": platform.python_version(), **figures}


def everything(options: argparse.Namespace) -> list[Figures]:
    """Every workload on every database, as one table."""
    runs = [("w1", 1, 1), ("w1", 8, 2), ("w2", 1, 1), ("w3", 1, 2), ("w4", 1, 1)]
    return [
        measure(
            argparse.Namespace(**{**vars(options), "workload": name, "database": kind, "clients": clients, "processes": nodes})
        )
        for kind in ("sqlite", "postgresql")
        for name, clients, nodes in runs
        if not (kind == "sqlite" and (clients, nodes) == (8, 2))
    ]


def show(figures: Figures) -> None:
    """Prints figures, one a line, and rows as a table."""
    for name, value in figures.items():
        if name != "rows":
            print(f"{name:>24}  {value}")
    rows: Sequence[Figures] = figures.get("rows", ())
    if rows:
        print("  ".join(f"{name:>17}" for name in rows[0]))
    for row in rows:
        print("  ".join(f"{value:>17}" for value in row.values()))
    print()


def sizes(text: str) -> tuple[int, ...]:
    """Numbers of items, as `70,637,4459`."""
    return tuple(int(part) for part in text.split(","))


def main() -> None:
    """Runs one workload, or all of them, and prints the figures."""
    if sys.argv[1:2] == ["peers"]:
        peers.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="See docs/reference/benchmarks.md.")
    parser.add_argument("workload", choices=["w1", "w2", "w3", "w4", "all"], help="or peers, which has its own --help")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--n", type=sizes, help="w2: seats of each instance, as 70,637,4459; w3: timers; w4: open tasks")
    parser.add_argument("--limit", type=int, metavar="COMPLETIONS", help="w2: the most completions at one size")
    parser.add_argument("--clients", type=int, default=1, help="w1: clients, divided among the processes")
    parser.add_argument("--processes", type=int, help="w1: processes, 1 by default; w3: workers, 2 by default")
    parser.add_argument("--instances", type=int, default=1_000, help=f"w1: counted instances, after a warm-up of {WARM_UP}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    options = parser.parse_args()
    results = everything(options) if options.workload == "all" else measure(options)
    for result in results if isinstance(results, list) else [results]:
        show(result)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
