"""INSERT … ON CONFLICT DO UPDATE, which both databases know but SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase


def table_of(table: type[DeclarativeBase]) -> Table:
    """The Core table of a mapped class; statements with many parameter sets want it, since the ORM would take them apart."""
    return cast(Table, table.__table__)


def upsert(connection: Connection, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Writes `rows`, whole rows of `table`; one whose primary key is there already is overwritten."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    target = table_of(table)
    statement = dialect.insert(target)
    keys = [column.name for column in target.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))
