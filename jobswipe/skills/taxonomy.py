"""The taxonomy of skills: loaded once on first use; names by id, concepts by name."""

from __future__ import annotations

from functools import cache

from jobswipe.skills.canonical import key
from jobswipe.skills.matcher import Matcher
from jobswipe.skills.skill import Skill


@cache
def matcher() -> Matcher:
    """The matcher over the shipped table."""
    return Matcher()


@cache
def _names() -> dict[str, str]:
    return dict(zip(matcher().ids, matcher().names, strict=True))


@cache
def _by_name() -> dict[str, int]:
    """Comparable full names, those too long to be looked for in texts too."""
    return {key(name): at for at, name in reversed(list(enumerate(matcher().names)))}


def version() -> str:
    """A digest of the table: it changes exactly when the table does."""
    return matcher().version


def name_of(skill_id: str) -> str | None:
    """The name of a concept; None where the taxonomy has no such id."""
    return _names().get(skill_id)


def lookup(name: str) -> Skill | None:
    """The concept of a name or alias on its own ("k8s", "R"), whatever its case; its quote is `name`. None: unknown."""
    known = matcher()
    wanted = key(name)
    pattern = known.position.get(wanted)
    if pattern is None and wanted.endswith("s"):
        pattern = known.position.get(wanted[:-1])
    concept = known.concepts[pattern] if pattern is not None else _by_name().get(wanted)
    return None if concept is None else Skill(known.ids[concept], known.names[concept], name)


def forget() -> None:
    """Load the table anew when it is next asked for."""
    for loaded in (matcher, _names, _by_name):
        loaded.cache_clear()
