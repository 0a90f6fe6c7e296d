"""Instances can be suspended, and their jobs with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = "state IN ('pending','running','failed','suspended')"


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("job") as job:
        job.drop_constraint(op.f("ck_job_state"), type_="check")
        job.create_check_constraint(op.f("ck_job_state"), STATES)
