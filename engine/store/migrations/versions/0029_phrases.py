"""Phrases for opinions, of persons and of institutions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrase_list",
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("institution", sa.BigInteger(), nullable=True),
        sa.Column("phrases", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(person IS NULL) <> (institution IS NULL)", name=op.f("ck_phrase_list_owner")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_phrase_list_institution")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_phrase_list_person")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_phrase_list")),
        sa.UniqueConstraint("institution", name=op.f("uq_phrase_list_institution")),
        sa.UniqueConstraint("person", name=op.f("uq_phrase_list_person")),
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
