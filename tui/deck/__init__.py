"""The deck: one card at a time."""
