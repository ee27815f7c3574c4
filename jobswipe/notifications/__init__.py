"""Notifications: what happened becomes a row of the outbox in the same transaction, and is sent once, later."""
