"""Other engines as servers with their own REST APIs, as their Spring Boot starters ship them: for W1 over HTTP."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks import rest
from benchmarks.clients import COMPLETIONS
from benchmarks.figures import Figures
from benchmarks.nodes import cpu_seconds, peak_memory_mb
from benchmarks.peers.build import java, jdbc
from tests.servers.ports import free_port

SERVERS: dict[str, tuple[str, str, type[rest.Client]]] = {
    "operaton": ("peers.OperatonServer", "/engine-rest/version", rest.OperatonClient),
    "flowable": ("peers.FlowableServer", "/process-api/management/engine", rest.FlowableClient),
}
"""Engine: its main class, an address that answers 200 when it is up, and how its API is spoken."""
POOL = 16
SETTINGS = (
    # The models that lie among the classes are deployed by the server class, each in its engine's own namespace.
    "--operaton.bpm.auto-deployment-enabled=false",
    "--operaton.bpm.generic-properties.properties.enforceHistoryTimeToLive=false",
    "--flowable.check-process-definitions=false",
)
START_SECONDS = 600.0


def measure(engine: str, database_url: str, *, clients: int, warm_up: int, counted: int) -> Figures:
    """The figures of W1 over HTTP against one server process on that empty database."""
    _, ready, client = SERVERS[engine]
    with _served(engine, database_url, ready) as (address, process):
        before = cpu_seconds(process)
        figures = rest.measure([client(address) for _ in range(clients)], warm_up=warm_up, counted=counted)
        spent = cpu_seconds(process) - before
        figures["node_cpu_ms_per_operation"] = round(spent * 1000 / ((warm_up + counted) * (1 + COMPLETIONS)), 2)
        figures["node_memory_mb"] = peak_memory_mb(process)
    return figures


@contextmanager
def _served(engine: str, database_url: str, ready: str) -> Iterator[tuple[str, int]]:
    """Address and process id of the server, which has ended after the block. Raises RuntimeError when it does not come up."""
    port = free_port()
    url, user, password = jdbc(database_url)
    settings = {
        "SERVER_PORT": str(port),
        "SERVER_ADDRESS": "127.0.0.1",
        "SPRING_DATASOURCE_URL": url,
        "SPRING_DATASOURCE_USERNAME": user,
        "SPRING_DATASOURCE_PASSWORD": password,
        "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE": str(POOL),
    }
    command = [*java(f"{engine}-http", SERVERS[engine][0]), *SETTINGS]
    with tempfile.TemporaryDirectory(prefix="liandong-peer-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            if not _answers(process, port, ready):
                raise RuntimeError(f"Expected {engine} to serve, but it did not:\n{log.read_text(errors='replace')[-3000:]}")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes], port: int, ready: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", ready)
            if connection.getresponse().status == 200:
                return True
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    return False
