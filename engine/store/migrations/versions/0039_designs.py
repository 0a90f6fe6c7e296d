"""Designs, the editable working copies of process folders; what a deployment was published for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "design",
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("locked_by", sa.BigInteger(), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submit_note", sa.Text(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.BigInteger(), nullable=True),
        sa.Column("return_note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("deployment", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('editing', 'inReview', 'published', 'discarded')", name=op.f("ck_design_state")),
        sa.ForeignKeyConstraint(["base"], ["deployment.key"], name=op.f("fk_design_base")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.key"], name=op.f("fk_design_changed_by")),
        sa.ForeignKeyConstraint(["deployment"], ["deployment.key"], name=op.f("fk_design_deployment")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.key"], name=op.f("fk_design_ended_by")),
        sa.ForeignKeyConstraint(["locked_by"], ["person.key"], name=op.f("fk_design_locked_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.key"], name=op.f("fk_design_opened_by")),
        sa.ForeignKeyConstraint(["returned_by"], ["person.key"], name=op.f("fk_design_returned_by")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.key"], name=op.f("fk_design_submitted_by")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_design")),
        sa.UniqueConstraint("id", name=op.f("uq_design_id")),
    )
    op.create_index(
        "uq_design_open",
        "design",
        ["folder"],
        unique=True,
        sqlite_where=sa.text("state IN ('editing', 'inReview')"),
        postgresql_where=sa.text("state IN ('editing', 'inReview')"),
    )
    op.create_table(
        "design_file",
        sa.Column("design", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.key"], name=op.f("fk_design_file_changed_by")),
        sa.ForeignKeyConstraint(["design"], ["design.key"], name=op.f("fk_design_file_design")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_design_file")),
        sa.UniqueConstraint("design", "name", name=op.f("uq_design_file_design_name")),
    )
    op.create_table(
        "design_person",
        sa.Column("design", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrote_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["design"], ["design.key"], name=op.f("fk_design_person_design")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_design_person_person")),
        sa.PrimaryKeyConstraint("design", "person", name=op.f("pk_design_person")),
    )
    op.create_table(
        "design_save",
        sa.Column("design", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["design"], ["design.key"], name=op.f("fk_design_save_design")),
        sa.ForeignKeyConstraint(["saved_by"], ["person.key"], name=op.f("fk_design_save_saved_by")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_design_save")),
        sa.UniqueConstraint("design", "name", "revision", name=op.f("uq_design_save_design_name_revision")),
    )
    op.add_column("deployment", sa.Column("note", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
