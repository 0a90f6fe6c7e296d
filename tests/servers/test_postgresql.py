from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from engine.store.database import Database
from tests.servers.postgresql import PostgreSQL, PostgreSQLError, postgresql


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A server of this file's own: it is stopped and started here."""
    with postgresql() as running:
        yield running


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_committed_rows_survive_a_crash_of_the_server(server: PostgreSQL) -> None:
    url = server.create_database("crash")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (x int)")
        connection.execute("INSERT INTO kept VALUES (1), (2)")

    server.restart("immediate")

    assert count(url) == 2


def test_a_copy_of_a_database_is_independent(server: PostgreSQL) -> None:
    original = server.create_database("original")
    with psycopg.connect(original) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x")

    copy = server.create_database("copy", template="original")
    with psycopg.connect(copy) as connection:
        connection.execute("INSERT INTO kept VALUES (2)")

    assert (count(original), count(copy)) == (1, 2)


def test_a_wrong_password_is_refused(server: PostgreSQL) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url().replace("://liandong:", "://liandong:x"))


def test_a_stopped_server_refuses_connections_and_starts_again_on_its_port(server: PostgreSQL) -> None:
    port = server.port

    server.stop()

    assert not server.running
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url())
    server.start()
    assert server.port == port
    psycopg.connect(server.url()).close()


def test_an_unknown_setting_is_reported_with_the_servers_own_words() -> None:
    server = PostgreSQL({"no_such_setting": "1"})
    try:
        with pytest.raises(PostgreSQLError, match="no_such_setting"):
            server.start()
    finally:
        server.close()


def test_each_test_gets_a_migrated_empty_database(database_url: str) -> None:
    database = Database(database_url)
    database.check_schema()
    database.close()
