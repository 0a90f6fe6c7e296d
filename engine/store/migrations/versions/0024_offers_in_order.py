"""What a seat is offered under says by itself in which order lists show it; the database keeps that true."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

RANK = "CASE {urgency} WHEN 'E' THEN 0 WHEN 'U' THEN 1 ELSE 2 END"
LIVE = "NEW.state IN ('waiting', 'open', 'claimed')"


def upgrade() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    far = "'9999-12-31 00:00:00.000000'" if sqlite else "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
    op.execute("CREATE TABLE candidate_before AS SELECT principal, seat FROM candidate")
    op.drop_table("candidate")
    op.create_table(
        "candidate",
        sa.Column("principal", sa.String(length=120), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("principal", "seat", name=op.f("pk_candidate")),
    )
    rank = RANK.format(urgency="process_instance.urgency")
    op.execute(
        "INSERT INTO candidate (principal, seat, instance, state, rank, due_at, soon_at) "  # noqa: S608  all of it stands here
        f"SELECT before.principal, seat.key, seat.instance, seat.state, {rank}, coalesce(seat.due_at, {far}), seat.soon_at "
        "FROM candidate_before AS before JOIN seat ON seat.key = before.seat "
        "JOIN process_instance ON process_instance.key = seat.instance"
    )
    op.execute("DROP TABLE candidate_before")
    op.create_index("ix_candidate_seat", "candidate", ["seat"])
    order = ["principal", "state", "rank", "due_at", "seat", "instance", "soon_at"]
    op.create_index("ix_candidate_order", "candidate", order)
    op.drop_index("ix_participant_instance", "participant")
    op.create_index("ix_participant_instance", "participant", ["instance", "institution", "until"])
    changed = f"UPDATE candidate SET state = NEW.state, due_at = coalesce(NEW.due_at, {far}), soon_at = NEW.soon_at"  # noqa: S608
    _follow(sqlite, "seat", ("state", "due_at", "soon_at"), f"{changed} WHERE seat = NEW.key", LIVE)
    seats = "SELECT key FROM seat WHERE instance = NEW.key"
    ranked = f"UPDATE candidate SET rank = {RANK.format(urgency='NEW.urgency')} WHERE seat IN ({seats})"  # noqa: S608
    _follow(sqlite, "process_instance", ("urgency",), ranked, "true")


def _follow(sqlite: bool, table: str, columns: tuple[str, ...], act: str, condition: str) -> None:
    """Carries out `act` for a row of the table in which one of the columns has changed."""
    name, when = f"{table}_offers", f"AFTER UPDATE OF {', '.join(columns)} ON {table}"
    if sqlite:
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        op.execute(f"CREATE TRIGGER {name} {when} WHEN ({condition}) AND ({differs}) BEGIN {act}; END")
        return
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN (({condition}) AND ({differs})) EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
