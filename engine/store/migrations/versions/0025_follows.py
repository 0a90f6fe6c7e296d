"""Who follows which cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name=op.f("fk_follow_instance")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_follow_person")),
        sa.PrimaryKeyConstraint("instance", "person", name=op.f("pk_follow")),
    )
    op.create_index(op.f("ix_follow_person"), "follow", ["person"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
