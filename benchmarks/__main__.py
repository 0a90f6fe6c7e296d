"""`python -m benchmarks w1|w2|w3|w4|w5 --database sqlite|postgresql [options]`; `--help` names the options.
`python -m benchmarks peers` puts the same workloads to other engines, `python -m benchmarks bench` compares all.

SQLite is a fresh file; PostgreSQL a fresh database, by default on a fresh and durable server of the run's own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import suite, w1, w2, w3, w4, w5
from benchmarks.figures import Figures
from benchmarks.peers import run as peers
from benchmarks.sizes import INSTANCES, SIZES, TASKS, TIMERS, WARM_UP
from benchmarks.stores import database


def measure(options: argparse.Namespace) -> Figures:
    """Runs one workload on a fresh database; the figures say what was run."""
    referrals = w1.run_over_http if options.http else w1.run
    clients = {"clients": options.clients, "processes": options.processes or 1}
    run: dict[str, Callable[[str], Figures]] = {
        "w1": lambda url: referrals(url, **clients, warm_up=options.warm_up, counted=options.instances),
        "w2": lambda url: w2.run(url, sizes=options.n or SIZES, limit=options.limit),
        "w3": lambda url: w3.run(url, timers=(options.n or (TIMERS,))[0], processes=options.processes or 2),
        "w4": lambda url: w4.run(url, tasks=(options.n or (TASKS,))[0]),
        "w5": lambda url: w5.run(url, tasks=(options.n or (TASKS,))[0]),
    }
    with database(options.database, options.database_url) as url:
        figures = run[options.workload](url)
    head: Figures = {"workload": options.workload, "engine": "liandong", "database": options.database, "http": options.http}
    if options.workload == "w1":
        head |= {**clients, "instances": options.instances}
    return {**head, "cores": os.cpu_count(), "python": platform.python_version(), **figures}


def show(figures: Figures) -> None:
    """Prints figures, one a line, and rows as a table."""
    for name, value in figures.items():
        if name != "rows":
            print(f"{name:>26}  {value}")
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
    """Runs one workload and prints the figures."""
    whole = {"peers": peers.main, "bench": suite.main}.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if whole is not None:
        whole(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="See docs/reference/benchmarks.md.")
    parser.add_argument("workload", choices=["w1", "w2", "w3", "w4", "w5"], help="or peers or bench, which have their own --help")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--database-url", help="a PostgreSQL server on which databases may be created; a fresh one by default")
    parser.add_argument("--n", type=sizes, help="w2: seats of each instance, as 70,637,4459; w3: timers; w4, w5: open tasks")
    parser.add_argument("--limit", type=int, metavar="COMPLETIONS", help="w2: the most completions at one size")
    parser.add_argument("--clients", type=int, default=1, help="w1: clients, divided among the processes")
    parser.add_argument("--processes", type=int, help="w1: processes or nodes, 1 by default; w3: workers, 2 by default")
    parser.add_argument("--http", action="store_true", help="w1: over HTTP, against `liandong serve`")
    parser.add_argument("--instances", type=int, default=INSTANCES, help="w1: counted instances")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, metavar="INSTANCES", help="w1: instances before those")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    options = parser.parse_args()
    if options.http and options.workload != "w1":
        parser.error("expected w1 with --http; of the others none is asked so")
    figures = measure(options)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
