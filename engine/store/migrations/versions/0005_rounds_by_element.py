"""The last round of an element is found by an index, however many there were."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_round_element", "round", ["instance", "element", "number"])
    op.drop_index("ix_round_instance", "round")


def downgrade() -> None:
    op.create_index("ix_round_instance", "round", ["instance"])
    op.drop_index("ix_round_element", "round")
