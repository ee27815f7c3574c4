"""Servers that the tests start themselves: Postgres, Valkey, and an HTTP server that misbehaves."""
