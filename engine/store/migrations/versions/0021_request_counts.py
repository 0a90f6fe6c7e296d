"""Requests that were sent within a minute, over all nodes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_count",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "minute", name=op.f("pk_request_count")),
    )
    op.create_index(op.f("ix_request_count_minute"), "request_count", ["minute"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
