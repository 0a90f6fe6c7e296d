"""`python -m benchmarks peers --database-url postgresql://… [--engine operaton|flowable] [w1 w2 w3 w4]`.

Maven builds the drivers beside this file. Every run is a fresh Java process on a fresh database, which is dropped after it;
without `--database-url` it stands on a fresh, durable server. Figures carry the names that our own have.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks.figures import Figures
from benchmarks.stores import server

HERE = Path(__file__).parent
ENGINES = {"operaton": "peers.Operaton", "flowable": "peers.Flowable"}
WORKLOADS = ("w1", "w2", "w3", "w4")
SIZES = (70, 637, 4_459)
TIMERS = 6_000
TASKS = 100_000
WARM_UP = 200


class PeersUnavailable(RuntimeError):
    """The other engines cannot be run here; the message says what is missing."""


@dataclass(frozen=True)
class _Run:
    workload: str
    clients: int
    counts: Sequence[int]


def measure(server_url: str, engines: Sequence[str], workloads: Sequence[str], instances: int, size: int | None) -> list[Figures]:
    """Figures of every engine and workload on that server. `size` replaces seats, timers and tasks. Raises PeersUnavailable."""
    build()
    return [
        figures for engine in engines for run in _runs(workloads, instances, size) for figures in _one(server_url, engine, run)
    ]


def build() -> None:
    """Compiles the drivers. Raises PeersUnavailable without Java or Maven, or when Maven fails."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise PeersUnavailable(f"Expected '{program}' on PATH to run other engines, but found none.")
    done = subprocess.run(["mvn", "-q", "-B", "package"], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PeersUnavailable(f"Expected Maven to build the drivers, but it said:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _runs(workloads: Sequence[str], instances: int, size: int | None) -> Iterator[_Run]:
    for workload in workloads:
        if workload == "w1":
            yield from (_Run("w1", clients, [instances]) for clients in (1, 8))
        else:
            whole = {"w2": SIZES, "w3": (TIMERS,), "w4": (TASKS,)}[workload]
            yield _Run(workload, 8, whole if size is None else [size])


def _one(server_url: str, engine: str, run: _Run) -> list[Figures]:
    target = HERE / engine / "target"
    classpath = os.pathsep.join([str(target / f"{engine}-1.jar"), (target / "classpath").read_text().strip()])
    warm_up = min(WARM_UP, run.counts[0])
    command = ["java", "-cp", classpath, "peers.Main", ENGINES[engine], run.workload, str(run.clients), str(warm_up)]
    with _scratch(server_url) as environment:
        done = subprocess.run(
            [*command, *map(str, run.counts)], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode != 0:
        raise RuntimeError(f"Expected {engine} to run {run.workload}, but it failed; its errors are above.")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    head: Figures = {"workload": run.workload, "engine": engine, "database": "postgresql"}
    return [{**head, "rows": rows}] if run.workload == "w2" else [{**head, **row} for row in rows]


@contextmanager
def _scratch(server_url: str) -> Iterator[dict[str, str]]:
    """A database that is dropped after the block, as the driver's environment names it."""
    url, name = make_url(server_url), f"peer_{uuid4().hex}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            address = f"jdbc:postgresql://{url.host or '127.0.0.1'}:{url.port or 5432}/{name}"
            yield {"PEERS_URL": address, "PEERS_USER": url.username or "postgres", "PEERS_PASSWORD": url.password or ""}
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def main(arguments: Sequence[str]) -> None:
    """Runs what is asked for and prints one JSON object a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description="See docs/reference/benchmarks.md.")
    parser.add_argument("workloads", nargs="*", metavar="w1|w2|w3|w4", help="all of them by default")
    parser.add_argument("--database-url", help="a PostgreSQL server on which databases may be created")
    parser.add_argument("--engine", choices=list(ENGINES), help="both by default")
    parser.add_argument("--instances", type=int, default=1_000, help=f"w1: counted instances, after a warm-up of {WARM_UP}")
    parser.add_argument("--n", type=int, help="w2: seats, w3: timers, w4: open tasks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    options = parser.parse_args(arguments)
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser.error(f"expected w1, w2, w3 or w4, but found {', '.join(sorted(unknown))}")
    engines = [options.engine] if options.engine else list(ENGINES)
    try:
        with server(options.database_url) as url:
            found = measure(url, engines, options.workloads or WORKLOADS, options.instances, options.n)
    except PeersUnavailable as missing:
        print(f"{missing} Other engines are left out.")
        return
    for figures in found:
        print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
