"""The register of numbers and the archive are read newest first, page by page."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_archive_copy_newest", "archive_copy", ["requested_at", "instance"])
    op.create_index("ix_allotted_number_newest", "allotted_number", ["allotted_at", "instance"])


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
