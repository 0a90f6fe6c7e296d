"""Rounds with several seats: policy, votes, and seats whose turn has not come."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD = "state IN ('open','claimed','completed','closed')"
NEW = "state IN ('waiting','open','claimed','completed','closed')"


def _of_round() -> list[sa.Column[Any]]:
    return [
        sa.Column("policy", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("several", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
    ]


def _of_seat() -> list[sa.Column[Any]]:
    return [
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="asked"),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("vote", sa.String(length=10), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.Column("binds", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("joint", sa.String(length=5), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    for column in _of_round():
        op.add_column("round", column)
    for column in _of_seat():
        op.add_column("seat", column)
    if op.get_bind().dialect.name == "sqlite":
        _widen_check()
    else:
        op.drop_constraint(op.f("ck_seat_state"), "seat", type_="check")
        op.create_check_constraint(op.f("ck_seat_state"), "seat", NEW)
    op.execute("UPDATE seat SET ending = 'withdrawn' WHERE state = 'closed'")
    op.execute(
        "UPDATE round SET decided_by = (SELECT max(ended_by) FROM seat WHERE seat.round = round.key) WHERE state = 'decided'"
    )


def _widen_check() -> None:
    """Rewrites the constraint as SQLite's manual describes: a table with children cannot be built anew in a transaction."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'seat' AND instr(sql, ?) > 0",
        (OLD, NEW, OLD),
    )
    if changed.rowcount != 1:
        raise RuntimeError("Expected table seat with its constraint on state, but it is another one")
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
