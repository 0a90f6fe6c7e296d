from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import bindparam, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.store.database import Database
from engine.store.keys import KeyBlock
from engine.store.prepared import Prepared, send
from engine.store.tables import Copy, Department, Incident, Institution

WRITERS, ROUNDS = 4, 25
AT = datetime(2026, 3, 2, tzinfo=UTC)


def in_threads(count: int, act: Callable[[], None]) -> list[Exception]:
    failures: list[Exception] = []
    begin = threading.Barrier(count)

    def run() -> None:
        begin.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_four_racing_writers_lose_no_update(database: Database) -> None:
    def count_up() -> None:
        for _ in range(ROUNDS):
            with database.writing() as connection:
                # Read, think, write: what a lost update is made of.
                row = select(KeyBlock.next).where(KeyBlock.name == "key").with_for_update()
                seen = connection.execute(row).scalar_one()
                connection.execute(update(KeyBlock).values(next=seen + 1))

    assert in_threads(WRITERS, count_up) == []
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 1 + WRITERS * ROUNDS


def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    def half_way() -> None:
        with database.writing() as connection:
            connection.execute(update(KeyBlock).values(next=99))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_way()
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 1


def test_a_reader_sees_the_last_commit_while_somebody_writes(database: Database) -> None:
    with database.writing() as writer:
        writer.execute(update(KeyBlock).values(next=7))
        with database.reading() as reader:
            assert reader.execute(select(KeyBlock.next)).scalar_one() == 1


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Department, {"key": 1, "institution": 404, "code": "X", "name": "x", "kind": "office"}),
        (Copy, {"key": 1, "id": UUID(int=1), "seat": 404, "instance": 404, "person": 404, "reason": "model", "made_at": AT}),
        (Incident, {"key": 1, "id": UUID(int=1), "code": "x", "message": "", "state": "nonsense", "raised_at": AT}),
    ],
    ids=["foreign key", "foreign key of an instance", "check"],
)
def test_foreign_keys_and_checks_are_in_force(database: Database, table: Any, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(table).values(values))
    with database.reading() as connection:
        assert connection.execute(select(table.key)).all() == []


def test_sqlite_keeps_a_commit_through_power_loss_and_waits_for_its_turn(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_sqlite_writers_take_the_lock_at_their_beginning(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writing():
        second = sqlite3.connect(database.url.database or "", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("BEGIN IMMEDIATE")
        second.close()
    database.close()


def test_postgresql_speaks_utc_and_never_waits_for_ever(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    names = ("TimeZone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with database.reading() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names}
    database.close()
    assert found == {
        "TimeZone": "UTC",
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "30s",
    }


def test_what_a_lock_protects_is_read_afresh_whatever_the_server_prefers(postgresql_url: str) -> None:
    name = make_url(postgresql_url).database
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        preferred = sql.SQL("ALTER DATABASE {} SET default_transaction_isolation TO 'repeatable read'")
        connection.execute(preferred.format(sql.Identifier(name)))
    database = Database(postgresql_url)
    with database.writing() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    database.close()


def test_a_value_that_cannot_be_spelled_spoils_no_later_use_of_its_connection(postgresql_url: str) -> None:
    database = Database(postgresql_url, pool_size=1)
    code = Institution.code == bindparam("the_code")
    named = Prepared(update(Institution).where(code).values(name=bindparam("name")))
    typed = Prepared(update(Institution).where(code).values(name=bindparam("name"), type=bindparam("type")))
    fine, bad = {"code": "CH00", "name": "fine"}, {"code": "CH00", "name": "a\0b", "type": "10"}
    with database.writing() as connection, pytest.raises(DBAPIError):
        send(connection, [(named, [fine]), (typed, [bad])])
    with database.writing() as connection:
        assert send(connection, [(named, [fine])])[0] == [0]
    database.close()
