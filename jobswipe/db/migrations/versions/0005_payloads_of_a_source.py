"""What the last complete run of a source read, by digest: the same again needs no reading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_payload",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_payload_source_id_source"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["source_run.id"], name=op.f("fk_source_payload_run_id_source_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "digest", name=op.f("pk_source_payload")),
    )
    op.create_index("ix_source_payload_digest", "source_payload", ["digest"])
    op.create_index("ix_source_payload_run_id", "source_payload", ["run_id"])


def downgrade() -> None:
    op.drop_table("source_payload")
