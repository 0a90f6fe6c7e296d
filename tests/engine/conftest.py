"""A settled county on a fresh database of each kind. After every test the invariants of the whole store must hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.store.database import Database, migrate
from engine.store.tables import Base
from engine.testing import County
from tests.engine.invariants import violations
from tests.engine.victim import Victims
from tests.servers.postgresql import PostgreSQL

KEPT = "settled"
"""Schema that remembers the rows of the settled county."""


def _settled(url: str) -> None:
    migrate(url)
    with County(url) as county:
        county.settle()


@pytest.fixture(scope="session")
def sqlite_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the county, to be copied."""
    path = tmp_path_factory.mktemp("county") / "liandong.sqlite"
    _settled(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_county(postgresql_server: PostgreSQL) -> str:
    """URL of a PostgreSQL database with the county, which remembers its rows: making a database takes far longer than they do."""
    url = postgresql_server.create_database("engine_county")
    _settled(url)
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(KEPT)))
        connection.execute(_for_each_table("CREATE TABLE {kept} AS SELECT * FROM {table}"))
    return url


def _for_each_table(statement: str) -> sql.Composed:
    """The statement once for every table but that of the keys, which go on, as they do in life."""
    names = [table.name for table in Base.metadata.sorted_tables if table.name != "key_block"]
    filled = (sql.SQL(statement).format(table=sql.Identifier(name), kept=sql.Identifier(KEPT, name)) for name in names)
    return sql.SQL("; ").join(filled)


def _restore(url: str) -> None:
    """Brings the county back to what it was."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        # As a replica PostgreSQL runs no triggers: what is append-only can be emptied, in any order.
        connection.execute("SET session_replication_role = replica")
        connection.execute(_for_each_table("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {kept}"))


def _restore_file(template: Path, path: Path) -> None:
    """Brings the county back, page by page: others may have the file open."""
    with closing(sqlite3.connect(template)) as settled, closing(sqlite3.connect(path)) as connection:
        settled.backup(connection)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The SQLite file that every test finds restored. SQLAlchemy compiles its statements once a run, not once a test."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('engine') / 'county.sqlite'}")


@pytest.fixture(scope="session")
def postgresql_database(postgresql_county: str) -> Database:
    """The PostgreSQL database that every test finds restored."""
    return Database(postgresql_county)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database with the county as it was settled, once for each kind of database."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    if request.param == "sqlite":
        _restore_file(request.getfixturevalue("sqlite_county"), Path(found.url.database or ""))
    else:
        _restore(request.getfixturevalue("postgresql_county"))
    return found


@pytest.fixture
def open_county(database: Database) -> Iterator[Callable[..., County]]:
    """Opens the county with settings of one's own: `open_county(job_retries=1)`."""
    opened: list[County] = []

    def start(**settings: object) -> County:
        url = database.url.render_as_string(hide_password=False)
        county = County(url, database=database, **settings)
        opened.append(county)
        return county

    yield start
    for county in opened:
        found = violations(county.engine.database)
        county.close()
        assert found == []


@pytest.fixture
def county(open_county: Callable[..., County]) -> County:
    """The county with the default settings."""
    return open_county()


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    """One parent of all the processes that die."""
    parent = Victims()
    yield parent
    parent.close()
