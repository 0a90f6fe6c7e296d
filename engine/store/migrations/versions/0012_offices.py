"""Committees, duty rosters, leaders in charge, business lines; heads of departments and secondments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


OLD_KINDS = "'full','part-time','dispatched','acting'"
NEW_KINDS = "'full','part-time','dispatched','acting','secondment'"
HEAD = "CONSTRAINT ck_appointment_head CHECK (department IS NOT NULL OR NOT head)"


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('committee','team')", name=op.f("ck_body_kind")),
        sa.CheckConstraint("quorum IS NULL OR (quorum >= 1 AND quorum <= 100)", name=op.f("ck_body_quorum")),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_body_dates")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_body_institution")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_body")),
        sa.UniqueConstraint("id", name=op.f("uq_body_id")),
        sa.UniqueConstraint("institution", "code", name=op.f("uq_body_institution_code")),
    )
    op.create_table(
        "body_member",
        sa.Column("body", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("votes", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("role IN ('chair','vice-chair','secretary','member')", name=op.f("ck_body_member_role")),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_body_member_dates")),
        sa.ForeignKeyConstraint(["body"], ["body.key"], name=op.f("fk_body_member_body")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_body_member_person")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_body_member")),
        sa.UniqueConstraint("body", "person", "from_date", name=op.f("uq_body_member_body_person_from_date")),
        sa.UniqueConstraint("id", name=op.f("uq_body_member_id")),
    )
    op.create_index(op.f("ix_body_member_person"), "body_member", ["person"], unique=False)
    op.create_table(
        "duty",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.BigInteger(), nullable=True),
        sa.Column("post", sa.String(length=20), nullable=True),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_duty_times")),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_duty_department")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_duty_institution")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_duty_person")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_duty_post")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_duty")),
        sa.UniqueConstraint("id", name=op.f("uq_duty_id")),
    )
    op.create_index("ix_duty_institution", "duty", ["institution", "to_at"], unique=False)
    op.create_index(op.f("ix_duty_person"), "duty", ["person"], unique=False)
    op.create_table(
        "line",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("centre", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["centre"], ["department.key"], name=op.f("fk_line_centre")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_line")),
        sa.UniqueConstraint("code", name=op.f("uq_line_code")),
    )
    op.create_table(
        "charge",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("matter", sa.String(length=40), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN department IS NULL THEN 0 ELSE 1 END) + (CASE WHEN line IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN matter IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_charge_what"),
        ),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_charge_dates")),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_charge_department")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_charge_institution")),
        sa.ForeignKeyConstraint(["line"], ["line.key"], name=op.f("fk_charge_line")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_charge_person")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_charge")),
        sa.UniqueConstraint("id", name=op.f("uq_charge_id")),
    )
    op.create_index("ix_charge_institution", "charge", ["institution", "department", "matter"], unique=False)
    op.create_index(op.f("ix_charge_person"), "charge", ["person"], unique=False)
    op.create_table(
        "line_department",
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_line_department_department")),
        sa.ForeignKeyConstraint(["line"], ["line.key"], name=op.f("fk_line_department_line")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_line_department")),
        sa.UniqueConstraint("line", "department", name=op.f("uq_line_department_line_department")),
    )
    op.create_index(op.f("ix_line_department_department"), "line_department", ["department"], unique=False)
    _appointments()


def _appointments() -> None:
    if op.get_context().dialect.name == "sqlite":
        # SQLite cannot change a constraint, and a copy of the table would break the references to it: the text is changed.
        op.execute("PRAGMA writable_schema = ON")
        op.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'appointment'"
            ).bindparams(old=OLD_KINDS, new=NEW_KINDS)
        )
        op.execute("PRAGMA writable_schema = RESET")
        op.execute(f"ALTER TABLE appointment ADD COLUMN head BOOLEAN DEFAULT 0 NOT NULL {HEAD}")
    else:
        op.execute("ALTER TABLE appointment DROP CONSTRAINT ck_appointment_kind")
        op.execute(f"ALTER TABLE appointment ADD CONSTRAINT ck_appointment_kind CHECK (kind IN ({NEW_KINDS}))")
        op.execute(f"ALTER TABLE appointment ADD COLUMN head BOOLEAN DEFAULT false NOT NULL, ADD {HEAD}")
    op.execute(sa.text("UPDATE appointment SET head = true WHERE post = 'DEPT_HEAD' AND department IS NOT NULL"))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
