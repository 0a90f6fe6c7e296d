"""Lists that cases have published for all others, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_list",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_published_list_version")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_published_list_institution")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_published_list")),
        sa.UniqueConstraint("id", name=op.f("uq_published_list_id")),
        sa.UniqueConstraint("institution", "name", "version", name=op.f("uq_published_list_institution_name_version")),
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
