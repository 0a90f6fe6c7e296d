"""`python -m benchmarks w1 --database sqlite|postgresql [--clients N] [--instances N] [--json FILE]`.

SQLite is a fresh file; PostgreSQL is a fresh server, started and stopped by the run, durable. LIANDONG_BENCHMARK_URL names another PostgreSQL database, which must be empty.
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
from engine.store.database import migrate
from tests.servers.postgresql import postgresql

WARM_UP = 200
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


def main() -> None:
    """Runs one workload and prints its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("workload", choices=["w1"])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--instances", type=int, default=1_000, help="counted instances, after a warm-up of 200")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with database(arguments.database) as url:
        figures = w1.run(url, clients=arguments.clients, warm_up=WARM_UP, counted=arguments.instances)
    head = {
        "workload": arguments.workload, "database": arguments.database, "clients": arguments.clients, "instances": arguments.instances,
        "cores": os.cpu_count(), "python": platform.python_version(),
    }
    for name, value in {**head, **figures}.items():
        print(f"{name:>24}  {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps({**head, **figures}, indent=2) + "\n")


main()
