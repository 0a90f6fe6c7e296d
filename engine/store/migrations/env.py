"""Alembic's entry: runs schema migrations over the engine's own connection settings."""

from __future__ import annotations

from typing import Any, cast

from alembic import context
from sqlalchemy import Connection

from engine.store.database import Database
from engine.store.tables import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(context.config.attributes["url"].render_as_string(hide_password=False))
    with database.engine.connect() as opened:
        if opened.dialect.name == "sqlite":
            # A table is changed there by being made anew, while others refer to it.
            cast(Any, opened.connection.driver_connection).execute("PRAGMA foreign_keys=OFF")
        with opened.begin():
            run(opened)
    database.close()
