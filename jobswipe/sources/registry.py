"""The source kinds that are there: the built-in ones, and those that other packages bring by an entry point."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from jobswipe.errors import UsageError
from jobswipe.sources import boards
from jobswipe.sources.base import Adapter

GROUP = "jobswipe.sources"
"""The entry-point group; an entry's value is the module that implements the Adapter contract."""
BUILT_IN = {
    "ashby": "ashby",
    "greenhouse": "greenhouse",
    "hackernews": "hackernews",
    "jsonl": "jsonl",
    "jsonld": "jsonld",
    "lever": "lever",
    "personio": "personio",
    "recruitee": "recruitee",
    "remoteok": "remoteok",
    "remotive": "remotive",
    "rss": "feed",
    "smartrecruiters": "smartrecruiters",
    "teamtailor": "teamtailor",
    "workable": "workable",
}
"""Kind to module: they need no installed metadata, so that a checkout works as it is."""
ALIASES = {"feed": "rss", "atom": "rss"}
FALLBACK = "jsonld"
"""The kind of any web address that no other kind knows: a careers page with its address as the board."""

_CONTRACT = ("KIND", "POLICY", "read", "fetch", "match_url", "board_url")
_log = logging.getLogger(__name__)


def kinds() -> list[str]:
    """Every kind that works, in alphabetical order."""
    return sorted({*BUILT_IN, *_third_party()[0]})


def broken() -> dict[str, str]:
    """Why an installed adapter is left out, by its entry point's name."""
    return dict(_third_party()[1])


def adapter(kind: str) -> Adapter:
    """The adapter of a kind or of its alias. Raises UsageError that names the nearest kind when there is none."""
    named = kind.strip().lower()
    named = ALIASES.get(named, named)
    if named in BUILT_IN:
        return _built_in(named)
    found, failures = _third_party()
    if named in found:
        return found[named]
    if named in failures:
        raise UsageError(f"The source kind {kind!r} cannot be used: {failures[named]}.")
    near = get_close_matches(named, [*kinds(), *ALIASES], n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"No source kind {kind!r}: {hint}There are {', '.join(kinds())}.")


def resolve_url(url: str) -> tuple[str, str]:
    """The kind and board of a careers URL; of one that no kind knows, jsonld with the URL itself as its board.

    Raises UsageError for what is no web address.
    """
    text = url.strip()
    if boards.split(text) is None and "://" not in text and "." in text.split("/")[0]:
        text = f"https://{text}"  # as people write it
    if boards.split(text) is None:
        raise UsageError(f"{url!r} is no web address: give one such as https://jobs.lever.co/acme.")
    for kind in kinds():
        try:
            board = adapter(kind).match_url(text)
        except Exception as error:
            if kind in BUILT_IN:
                raise
            _log.warning("source adapter %s cannot read the address: %s", kind, error)
            continue
        if board:
            return kind, board
    return FALLBACK, text


@cache
def _built_in(kind: str) -> Adapter:
    return cast("Adapter", import_module(f"{__package__}.{BUILT_IN[kind]}"))


@cache
def _third_party() -> tuple[dict[str, Adapter], dict[str, str]]:
    """Adapters of other packages by kind, and the failures by name. A built-in kind cannot be taken over."""
    found: dict[str, Adapter] = {}
    failures: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        if entry.value.startswith(f"{__package__}."):
            continue
        try:
            loaded = _load(entry)
        except Exception as error:  # noqa: BLE001 - whatever another package does wrong must not break the other kinds
            failures[entry.name] = f"{entry.value} does not load ({type(error).__name__}: {error})"
            _log.warning("source adapter %s left out: %s", entry.name, failures[entry.name])
            continue
        if loaded.KIND in BUILT_IN or loaded.KIND in ALIASES or loaded.KIND in found:
            failures[entry.name] = f"{entry.value} brings the kind {loaded.KIND!r}, which is there already"
            _log.warning("source adapter %s left out: %s", entry.name, failures[entry.name])
            continue
        found[loaded.KIND] = loaded
    return found, failures


def _load(entry: EntryPoint) -> Adapter:
    loaded = entry.load()
    missing = [name for name in _CONTRACT if not hasattr(loaded, name)]
    if missing:
        raise TypeError(f"it lacks {', '.join(missing)}")
    return cast("Adapter", loaded)
