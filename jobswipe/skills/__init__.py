"""Skills: free text to concepts of an open taxonomy, each with its quote."""

from __future__ import annotations

from jobswipe.skills.skill import Skill

EDITION = 1
"""Raised by one with each change of what `extract` finds: of its table or of its rules (a test notices).

Stored postings remember it, and those of an older edition are read anew. An older JobSwipe leaves a newer edition's
skills alone, so that two versions that run side by side do not undo each other's work.
"""


def extract(text: str) -> list[Skill]:
    """The concepts that a posting or resume names; see `jobswipe.skills.extraction`."""
    from jobswipe.skills.extraction import extract as run

    return run(text)


def extract_ranked(text: str, limit: int = 10) -> list[Skill]:
    """The concepts that a sentence names or speaks of; see `jobswipe.skills.ranked`."""
    from jobswipe.skills.ranked import extract_ranked as run

    return run(text, limit)


def loaded() -> bool:
    """Whether the table of names is in memory."""
    from jobswipe.skills import taxonomy

    return taxonomy.matcher.cache_info().currsize > 0


def forget() -> bool:
    """Give up the table of names until it is next asked for: 40 MB. Whether it was there."""
    from jobswipe.skills import taxonomy

    there = loaded()
    taxonomy.forget()
    return there
