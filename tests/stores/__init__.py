"""Invented stores for tests and benches."""
