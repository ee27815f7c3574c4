"""Alembic's scripts: one file per step, each with its way back, for SQLite and Postgres alike."""
