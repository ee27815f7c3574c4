"""Seeing what happens: measures, traces, logs and health. Nothing here decides anything; importing it loads nothing."""
