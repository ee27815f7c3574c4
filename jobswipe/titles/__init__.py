"""Titles: a job title to its occupation, role family, level and kind of employment."""
