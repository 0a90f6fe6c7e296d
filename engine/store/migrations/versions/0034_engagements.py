"""Who is taken for a dispatch from when to when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engagement",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appointment", sa.BigInteger(), nullable=True),
        sa.Column("delegation", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("to_date >= from_date", name=op.f("ck_engagement_dates")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_engagement_institution")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_engagement_person")),
        sa.ForeignKeyConstraint(["appointment"], ["appointment.key"], name=op.f("fk_engagement_appointment")),
        sa.ForeignKeyConstraint(["delegation"], ["delegation.key"], name=op.f("fk_engagement_delegation")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_engagement")),
    )
    for name, columns in (
        ("ix_engagement_reference", ["institution", "reference"]),
        ("ix_engagement_person", ["person", "to_date"]),
        (op.f("ix_engagement_appointment"), ["appointment"]),
        (op.f("ix_engagement_delegation"), ["delegation"]),
    ):
        op.create_index(name, "engagement", columns)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
