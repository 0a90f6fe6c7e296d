"""Versions of a process may carry a tag that call activities bind to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("process_definition", sa.Column("version_tag", sa.String(length=100), nullable=True))
