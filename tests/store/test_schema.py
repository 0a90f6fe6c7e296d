from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, UniqueConstraint, inspect, text

from engine.errors import Conflict, Invalid
from engine.store.database import MIGRATIONS, Database, migrate, normalise_url
from engine.store.tables import Base


def test_the_migrated_schema_is_the_one_the_code_describes(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrated_schema_has_every_constraint_and_index_by_name(database: Database) -> None:
    # Alembic compares no check constraints, and no names.
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            assert found_names(connection, table.name) == {
                *(str(item.name) for item in table.constraints if isinstance(item, (CheckConstraint, UniqueConstraint))),
                *(str(item.name) for item in table.foreign_key_constraints),
                *(str(item.name) for item in table.indexes),
                str(table.primary_key.name),
            }, table.name


def test_offers_follow_their_seats_and_the_urgency_of_their_cases(database: Database) -> None:
    # SQLite drops the triggers of a table that a migration makes anew.
    catalogue = "pg_trigger" if database.dialect == "postgresql" else "sqlite_master"
    name = "tgname" if database.dialect == "postgresql" else "name"
    with database.reading() as connection:
        found = set(connection.execute(text(f"SELECT {name} FROM {catalogue}")).scalars())  # noqa: S608
    assert {"seat_offers", "process_instance_offers"} <= found


def found_names(connection: Connection, table: str) -> set[str]:
    look = inspect(connection)
    unique = look.get_unique_constraints(table)
    doubles = {item["name"] for item in unique}
    found = [
        *unique,
        *look.get_check_constraints(table),
        *look.get_foreign_keys(table),
        look.get_pk_constraint(table),
        # PostgreSQL lists the index of a unique constraint too.
        *(item for item in look.get_indexes(table) if item["name"] not in doubles),
    ]
    return {str(item["name"]) for item in found}


def test_there_is_one_newest_schema() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_migrating_again_changes_nothing(database: Database, database_url: str) -> None:
    migrate(database_url)
    database.check_schema()
    with database.reading() as connection:
        assert connection.execute(text("SELECT next FROM key_block")).scalar_one() == 1


def test_a_store_of_another_version_is_refused_with_the_command_that_helps(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Conflict, match="liandong migrate") as refusal:
        database.check_schema()
    assert refusal.value.code == "schema-version"
    database.close()


def test_an_empty_file_is_no_store_until_it_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/down/store.db"
    migrate(url)
    database = Database(url)
    database.check_schema()
    database.close()


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite+pysqlite"),
        ("postgresql://h/d", "postgresql+psycopg"),
        ("postgresql+psycopg2://h/d", "postgresql+psycopg"),
    ],
)
def test_a_database_is_opened_with_our_driver(url: str, driver: str) -> None:
    assert normalise_url(url).drivername == driver


def test_another_database_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        normalise_url("mysql://h/d")
    assert refusal.value.code == "database-url"
