"""The database itself refuses to change what was deployed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIXED = {
    "deployment": "key, id, name, digest, deployed_at, deployed_by",
    "resource": "key, deployment, name, kind, content",
    "process_definition": "key, id, deployment, process_id, version, resource, name, startable",
}
"""Columns that say what was deployed. `process_definition.latest` moves to the next version."""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for table, columns in FIXED.items():
            for verb in (f"UPDATE OF {columns}", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_fixed_{verb.split()[0].lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} never changes'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION deployed_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% never changes', TG_TABLE_NAME; END $$"
    )
    for table, columns in FIXED.items():
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION deployed_fixed()"
        )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
