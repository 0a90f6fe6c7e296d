"""Attachments of tasks and cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("size > 0", name="size"),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_attachment_person"),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name="fk_attachment_seat"),
        sa.PrimaryKeyConstraint("key", name="pk_attachment"),
        sa.UniqueConstraint("id", name="uq_attachment_id"),
    )
    op.create_index("ix_attachment_seat", "attachment", ["seat"])
    op.create_index("ix_attachment_submitted_at", "attachment", ["submitted_at", "uploaded_at"])
    op.create_table(
        "attachment_part",
        sa.Column("attachment", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["attachment"], ["attachment.key"], name="fk_attachment_part_attachment"),
        sa.PrimaryKeyConstraint("attachment", "number", name="pk_attachment_part"),
    )
    op.create_table(
        "case_attachment",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("attachment", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attachment"], ["attachment.key"], name="fk_case_attachment_attachment"),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_case_attachment_instance"),
        sa.PrimaryKeyConstraint("instance", "attachment", name="pk_case_attachment"),
    )
    op.create_index("ix_case_attachment_attachment", "case_attachment", ["attachment"])


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
