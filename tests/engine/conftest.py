"""A settled county on a fresh database of each kind. After every test the invariants of the whole store must hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.store.database import Database
from engine.store.tables import Base
from engine.testing import County
from tests.engine.invariants import violations
from tests.engine.victim import Victims
from tests.preparation import prepared
from tests.servers.postgresql import PostgreSQL

KEPT, RESTORE = "settled", sql.SQL("settled.restore()")
"""Schema that remembers the rows of the settled county."""


def _settled(url: str) -> None:
    with County(url) as county:
        county.settle()


@pytest.fixture(scope="session")
def sqlite_county(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the county, to be copied."""

    def make(folder: Path) -> None:
        _settled(f"sqlite:///{shutil.copyfile(sqlite_template, folder / 'liandong.sqlite')}")

    return prepared(tmp_path_factory, "settled_county", make) / "liandong.sqlite"


class Keeper:
    """A PostgreSQL database with the county, which remembers its rows: making a database takes far longer than they do."""

    def __init__(self, url: str) -> None:
        self.url = url
        # The keys go on, as they do in life.
        names = [table.name for table in Base.metadata.sorted_tables if table.name != "key_block"]
        pairs = [{"table": sql.Identifier("public", name), "kept": sql.Identifier(KEPT, name)} for name in names]
        with psycopg.connect(url) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(KEPT)))
            connection.execute(_for_each(pairs, "CREATE TABLE {kept} AS SELECT * FROM {table}"))
            again = _for_each(pairs, "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {kept}")
            function = "CREATE FUNCTION {} RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}; END $$"
            connection.execute(sql.SQL(function).format(RESTORE, again))
        self._connection = self._connect()

    def restore(self) -> None:
        """Brings the county back to what it was, and ends every other session."""
        try:
            self._restore()
        except psycopg.OperationalError:
            # A test has stopped the server meanwhile.
            self._connection = self._connect()
            self._restore()

    def close(self) -> None:
        self._connection.close()

    def _connect(self) -> psycopg.Connection:
        # As a replica PostgreSQL runs no triggers: what is append-only can be emptied, in any order.
        return psycopg.connect(self.url, autocommit=True, options="-c session_replication_role=replica")

    def _restore(self) -> None:
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self._connection.execute(sql.SQL("SELECT {}").format(RESTORE))


def _for_each(tables: Sequence[Mapping[str, sql.Identifier]], statement: str) -> sql.Composed:
    return sql.SQL("; ").join(sql.SQL(statement).format(**names) for names in tables)


@pytest.fixture(scope="session")
def postgresql_county(postgresql_server: PostgreSQL, postgresql_template: str) -> Iterator[Keeper]:
    """The PostgreSQL database with the county."""
    url = postgresql_server.create_database("engine_county", postgresql_template)
    _settled(url)
    keeper = Keeper(url)
    yield keeper
    keeper.close()


def _restore_file(template: Path, path: Path) -> None:
    """Puts a fresh copy in the file's place. Whoever still has the old one open goes on with that, and harms nobody."""
    copy = path.with_suffix(".copy")
    shutil.copyfile(template, copy)
    for log in ("-wal", "-shm"):
        path.with_name(path.name + log).unlink(missing_ok=True)
    copy.replace(path)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The SQLite file that every test finds restored. SQLAlchemy compiles its statements once a run, not once a test."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('engine') / 'county.sqlite'}")


@pytest.fixture(scope="session")
def postgresql_database(postgresql_county: Keeper) -> Database:
    """The PostgreSQL database that every test finds restored."""
    return Database(postgresql_county.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database with the county as it was settled, once for each kind of database."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    found.close()
    if request.param == "sqlite":
        _restore_file(request.getfixturevalue("sqlite_county"), Path(found.url.database or ""))
    else:
        keeper: Keeper = request.getfixturevalue("postgresql_county")
        keeper.restore()
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
