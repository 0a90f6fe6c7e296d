"""Notes and reasons on incidents, and dead messages that were taken from the desk."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "incident": {"reason": sa.Text(), "note": sa.Text(), "noted_at": sa.DateTime(timezone=True), "noted_by": sa.BigInteger()},
    "message": {
        "discarded_at": sa.DateTime(timezone=True),
        "discarded_by": sa.BigInteger(),
        "discarded_for": sa.Text(),
    },
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
