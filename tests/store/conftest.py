"""An empty store of each kind, opened."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from engine.store.database import Database
from engine.store.tables import Base
from tests.servers.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def emptied_url(postgresql_server: PostgreSQL, postgresql_template: str) -> str:
    """URL of the PostgreSQL database that is emptied before every test: making one takes far longer."""
    return postgresql_server.create_database("store", postgresql_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a database with the newest schema and no rows, once for each kind of database."""
    if request.param == "sqlite":
        found: str = request.getfixturevalue("sqlite_url")
        return found
    url: str = request.getfixturevalue("emptied_url")
    tables = (sql.Identifier(table.name) for table in Base.metadata.sorted_tables if table.name != "key_block")
    with psycopg.connect(url) as connection:
        # As a replica PostgreSQL runs no triggers: what is append-only can be emptied, in any order.
        connection.execute("SET session_replication_role = replica; UPDATE key_block SET next = 1")
        connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables))
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the newest schema."""
    opened = Database(database_url)
    yield opened
    opened.close()
