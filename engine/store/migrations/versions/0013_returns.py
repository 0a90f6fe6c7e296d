"""Steps that a case was sent back to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("returned", sa.Text(), nullable=True))
