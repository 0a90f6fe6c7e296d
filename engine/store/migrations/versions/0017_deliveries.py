"""Who was late, quiet hours, and how people are told beside the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lateness",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("post", sa.String(length=20), nullable=True),
        sa.Column("institution", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_lateness_level")),
        sa.ForeignKeyConstraint(["definition"], ["process_definition.key"], name="fk_lateness_definition"),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_lateness_person"),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_lateness_institution"),
        sa.PrimaryKeyConstraint("key", name="pk_lateness"),
    )
    op.create_index("ix_lateness_at", "lateness", ["at"])
    op.create_index("ix_lateness_seat", "lateness", ["seat"])
    op.create_table(
        "quiet_hours",
        sa.Column("institution", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint("begins BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name=op.f("ck_quiet_hours_minutes")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_quiet_hours_institution"),
        sa.PrimaryKeyConstraint("institution", name="pk_quiet_hours"),
    )
    op.create_table(
        "notification_setting",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("quiet_begins", sa.Integer(), nullable=True),
        sa.Column("quiet_ends", sa.Integer(), nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("(quiet_begins IS NULL) = (quiet_ends IS NULL)", name=op.f("ck_notification_setting_quiet")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_notification_setting_person"),
        sa.PrimaryKeyConstraint("person", name="pk_notification_setting"),
    )
    op.create_table(
        "delivery",
        sa.Column("notification", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending','sending','sent','confirmed','failed','dropped')", name=op.f("ck_delivery_state")
        ),
        sa.CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name=op.f("ck_delivery_lease")),
        sa.ForeignKeyConstraint(["notification"], ["notification.key"], name="fk_delivery_notification"),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_delivery_person"),
        sa.PrimaryKeyConstraint("key", name="pk_delivery"),
        sa.UniqueConstraint("id", name="uq_delivery_id"),
        sa.UniqueConstraint("notification", "channel", name="uq_delivery_notification_channel"),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"])
    op.create_index("ix_delivery_person", "delivery", ["person"])
    op.add_column("notification", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notification", sa.Column("dispatched_at", TIME, nullable=True))
    # What was told before anybody could be told otherwise is not told again.
    op.execute("UPDATE notification SET dispatched_at = at")
    op.create_index(
        "ix_notification_outbox",
        "notification",
        ["at"],
        sqlite_where=sa.text("dispatched_at IS NULL"),
        postgresql_where=sa.text("dispatched_at IS NULL"),
    )
