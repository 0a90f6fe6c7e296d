"""Statistics find the tasks and the cases that ended in a period by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    done = sa.text("state = 'completed'")
    op.create_index("ix_seat_done", "seat", ["ended_at"], sqlite_where=done, postgresql_where=done)
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index(
        "ix_process_instance_ended", "process_instance", ["definition", "ended_at"], sqlite_where=ended, postgresql_where=ended
    )
    op.create_index("ix_process_instance_started", "process_instance", ["definition", "started_at"])
    op.drop_index("ix_process_instance_definition", "process_instance")


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
