"""What a seat is offered under says by itself until when the institution of the post may see the case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

FOREVER = "coalesce(until, {far})"
NAMED = "institution = NEW.institution AND seat IN (SELECT key FROM seat WHERE instance = NEW.instance)"


def upgrade() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    far = "'9999-12-31 00:00:00.000000'" if sqlite else "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
    op.add_column("candidate", sa.Column("institution", sa.BigInteger(), nullable=True))
    op.add_column("candidate", sa.Column("sight_until", sa.DateTime(timezone=True), nullable=True))
    # `post:<post>@<institution>` or `post:<post>@<institution>/<department>`
    if sqlite:
        place = "substr({row}principal, instr({row}principal, '@') + 1)"
        code = f"substr({place}, 1, instr({place} || '/', '/') - 1)"
    else:
        code = "split_part(split_part({row}principal, '@', 2), '/', 1)"
    house = f"SELECT key FROM institution WHERE code = {code}"  # noqa: S608  all of it stands here
    until = FOREVER.format(far=far)
    op.execute(f"UPDATE candidate SET institution = ({house.format(row='')}) WHERE principal LIKE 'post:%'")  # noqa: S608
    sight = f"SELECT {until} FROM participant WHERE participant.instance = {{row}}instance AND participant.institution = "  # noqa: S608
    op.execute(f"UPDATE candidate SET sight_until = ({sight.format(row='candidate.')}candidate.institution)")  # noqa: S608
    op.drop_index("ix_candidate_order", "candidate")
    order = ["principal", "state", "rank", "due_at", "seat", "instance", "soon_at", "institution", "sight_until"]
    op.create_index("ix_candidate_order", "candidate", order)
    found = (house.format(row="NEW."), sight.format(row="NEW."))
    _name_institution(sqlite, *found)
    _follow_participants(sqlite, f"UPDATE candidate SET sight_until = coalesce(NEW.until, {far}) WHERE {NAMED}")  # noqa: S608


def _name_institution(sqlite: bool, house: str, sight: str) -> None:
    """Has a new offer know its institution, and until when that takes part."""
    name, named = "candidate_sight", "NEW.principal LIKE 'post:%'"
    if sqlite:
        here = "principal = NEW.principal AND seat = NEW.seat"
        act = f"UPDATE candidate SET institution = ({house}), sight_until = ({sight}({house})) WHERE {here}"  # noqa: S608
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON candidate WHEN {named} BEGIN {act}; END")
        return
    act = f"NEW.institution := ({house}); NEW.sight_until := ({sight}NEW.institution)"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NEW; END $$")
    op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON candidate FOR EACH ROW WHEN ({named}) EXECUTE FUNCTION {name}()")


def _follow_participants(sqlite: bool, act: str) -> None:
    """Has the offers of a case follow an institution that begins to take part in it, or whose end is set."""
    name = "participant_offers"
    if sqlite:
        for event in ("INSERT", "UPDATE OF until"):
            op.execute(f"CREATE TRIGGER {name}_{event.split()[0].lower()} AFTER {event} ON participant BEGIN {act}; END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OF until ON participant FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
