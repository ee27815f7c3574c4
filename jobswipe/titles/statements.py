"""The stretches of a long description in which a level or a kind of employment may be stated, found in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

from daachorse import DoubleArrayAhoCorasick

from jobswipe.text.lower import lowered

Subject = Literal["employment", "seniority"]
BEFORE, AFTER = 110, 70  # characters kept on each side of a keyword
MAX_WINDOWS = 12  # keeps the cost of a text that repeats the keywords without end small
_KEYWORDS: dict[Subject, tuple[str, ...]] = {
    "employment": (
        "full-time", "full time", "fulltime", "part-time", "part time", "vollzeit", "teilzeit", "temps plein",
        "temps partiel", "jornada", "fixed-term", "fixed term", "freelance", "minijob", "month contract",
        "contract role", "contract position", "contract basis", "contract opportunity", "contract job",
        "internship", "tempo pieno", "seasonal", "temporary position", "temporary role", "volunteer position",
        "volunteer role", "independent contractor",
    ),
    "seniority": (
        "entry-level", "entry level", "junior", "mid-level", "mid level", "midlevel", "senior-level",
        "senior level",
    ),
}  # fmt: skip


@cache
def _automaton(subject: Subject) -> DoubleArrayAhoCorasick:
    return DoubleArrayAhoCorasick([word.encode() for word in _KEYWORDS[subject]])


def windows(description: str, subject: Subject) -> Iterator[str]:
    """Lower-case stretches of text around the subject's keywords, without overlap of the keywords, in order."""
    text = lowered(description)
    last = -1
    for count, (start, end, _) in enumerate(_automaton(subject).find(text)):
        if count >= MAX_WINDOWS:
            return
        if end <= last:
            continue
        last = end + AFTER
        yield text[max(0, start - BEFORE) : last].decode(errors="ignore").lower()
