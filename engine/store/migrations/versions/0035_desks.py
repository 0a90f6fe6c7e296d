"""Initials of names and subjects; tasks put off until later; saved views of the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.initials import initials_of

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("person", sa.Column("initials", sa.String(140), server_default=sa.text("''"), nullable=False))
    op.add_column("process_instance", sa.Column("initials", sa.Text(), server_default=sa.text("''"), nullable=False))
    _fill("person", "name")
    _fill("process_instance", "subject")
    op.create_table(
        "follow_up",
        sa.Column("seat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_follow_up_person")),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name=op.f("fk_follow_up_seat")),
        sa.PrimaryKeyConstraint("seat", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_person"), "follow_up", ["person"])
    op.create_table(
        "saved_view",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("box", sa.String(10), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("post", sa.String(20), nullable=True),
        sa.Column("institution", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_saved_view_department")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name=op.f("fk_saved_view_institution")),
        sa.ForeignKeyConstraint(["owner"], ["person.key"], name=op.f("fk_saved_view_owner")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_saved_view_post")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("id", name=op.f("uq_saved_view_id")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_view_owner_name")),
    )
    op.create_index("ix_saved_view_shared_with_post", "saved_view", ["institution", "post"])
    op.create_index("ix_saved_view_shared_with_department", "saved_view", ["department"])
    op.create_table(
        "view_choice",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("view", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_view_choice_person")),
        sa.ForeignKeyConstraint(["view"], ["saved_view.key"], name=op.f("fk_view_choice_view")),
        sa.PrimaryKeyConstraint("person", "view", name=op.f("pk_view_choice")),
    )
    op.create_index(op.f("ix_view_choice_view"), "view_choice", ["view"])


def _fill(name: str, text: str) -> None:
    """Computes the initials of the rows that there are, some at a time."""
    table = sa.table(name, sa.column("key", sa.BigInteger()), sa.column(text, sa.Text()), sa.column("initials", sa.Text()))
    key, connection, last = table.c.key, op.get_bind(), 0
    write = table.update().where(key == sa.bindparam("of")).values(initials=sa.bindparam("found"))
    while rows := connection.execute(
        sa.select(key, table.c[text]).where(key > last, table.c[text].is_not(None)).order_by(key).limit(AT_ONCE)
    ).all():
        connection.execute(write, [{"of": row.key, "found": initials_of(row[1])} for row in rows])
        last = rows[-1].key


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
