"""Opens a database by its URL and brings its schema to the newest version.

`sqlite:///path` is the embedded default, `postgresql://…` the one for many nodes. Both are used through the same
statements; `sqlite.py` and `postgresql.py` hold what differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from engine.errors import Conflict, Invalid
from engine.store import postgresql, sqlite
from engine.store.failures import CommitInterrupted, Failure, failure_of
from engine.store.faults import AFTER_COMMIT, BEFORE_COMMIT, BEFORE_TRANSACTION, fault
from engine.store.prepared import READING

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One SQLAlchemy engine, and the two ways to talk through it."""

    def __init__(self, url: str, pool_size: int = 8, *, statement_limit: timedelta = timedelta(seconds=30)) -> None:
        """Opens nothing yet; `statement_limit` is how long PostgreSQL may work on one statement.

        Raises Invalid for a URL that is neither SQLite nor PostgreSQL.
        """
        self.url = normalise_url(url)
        if self.url.get_backend_name() == "sqlite":
            arguments: dict[str, object] = {"check_same_thread": False, "cached_statements": sqlite.STATEMENTS_AT_HAND}
            self.engine = self._engine(pool_size, connect_args=arguments)
            sqlite.prepare(self.engine)
        else:
            self.engine = self._engine(pool_size)
            postgresql.prepare(self.engine, statement_limit)

    def _engine(self, pool_size: int, **options: Any) -> Engine:
        # The connection that was used last has what is needed next in its caches, of pages as well as of plans.
        pool = {"pool_size": pool_size, "max_overflow": 8, "pool_use_lifo": True}
        # Parameters hold patient data, which an error's text must not carry into a log.
        return create_engine(self.url, hide_parameters=True, **pool, **options)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that ends with the block: committed, or rolled back by an exception.

        Raises CommitInterrupted when the connection was lost while COMMIT was under way.
        """
        fault(BEFORE_TRANSACTION)
        committing = False
        try:
            with self.engine.begin() as connection:
                yield connection
                fault(BEFORE_COMMIT)
                committing = True
        except DBAPIError as error:
            if committing and failure_of(error) is Failure.LOST:
                raise CommitInterrupted from error
            raise
        fault(AFTER_COMMIT)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; nothing is kept."""
        with self.engine.connect().execution_options(**{READING: True}) as connection:
            yield connection

    def check_schema(self) -> None:
        """Raises Conflict when the schema is not the one this code was written for."""
        with self.reading() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        expected = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        if found != expected:
            raise Conflict(
                "schema-version",
                "Expected schema version '{expected}', but the database has '{found}': run `liandong migrate`",
                expected=expected,
                found=found,
            )

    def close(self) -> None:
        """Closes every pooled connection."""
        self.engine.dispose()


def normalise_url(url: str) -> URL:
    """The SQLAlchemy URL for `url`, with the driver we use. Raises Invalid for other databases."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise Invalid("database-url", "Expected a sqlite or postgresql URL, but found '{backend}'", backend=backend)


def alembic_config(url: str | URL) -> AlembicConfig:
    """Alembic's configuration for the database at `url`."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = normalise_url(str(url)) if isinstance(url, str) else url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Brings the schema of the database at `url` forward to `revision`, creating it when there is none."""
    parsed = normalise_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(parsed), revision)


def backup(url: str, target: Path) -> None:
    """Copies the SQLite store at `url` to the new file `target` while others use it; the copy is of one moment.

    Raises Invalid for another kind of database and for a store that is not there, Conflict when `target` exists or the copy
    is damaged. A file that is named `target` is whole.
    """
    parsed = normalise_url(url)
    source = Path(parsed.database or "")
    if parsed.get_backend_name() != "sqlite":
        raise Invalid("backup-database", "Expected an SQLite store, but this is PostgreSQL: use pg_dump or pg_basebackup")
    if not source.is_file():
        raise Invalid("backup-source", "Expected an SQLite store at '{path}', but there is none", path=str(source))
    if target.exists():
        raise Conflict("backup-target", "Expected to make file '{path}', but it is there already", path=str(target))
    sqlite.copy(source, target)
