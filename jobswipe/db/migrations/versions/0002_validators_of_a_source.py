"""Validators belong to a source and to what read its answer: a source that was removed leaves none behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing is carried over: a validator that is missing costs one full answer.
    op.drop_table("http_validator")
    op.create_table(
        "http_validator",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("reader", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_http_validator_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "url", name=op.f("pk_http_validator")),
    )


def downgrade() -> None:
    op.drop_table("http_validator")
    op.create_table(
        "http_validator",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_http_validator")),
    )
