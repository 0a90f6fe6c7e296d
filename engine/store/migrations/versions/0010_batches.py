"""Operations over many cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('suspend','resume','cancel','migrate','revert')", name=op.f("ck_batch_kind")),
        sa.PrimaryKeyConstraint("key", name="pk_batch"),
        sa.UniqueConstraint("id", name="uq_batch_id"),
    )
    op.create_index("ix_batch_made_at", "batch", ["made_at"])
    op.create_table(
        "batch_item",
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('pending','done','failed','stopped')", name=op.f("ck_batch_item_state")),
        sa.ForeignKeyConstraint(["batch"], ["batch.key"], name="fk_batch_item_batch"),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_batch_item_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_batch_item"),
    )
    op.create_index("ix_batch_item_state", "batch_item", ["batch", "state", "key"])
