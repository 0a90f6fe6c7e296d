"""INSERT … ON CONFLICT DO UPDATE, which both databases know but SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase


def upsert(connection: Connection, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Writes `rows`, whole rows of `table`; one whose primary key is there already is overwritten."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    target = table.__table__
    assert isinstance(target, Table)
    statement = dialect.insert(target)
    keys = [column.name for column in target.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))
