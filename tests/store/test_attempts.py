from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict, Unavailable
from engine.store import faults
from engine.store.attempts import TRIES, persist
from engine.store.database import Database
from engine.store.keys import KeyBlock
from engine.store.tables import Department, Incident, Institution

AT = datetime(2026, 3, 2, tzinfo=UTC)
PATIENCE = 20.0


def in_transaction(database: Database, act: Callable[[Connection], Any]) -> Callable[[], Any]:
    def whole() -> Any:
        with database.writing() as connection:
            return act(connection)

    return whole


def institution(key: int, code: str) -> dict[str, Any]:
    named = {"key": key, "id": UUID(int=key), "code": code, "name": code, "short_name": code}
    return {**named, "type": "10", "parent": None, "calendar": "CLIN", "integrated": True}


def test_what_was_there_already_is_a_conflict(database: Database) -> None:
    persist(in_transaction(database, lambda c: c.execute(insert(Institution).values(institution(1, "CH00")))), repeatable=False)

    with pytest.raises(Conflict, match="to be first"):
        persist(
            in_transaction(database, lambda c: c.execute(insert(Institution).values(institution(2, "CH00")))), repeatable=False
        )


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Department, {"key": 1, "institution": 404, "code": "X", "name": "张三", "kind": "office"}),
        (Incident, {"key": 1, "id": UUID(int=1), "code": "x", "message": "张三", "state": "nonsense", "raised_at": AT}),
        (Incident, {"key": 1, "id": UUID(int=1), "code": "x", "message": "张三", "state": None, "raised_at": AT}),
    ],
    ids=["foreign key", "check", "not null"],
)
def test_a_broken_rule_is_our_mistake_and_no_conflict(
    database: Database, caplog: pytest.LogCaptureFixture, table: Any, values: dict[str, Any]
) -> None:
    tried = []

    def act(connection: Connection) -> None:
        tried.append(1)
        connection.execute(insert(table).values(values))

    with pytest.raises(IntegrityError) as caught:
        persist(in_transaction(database, act), repeatable=True)

    assert len(tried) == 1
    assert "a rule of the store refused a row" in caplog.text
    assert "张三" not in caplog.text
    assert "parameters hidden" in str(caught.value)


def test_what_the_database_gives_up_is_tried_again(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    for state in ("40001", "40P01"):
        failures = iter([state] * (TRIES - 1))

        def act(connection: Connection, failures: Any = failures) -> str:
            connection.execute(update(KeyBlock).values(next=KeyBlock.next + 1))
            if failure := next(failures, None):
                connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{failure}'; END $$")
            return "done"

        assert persist(in_transaction(database, act), repeatable=False) == "done"
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 1 + 2
    database.close()


def test_what_is_given_up_every_time_is_refused_and_nothing_is_kept(postgresql_url: str) -> None:
    database = Database(postgresql_url)

    def act(connection: Connection) -> None:
        connection.execute(update(KeyBlock).values(next=99))
        connection.exec_driver_sql("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    with pytest.raises(Unavailable) as refused:
        persist(in_transaction(database, act), repeatable=False)
    assert refused.value.code == "store-busy"
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 1
    database.close()


def test_two_transactions_that_wait_for_each_other_both_succeed(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with database.writing() as connection:
        connection.execute(insert(Institution), [institution(1, "CH01"), institution(2, "CH02")])
    both = threading.Barrier(2)

    def cross(first: int, second: int) -> Callable[[Connection], None]:
        met = iter([both.wait])

        def act(connection: Connection) -> None:
            rename = update(Institution).values(name=Institution.name + "x")
            connection.execute(rename.where(Institution.key == first))
            next(met, lambda seconds: 0)(PATIENCE)
            connection.execute(rename.where(Institution.key == second))

        return act

    failed: list[Exception] = []

    def run(act: Callable[[Connection], None]) -> None:
        try:
            persist(in_transaction(database, act), repeatable=False)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=run, args=(cross(*order),)) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []
    with database.reading() as connection:
        assert connection.execute(select(Institution.name).order_by(Institution.key)).scalars().all() == ["CH01xx", "CH02xx"]
    database.close()


def test_a_busy_file_is_tried_again(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    event.listen(database.engine, "connect", lambda connection, record: connection.execute("PRAGMA busy_timeout=0"))
    other = sqlite3.connect(database.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tries = []

    def release(point: str) -> None:
        if point == faults.BEFORE_TRANSACTION:
            tries.append(point)
            if len(tries) == 3:
                other.execute("ROLLBACK")

    faults.install(release)
    try:
        persist(in_transaction(database, lambda c: c.execute(update(KeyBlock).values(next=7))), repeatable=False)
    finally:
        faults.remove(release)
    assert len(tries) == 3
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 7
    other.close()
    database.close()


def test_a_file_without_room_takes_no_writes_but_can_be_read_and_recovers(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    event.listen(database.engine, "connect", lambda connection, record: connection.execute("PRAGMA max_page_count=1"))

    def grow(connection: Connection) -> None:
        connection.execute(update(KeyBlock).values(next=99))
        rows = [institution(key, f"C{key}") | {"name": "x" * 200} for key in range(1, 3000)]
        connection.execute(insert(Institution), rows)

    with pytest.raises(Unavailable) as refused:
        persist(in_transaction(database, grow), repeatable=False)
    assert refused.value.code == "store-full"
    with database.reading() as connection:
        assert connection.execute(select(KeyBlock.next)).scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    persist(in_transaction(database, grow), repeatable=False)
    database.close()
