"""Empty databases for the workloads: a fresh SQLite file, or a fresh and durable PostgreSQL server."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from engine.store.database import migrate
from tests.servers.postgresql import postgresql

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "128MB"}
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
            with server() as url:
                migrate(url)
                yield url


@contextmanager
def server(url: str | None = None) -> Iterator[str]:
    """The PostgreSQL server of that URL, or a fresh and durable one that is gone after the block."""
    if url is not None:
        yield url
        return
    with postgresql(DURABLE) as fresh:
        yield fresh.url()
