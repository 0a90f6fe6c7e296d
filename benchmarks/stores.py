"""Empty databases for the workloads, ours and other engines' alike: an SQLite file, or a database on a PostgreSQL server.

The server is the one that `--database-url` names, or a fresh one of the system's PostgreSQL 15 (of the tests' PostgreSQL
where the system has none), with PostgreSQL's own defaults: fsync, synchronous_commit and full_page_writes on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks.figures import Figures
from engine.store.database import migrate
from tests.servers.postgresql import postgresql

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "128MB"}
"""PostgreSQL's defaults, which a server for tests may not have."""
SYSTEM = Path("/usr/lib/postgresql/15/bin")
TOLD = ("server_version", *DURABLE)


@contextmanager
def server(url: str | None = None) -> Iterator[str]:
    """The PostgreSQL server of that URL, or a fresh and durable one that is gone after the block."""
    if url is not None:
        yield url
        return
    with postgresql(DURABLE, binaries=SYSTEM if (SYSTEM / "postgres").exists() else None) as fresh:
        yield fresh.url()


@contextmanager
def database(kind: str, server_url: str | None = None) -> Iterator[str]:
    """URL of an empty, migrated database of that kind, `sqlite` or `postgresql`, that is gone after the block."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="liandong-benchmark-") as folder:
            url = f"sqlite:///{folder}/liandong.db"
            migrate(url)
            yield url
        return
    with server(server_url) as where, scratch(where) as url:
        migrate(url)
        yield url


@contextmanager
def scratch(server_url: str) -> Iterator[str]:
    """URL of an empty database on that server, dropped after the block."""
    url, name = make_url(server_url), f"benchmark_{uuid4().hex}"
    with psycopg.connect(_plain(server_url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def settings_of(server_url: str) -> Figures:
    """The version and the settings of a server that decide how durable a commit is."""
    with psycopg.connect(_plain(server_url)) as connection:
        rows = [connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone() for name in TOLD]
    return {name: row[0] for name, row in zip(TOLD, rows, strict=True) if row is not None}


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
