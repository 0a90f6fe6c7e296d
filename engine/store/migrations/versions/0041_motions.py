"""Votes on several motions in one round, which the database refuses to change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

VOTES = "vote IN ('agree','refuse','abstain','adjourn')"
FEWER = "NEW.papers < OLD.papers OR NEW.round <> OLD.round OR NEW.motion <> OLD.motion OR NEW.vote <> OLD.vote"
TRIGGERS = (
    ("motion_vote", "UPDATE", None),
    ("motion_vote", "DELETE", None),
    ("ballot_papers", "UPDATE", FEWER),
    ("ballot_papers", "DELETE", None),
)


def upgrade() -> None:
    op.create_table(
        "motion_vote",
        sa.Column("seat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("motion", sa.String(length=60), nullable=False),
        sa.Column("vote", sa.String(length=10), nullable=False),
        sa.CheckConstraint(VOTES, name=op.f("ck_motion_vote_vote")),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name=op.f("fk_motion_vote_seat")),
        sa.PrimaryKeyConstraint("seat", "motion", name=op.f("pk_motion_vote")),
    )
    op.create_table(
        "ballot_papers",
        sa.Column("round", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("motion", sa.String(length=60), nullable=False),
        sa.Column("vote", sa.String(length=10), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.CheckConstraint(VOTES, name=op.f("ck_ballot_papers_vote")),
        sa.ForeignKeyConstraint(["round"], ["round.key"], name=op.f("fk_ballot_papers_round")),
        sa.PrimaryKeyConstraint("round", "motion", "vote", name=op.f("pk_ballot_papers")),
    )
    sqlite = op.get_context().dialect.name == "sqlite"
    for table, verb, condition in TRIGGERS:
        when = "" if condition is None else f"WHEN ({condition}) "
        name = f"{table}_fixed_{verb.lower()}"
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{table} never changes'); END"
            )
        else:
            op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION archive_fixed()")


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
