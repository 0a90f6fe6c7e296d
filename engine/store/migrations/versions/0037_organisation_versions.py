"""Versions of the organisation, and by which of them the people of a round were found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_organisation_version")),
    )
    op.add_column("round", sa.Column("organisation", sa.BigInteger(), nullable=True))
    op.add_column("round", sa.Column("found_on", sa.Date(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
