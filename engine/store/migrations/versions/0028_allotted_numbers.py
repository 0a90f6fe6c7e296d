"""Every document number with the case that has it, in series by year, by month, or without a period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE document_number RENAME COLUMN year TO period")
    op.create_table(
        "allotted_number",
        sa.Column("category", sa.String(length=10), nullable=False),
        sa.Column("institution", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("allotted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_allotted_number_institution")),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name=op.f("fk_allotted_number_instance")),
        sa.PrimaryKeyConstraint("category", "institution", "period", "sequence", name=op.f("pk_allotted_number")),
        sa.UniqueConstraint("number", name=op.f("uq_allotted_number_number")),
    )
    op.create_index("ix_allotted_number_instance", "allotted_number", ["instance"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
