"""Careers URLs: which board a host, a path or a parameter names, and the addresses that a board's name goes into."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qs, quote, unquote, urlsplit

from jobswipe.errors import UsageError

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_SEGMENT = re.compile(r"[\w.~+&@!,'()-][\w.~+&@!,'() -]{0,199}\Z")


@lru_cache(maxsize=64)
def split(url: str) -> tuple[str, list[str], str]:
    """The lower-case host, the path's decoded segments and the query; empty for what is no web address."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return "", [], ""
    if parts.scheme.lower() not in ("http", "https"):
        return "", [], ""
    return host.lower().rstrip("."), [unquote(one) for one in parts.path.split("/") if one], parts.query


def first_segment(url: str, *hosts: str, after: str | None = None, skip: tuple[str, ...] = ()) -> str | None:
    """The first path segment on one of `hosts`, or the one that follows `after`; None for those in `skip`."""
    host, segments, _ = split(url)
    if host not in hosts:
        return None
    if after is not None:
        if after not in segments:
            return None
        segments = segments[segments.index(after) + 1 :]
    if not segments or segments[0].lower() in skip or not _SEGMENT.match(segments[0]):
        return None
    return segments[0]


def parameter(url: str, name: str, *hosts: str) -> str | None:
    host, _, query = split(url)
    found = parse_qs(query).get(name) if host in hosts else None
    return found[0] if found and _SEGMENT.match(found[0]) else None


def subdomain(url: str, *domains: str, reserved: tuple[str, ...] = ()) -> str | None:
    """The label before one of `domains`, as "acme" of acme.example.com; None for the `reserved` ones."""
    host, _, _ = split(url)
    for domain in domains:
        if host.endswith("." + domain):
            label = host[: -len(domain) - 1]
            return label if _LABEL.match(label) and label not in reserved else None
    return None


def label(board: str, kind: str) -> str:
    """A board's name as a host label. Raises UsageError where it is none: it would name another host."""
    name = board.strip().lower()
    if not _LABEL.match(name):
        raise UsageError(f"{board!r} is no {kind} board: give its name as in https://NAME... or the careers URL.")
    return name


def segment(board: str) -> str:
    """A board's name as one path segment."""
    return quote(board.strip(), safe="")


def is_web(url: str) -> bool:
    return bool(split(url)[0])
