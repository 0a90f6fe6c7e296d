"""Rows of a step refer to their instance, task and people without a foreign key, and have no index that nothing looks up by.

A foreign key reads and locks the row it points to for every new row, and a step writes a dozen. What these refer to is
never deleted, and was written or locked in the same transaction.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

REFERENCES = {
    "candidate": ["seat"],
    "compensation": ["instance"],
    "external_task": ["instance"],
    "history": ["instance"],
    "notification": ["person"],
    "round": ["definition", "instance"],
    "rung": ["seat"],
    "scope": ["instance"],
    "seat": ["assignee", "capacity", "instance", "round"],
    "subscription": ["instance"],
    "token": ["instance"],
    "variable": ["instance"],
}
UNIQUE_IDS = ("round", "token")
FILLED = {"ix_seat_assignee": ["assignee", "state", "due_at"], "ix_seat_ended_by": ["ended_by", "ended_at"]}
ROOM = ("process_instance", "round", "scope")
"""Tables whose rows change often: PostgreSQL leaves room beside each for its next version."""


def upgrade() -> None:
    for name in FILLED:
        op.drop_index(name, "seat")
    op.drop_index("ix_round_token", "round")
    op.drop_index("ix_variable_instance", "variable")
    for table, columns in REFERENCES.items():
        names = [f"fk_{table}_{column}" for column in columns] + ([f"uq_{table}_id"] if table in UNIQUE_IDS else [])
        if op.get_context().dialect.name == "sqlite":
            _make_anew(table, names)
            continue
        for name in names:
            op.drop_constraint(name, table)
    for name, (first, *more) in FILLED.items():
        filled = sa.text(f"{first} IS NOT NULL")
        op.create_index(name, "seat", [first, *more], sqlite_where=filled, postgresql_where=filled)
    if op.get_context().dialect.name == "postgresql":
        for table in ROOM:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 80)")


def _make_anew(table: str, constraints: list[str]) -> None:
    """SQLite changes no constraint: the same table without them, with its rows, its indexes and its triggers."""
    connection = op.get_bind()
    kept = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    made, *others = connection.exec_driver_sql(kept, (table,)).scalars().all()
    for name in constraints:
        made, found = re.subn(rf",\s*CONSTRAINT {name} (UNIQUE|FOREIGN KEY) ?\([^()]*\)( REFERENCES \w+ \([^()]*\))?", "", made)
        if found != 1:
            raise RuntimeError(f"Expected constraint {name} in table {table}, but found it {found} times")
    anew = re.sub(rf'^CREATE TABLE "?{table}"?', "CREATE TABLE made_anew", made)
    for statement in (
        anew,
        f"INSERT INTO made_anew SELECT * FROM {table}",  # noqa: S608  the names stand above
        f"DROP TABLE {table}",
        f"ALTER TABLE made_anew RENAME TO {table}",
        *others,
    ):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
