"""How often a task was urged, and copies that people send and answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seat", sa.Column("urged", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("seat", sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("copy", sa.Column("sent_by", sa.BigInteger(), nullable=True))
    op.add_column("copy", sa.Column("opinion", sa.Text(), nullable=True))
    op.add_column("copy", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
