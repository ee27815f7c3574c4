"""Strangers' texts in a message: on one line, short, without characters or marks that do something."""

from __future__ import annotations

import re

LONGEST_TITLE = 120
LONGEST_BODY = 3_500
"""Letters of a whole message: less than any of the services takes."""
_LONGEST_URL = 2_000
# Controls, line separators, directions, invisible joiners other than those of emoji, tags, halves of pairs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]+"
)
# What chat services turn into a call to everybody: @channel, <!here>, <@U123>.
_CALL = re.compile(r"@(?=(?:everyone|channel|here|all)\b)|<(?=[!@#])", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'`\\{}|^]+", re.IGNORECASE)


def one_line(text: str | None, limit: int = LONGEST_TITLE) -> str:
    """The text as one plain line of at most `limit` letters."""
    plain = " ".join(_UNSAFE.sub(" ", text or "").split())
    plain = _CALL.sub("", plain)
    return plain if len(plain) <= limit else f"{plain[: limit - 1].rstrip()}…"


def link(url: str | None) -> str | None:
    """The address where it is one that may be shown as a link, else None."""
    return url if url and len(url) <= _LONGEST_URL and _URL.fullmatch(url) and url.isprintable() else None


def paragraphs(*parts: str | None) -> str:
    """The parts that are there, a blank line between them, cut to what every service takes."""
    whole = "\n\n".join(part for part in parts if part)
    return whole if len(whole) <= LONGEST_BODY else f"{whole[: LONGEST_BODY - 1].rstrip()}…"
