"""Work that other systems fetch by topic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "external_task",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lock_token", sa.String(length=40), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_details", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(worker IS NULL) = (lock_token IS NULL)", name=op.f("ck_external_task_lock")),
        sa.CheckConstraint("state IN ('open','failed')", name=op.f("ck_external_task_state")),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_external_task_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_external_task"),
        sa.UniqueConstraint("id", name="uq_external_task_id"),
        sa.UniqueConstraint("token", name="uq_external_task_token"),
    )
    op.create_index("ix_external_task_fetch", "external_task", ["state", "topic", "available_at"])
    op.create_index("ix_external_task_instance", "external_task", ["instance"])


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
