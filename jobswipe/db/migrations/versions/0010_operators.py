"""How often a source is polled, what a run's postings said, and which notifications were looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("poll_every", sa.Integer(), nullable=True))
    op.add_column("source_run", sa.Column("fields", sa.JSON(), nullable=True))
    op.add_column("notification", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("notification", "seen_at")
    op.drop_column("source_run", "fields")
    op.drop_column("source", "poll_every")
