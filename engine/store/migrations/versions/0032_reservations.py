"""What cases have reserved of resources outside them: budgets, beds, slots, numbers used once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation",
        sa.Column("resource", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('held','released','expired')", name=op.f("ck_reservation_state")),
        sa.CheckConstraint("(state = 'held') = (ended_at IS NULL)", name=op.f("ck_reservation_ended")),
        sa.CheckConstraint("0 <= used AND used <= amount", name=op.f("ck_reservation_used")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reservation")),
        sa.UniqueConstraint("id", name=op.f("uq_reservation_id")),
    )
    op.create_index("ix_reservation_resource", "reservation", ["resource"], unique=False)
    held = sa.text("state = 'held'")
    op.create_index(
        "uq_reservation_held",
        "reservation",
        ["instance", "resource", "name"],
        unique=True,
        sqlite_where=held,
        postgresql_where=held,
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
