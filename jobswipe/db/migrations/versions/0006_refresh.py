"""Which edition found a posting's skills, what a verdict taught, and figures of the past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("posting", sa.Column("skills_edition", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_posting_skills_edition", "posting", ["skills_edition"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.add_column("swipe", sa.Column("evidence", sa.JSON(), nullable=True))
    op.add_column("preference_model", sa.Column("skills_edition", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "metric_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_snapshot")),
    )
    op.create_index("uq_metric_snapshot_at", "metric_snapshot", ["at", "figure", "label"], unique=True)


def downgrade() -> None:
    op.drop_table("metric_snapshot")
    op.drop_column("preference_model", "skills_edition")
    op.drop_column("swipe", "evidence")
    op.drop_index("ix_posting_skills_edition", table_name="posting")
    op.drop_column("posting", "skills_edition")
