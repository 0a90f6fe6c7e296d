"""Decisions that are held for a while, and for how long each account wants that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "held_decision",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=100), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("request_id", sa.String(length=60), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("refused_at", TIME, nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(refusal IS NULL) = (refused_at IS NULL)", name=op.f("ck_held_decision_refused")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_held_decision_person")),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name=op.f("fk_held_decision_seat")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_held_decision")),
        sa.UniqueConstraint("seat", name=op.f("uq_held_decision_seat")),
    )
    op.create_index(op.f("ix_held_decision_person"), "held_decision", ["person"], unique=False)
    op.add_column("account", sa.Column("undo_seconds", sa.Integer(), nullable=False, server_default="10"))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
