from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from engine.store.base import dump_json, load_json
from engine.store.database import Database
from engine.store.tables import AuditEntry, Deployment, History, IdempotencyKey, ProcessDefinition, ProcessInstance

AT = datetime(2026, 3, 2, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
VALUES: list[Any] = [
    {"money": Decimal("1234567890123456.10"), "cent": Decimal("0.10"), "none": None, "rows": [1, True, "x", Decimal("1.50")]},
    {"name": "张三·演示 𠮷野家 👩‍⚕️", "combining": "e\u0301", "bidi": "\u202eabc", "line": "a\r\nb\tc", "quote": '"\\'},
    {"nul in JSON is escaped": "a\u0000b"},
    {"": {}, "nested": [[[]], {}], "big": 2**70, "small": Decimal("1E-7")},
]


def entry(**values: Any) -> dict[str, Any]:
    fixed = {"at": AT, "action": "test", "result": "ok", "previous_hash": "", "hash": "", "data": {}}
    return {**fixed, "instance": None, "revision": None, **values}


@pytest.mark.parametrize("value", VALUES, ids=["decimals", "unicode", "nul", "shapes"])
def test_json_comes_back_as_it_was(database: Database, value: Any) -> None:
    with database.writing() as connection:
        connection.execute(insert(AuditEntry).values(entry(key=1, data=value)))
    with database.reading() as connection:
        found = connection.execute(select(AuditEntry.data)).scalar_one()
    assert found == value
    assert dump_json(found) == dump_json(value)


def test_no_decimal_becomes_a_float() -> None:
    found = load_json(dump_json({"a": Decimal("0.1"), "b": [Decimal("2.50")]}))
    assert found == {"a": Decimal("0.1"), "b": [Decimal("2.50")]}
    assert {type(found["a"]), type(found["b"][0])} == {Decimal}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN")])
def test_what_is_no_number_is_no_json(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        dump_json({"a": [value]})


@pytest.mark.parametrize("document", ['{"a": NaN}', "[Infinity]", "-Infinity"])
def test_what_is_no_number_is_not_read_either(document: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_json(document)


def test_instants_are_kept_as_utc_to_the_microsecond(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(AuditEntry).values(entry(key=1)))
    with database.reading() as connection:
        found = connection.execute(select(AuditEntry.at)).scalar_one()
        earlier = connection.execute(select(AuditEntry.key).where(AuditEntry.at < AT + timedelta(microseconds=1))).all()
    assert found == AT
    assert found.tzinfo is UTC
    assert len(earlier) == 1


def test_an_instant_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="aware datetime"), database.writing() as connection:
        connection.execute(insert(AuditEntry).values(entry(key=1, at=datetime(2026, 1, 1))))  # noqa: DTZ001


@pytest.mark.parametrize("table", [AuditEntry, History])
@pytest.mark.parametrize("verb", [update, delete])
def test_what_is_recorded_can_be_neither_changed_nor_removed(database: Database, table: Any, verb: Any) -> None:
    with database.writing() as connection:
        write_history(connection)
        connection.execute(insert(AuditEntry).values(entry(key=1)))
    statement = verb(table).values(data={"forged": True}) if verb is update else verb(table)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as connection:
        connection.execute(statement)
    with database.reading() as connection:
        assert connection.execute(select(table.data)).scalars().all() == [{}]


def write_history(connection: Connection) -> None:
    """A row of history needs an instance, which needs a definition, which needs a deployment."""
    made = {"key": 1, "id": UUID(int=1)}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (Deployment, {**made, "name": "d", "digest": "", "deployed_at": AT, "warnings": []}),
        (
            ProcessDefinition,
            {
                **made,
                "deployment": 1,
                "process_id": "p",
                "version": 1,
                "latest": True,
                "resource": "r",
                "name": "p",
                "startable": True,
            },
        ),
        (
            ProcessInstance,
            {**made, "definition": 1, "revision": 1, "state": "active", "root_scope": 1, "sequence": 1, "correlation": {}}
            | {"collaboration": 1, "started_at": AT, "audit_hash": ""},
        ),
        (History, {"key": 1, "instance": 1, "revision": 1, "at": AT, "kind": "test", "data": {}}),
    ]
    for table, values in rows:
        connection.execute(insert(table).values(values))


def test_truncating_the_records_of_postgresql_is_refused(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    for table in ("audit_entry", "history"):
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as connection:
            connection.execute(text(f"TRUNCATE {table}"))
    database.close()


def test_an_idempotency_key_is_written_once(database: Database) -> None:
    row = {"actor": 1, "key": "k", "request_hash": "h", "result": {}, "at": AT}
    with database.writing() as connection:
        connection.execute(insert(IdempotencyKey).values(row))
    with pytest.raises(DBAPIError), database.writing() as connection:
        connection.execute(insert(IdempotencyKey).values(row))
