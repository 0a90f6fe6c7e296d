"""`python -m benchmarks w1|all --database sqlite|postgresql [--clients N] [--instances N] [--json FILE]`.

SQLite is a fresh file; PostgreSQL is a fresh server, durable, started and stopped by the run.
LIANDONG_BENCHMARK_URL names another PostgreSQL database, which must be empty.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import w1
from benchmarks.figures import Figures
from engine.store.database import migrate
from tests.servers.postgresql import postgresql

WARM_UP = 200
ALL = (("sqlite", 1), ("postgresql", 1), ("postgresql", 8))
"""Database and clients of every run of `all`."""
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What a server in production has, and a server for tests may not."""


@contextmanager
def database(kind: str) -> Iterator[str]:
    """URL of an empty, migrated database of that kind."""
    with tempfile.TemporaryDirectory(prefix="liandong-benchmark-") as folder:
        if kind == "sqlite":
            url = f"sqlite:///{folder}/liandong.db"
            migrate(url)
            yield url
        elif "LIANDONG_BENCHMARK_URL" in os.environ:
            url = os.environ["LIANDONG_BENCHMARK_URL"]
            migrate(url)
            yield url
        else:
            with postgresql(DURABLE) as server:
                migrate(server.url())
                yield server.url()


def measure(kind: str, clients: int, instances: int) -> Figures:
    """Runs W1 on a fresh database of that kind; the figures say what was run."""
    with database(kind) as url:
        figures = w1.run(url, clients=clients, warm_up=WARM_UP, counted=instances)
    head: Figures = {"workload": "w1", "database": kind, "clients": clients, "instances": instances}
    return {**head, "cores": os.cpu_count(), "python": platform.python_version(), **figures}


def main() -> None:
    """Runs one workload, or all of them, and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("workload", choices=["w1", "all"])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--instances", type=int, default=1_000, help="counted instances, after a warm-up of 200")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    runs = ALL if arguments.workload == "all" else ((arguments.database, arguments.clients),)
    results = [measure(kind, clients, arguments.instances) for kind, clients in runs]
    for result in results:
        print("\n".join(f"{name:>24}  {value}" for name, value in result.items()), end="\n\n")
    if arguments.json:
        written = results if arguments.workload == "all" else results[0]
        arguments.json.write_text(json.dumps(written, indent=2) + "\n")


main()
