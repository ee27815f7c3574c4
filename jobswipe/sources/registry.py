"""The source kinds: the built-in ones by name, other packages' by entry point, and which one a URL is of."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from jobswipe.errors import UsageError
from jobswipe.sources.base import Adapter
from jobswipe.sources.urls import is_web

GROUP = "jobswipe.sources"
"""The entry-point group in which a package names its adapter modules."""

# Imported by name, so that listing the kinds imports none and a checkout without metadata has them all.
_BUILT_IN = {
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
_ALIASES = {"feed": "rss", "atom": "rss", "hn": "hackernews"}
_NEEDED = ("KIND", "POLICY", "read", "fetch", "match_url", "board_url")


@lru_cache(maxsize=1)
def _third_party() -> dict[str, EntryPoint]:
    """The entry points of other packages; this package's own are the built-in ones. The first of a name wins."""
    own = {f"jobswipe.sources.{module}" for module in _BUILT_IN.values()}
    found: dict[str, EntryPoint] = {}
    for one in entry_points(group=GROUP):
        if one.value not in own:
            found.setdefault(one.name.lower(), one)
    return found


def kinds() -> list[str]:
    """Every kind's name, sorted. Imports no adapter."""
    return sorted(_BUILT_IN.keys() | _third_party().keys())


@lru_cache(maxsize=256)
def adapter(kind: str) -> Adapter:
    """The adapter of a kind or of an alias ("feed" and "atom" are "rss").

    Raises UsageError for an unknown kind, naming the nearest one, and for a package's adapter that cannot be loaded.
    """
    name = kind.strip().lower()
    other = _third_party().get(name)
    if other is not None:
        return _load(other)
    name = _ALIASES.get(name, name)
    if name not in _BUILT_IN:
        near = difflib.get_close_matches(name, [*kinds(), *_ALIASES], n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"the kinds are {', '.join(kinds())}."
        raise UsageError(f"No source kind {kind!r}: {hint}")
    return cast(Adapter, import_module(f"jobswipe.sources.{_BUILT_IN[name]}"))


def _load(point: EntryPoint) -> Adapter:
    package = point.dist.name if point.dist else point.value
    try:
        loaded = point.load()  # another package's import: it may raise anything
    except Exception as error:
        raise UsageError(
            f"The source kind {point.name!r} of the package {package} cannot be loaded ({error}): mend or remove it."
        ) from error
    missing = [name for name in _NEEDED if not hasattr(loaded, name)]
    if missing:
        raise UsageError(
            f"The source kind {point.name!r} of the package {package} lacks {', '.join(missing)}: mend it."
        )
    return cast(Adapter, loaded)


def _lower_host(url: str) -> str:
    """The address with its scheme and host in lower case, as adapters know them; the path's case is the board's."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"


_BARE_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?:/|\Z)", re.IGNORECASE)
"""An address as people type it, without its scheme."""


def resolve_url(url: str) -> tuple[str, str]:
    """The kind and the board of a careers URL; a feed's or another page's board is its URL.

    Raises UsageError for what is no http(s) URL.
    """
    address = url.strip()
    if _BARE_HOST.match(address):
        address = "https://" + address
    if not is_web(address):
        raise UsageError(f"{url!r} is no web address: give a careers page, as https://jobs.lever.co/acme.")
    for kind in kinds():
        if kind in ("rss", "jsonld", "jsonl"):
            continue
        try:
            board = adapter(kind).match_url(_lower_host(address))
        except UsageError:  # a package's broken adapter matches nothing; it is reported where it is used
            continue
        if board:
            return kind, board
    return ("rss" if adapter("rss").match_url(address) else "jsonld"), address
