"""What operators find cases by: the values that a process is searched by, and those of its cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_attribute",
        sa.Column("definition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("label_en", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["definition"], ["process_definition.key"], name=op.f("fk_search_attribute_definition")),
        sa.PrimaryKeyConstraint("definition", "name", name=op.f("pk_search_attribute")),
    )
    op.create_table(
        "search_value",
        sa.Column("instance", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "value", sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("instance", "name", name=op.f("pk_search_value")),
    )
    op.create_index(op.f("ix_search_value_name_value"), "search_value", ["name", "value"])


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
