"""Handwritten signatures, which the database refuses to change once they are bound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signature",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(bound_at IS NULL) = (seal IS NULL)", name=op.f("ck_signature_bound")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_signature_person")),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name=op.f("fk_signature_seat")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_signature")),
        sa.UniqueConstraint("id", name=op.f("uq_signature_id")),
    )
    op.create_index("ix_signature_seat", "signature", ["seat", "person"], unique=False)
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER signature_fixed_{verb.lower()} BEFORE {verb} ON signature "
                "WHEN OLD.bound_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'signature never changes'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER signature_fixed BEFORE UPDATE OR DELETE ON signature "
        "FOR EACH ROW WHEN (OLD.bound_at IS NOT NULL) EXECUTE FUNCTION archive_fixed()"
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
