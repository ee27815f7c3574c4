"""Applications: stages and their events."""
