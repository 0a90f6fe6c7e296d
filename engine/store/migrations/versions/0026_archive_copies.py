"""Copies of ended cases, which the database refuses to change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_copy",
        sa.Column("instance", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(made_at IS NULL) = (content IS NULL) AND (made_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_archive_copy_made")
        ),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name=op.f("fk_archive_copy_instance")),
        sa.PrimaryKeyConstraint("instance", name=op.f("pk_archive_copy")),
    )
    waiting = sa.text("made_at IS NULL")
    op.create_index("ix_archive_copy_due", "archive_copy", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER archive_copy_fixed_{verb.lower()} BEFORE {verb} ON archive_copy "
                "WHEN OLD.made_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'archive_copy never changes'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION archive_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% never changes', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER archive_copy_fixed BEFORE UPDATE OR DELETE ON archive_copy "
        "FOR EACH ROW WHEN (OLD.made_at IS NOT NULL) EXECUTE FUNCTION archive_fixed()"
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
