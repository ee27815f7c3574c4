"""What is learned of a person is kept as it is: compressing it anew with each verdict cost Postgres more than storing.

It is written whole each time, grows with the verdicts (0.4 kB each), and compresses by less than a third.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _store("EXTERNAL")


def downgrade() -> None:
    _store("EXTENDED")


def _store(how: str) -> None:
    # Holds for what is written from now on; nothing is rewritten.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE preference_model ALTER COLUMN state SET STORAGE {how}")
