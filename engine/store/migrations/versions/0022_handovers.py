"""What people who leave or move hand on, item by item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('leaving','moving')", name=op.f("ck_handover_kind")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_handover_person")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_handover")),
        sa.UniqueConstraint("id", name=op.f("uq_handover_id")),
    )
    op.create_index("ix_handover_made_at", "handover", ["made_at"], unique=False)
    op.create_index(op.f("ix_handover_person"), "handover", ["person"], unique=False)
    op.create_table(
        "handover_item",
        sa.Column("handover", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=True),
        sa.Column("successor", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending','done','failed','left','listed','revoking','revoked','kept')",
            name=op.f("ck_handover_item_state"),
        ),
        sa.ForeignKeyConstraint(["handover"], ["handover.key"], name=op.f("fk_handover_item_handover")),
        sa.ForeignKeyConstraint(["successor"], ["person.key"], name=op.f("fk_handover_item_successor")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_handover_item")),
        sa.UniqueConstraint("id", name=op.f("uq_handover_item_id")),
    )
    op.create_index(op.f("ix_handover_item_handover"), "handover_item", ["handover"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
