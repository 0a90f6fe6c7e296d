"""Nodes of an installation: `liandong serve` processes over one store, each with its own port, as behind a balancer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers.application import Application

NO_BRAKE = {"LIANDONG_REQUESTS_PER_MINUTE": "100000"}
"""A client of a benchmark sends more than any browser may; its requests are counted all the same."""


@contextmanager
def nodes(url: str, count: int) -> Iterator[list[Application]]:
    """So many nodes over the store at `url`, ended after the block."""
    with tempfile.TemporaryDirectory(prefix="liandong-nodes-") as folder, ExitStack() as stack:
        running = []
        for number in range(count):
            node = Application(Path(folder) / str(number), database=url, demo=False, environment=NO_BRAKE)
            running.append(stack.enter_context(node))
        yield running


def peak_memory_mb(process: int) -> int:
    """The most memory that a process, by its id, has ever held, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    [kilobytes] = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) // 1024


def cpu_seconds(process: int) -> float:
    """Processor time that a process, by its id, has used, in seconds."""
    spent = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
