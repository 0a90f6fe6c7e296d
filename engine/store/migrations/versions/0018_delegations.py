"""Who acts for whom, and for whom an agent has completed a task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.BigInteger(), nullable=False),
        sa.Column("institution", sa.BigInteger(), nullable=True),
        sa.Column("processes", sa.Text(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("principal <> agent", name=op.f("ck_delegation_persons")),
        sa.CheckConstraint("to_at >= from_at", name=op.f("ck_delegation_times")),
        sa.ForeignKeyConstraint(["agent"], ["person.key"], name=op.f("fk_delegation_agent")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_delegation_institution")),
        sa.ForeignKeyConstraint(["principal"], ["person.key"], name=op.f("fk_delegation_principal")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_delegation")),
        sa.UniqueConstraint("id", name=op.f("uq_delegation_id")),
    )
    op.create_index("ix_delegation_agent", "delegation", ["agent", "to_at"], unique=False)
    op.create_index(op.f("ix_delegation_principal"), "delegation", ["principal"], unique=False)
    op.add_column("seat", sa.Column("on_behalf_of", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
