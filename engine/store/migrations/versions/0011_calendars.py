"""The community's calendars, with the published years that are shipped; terms that know what they were reckoned from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.calendar import published_days, write_year
from engine.store.base import dump_json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_entry",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('year','hours')", name=op.f("ck_calendar_entry_kind")),
        sa.PrimaryKeyConstraint("version", name="pk_calendar_entry"),
    )
    op.create_index("ix_calendar_entry_subject", "calendar_entry", ["kind", "subject", "version"])
    op.add_column("rung", sa.Column("clock", sa.String(length=10), nullable=False, server_default="handling"))
    table = sa.table("calendar_entry", *(sa.column(name) for name in ("version", "kind", "subject", "content")))
    years = [
        {"version": number, "kind": "year", "subject": str(year.year), "content": dump_json(write_year(year))}
        for number, year in enumerate(published_days().records, 1)
    ]
    op.bulk_insert(table, years)
