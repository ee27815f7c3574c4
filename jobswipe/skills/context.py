"""Whether a word that is a common word too ("Go", "Access", "R") is a tool's name where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

NEAR = 48  # characters before a word that are read for a cue

# What stands between two items of one list.
_LINK = re.compile(r"[\s,/|&;•·()+-]*(?:(?:and|or|and/or|plus|e\.g\.|i\.e\.|like|including|such as)\b[\s,(:]*)?")
_COMMA = re.compile(r"[,/|;•·]")
_FOLLOWED = re.compile(
    r"\s+(?:(?P<sure>programming|language|developers?|development|engineers?|framework|codebases?|code|coding|microservices?"
    r"|backends?|back-end|applications?|apps|scripts?|scripting|clusters?|sql|streaming|ecosystem|sdk|apis?|runtime|modules|"
    r"spreadsheets?|models?|modell?ing|formulas|macros|pivot|dashboards?|queries|charts|templates|workflows?|automations?)"
    r"|(?P<weak>experience|skills?|expertise|proficiency|knowledge|certifi\w{1,8}|services|integrations?|stack|admin\w{0,11}))\b",
    re.IGNORECASE,
)
_IN = r"(?:in|with|of|using|like|such as|includ\w{1,4}|is|e\.g\.,?)"
_CUE = re.compile(
    r"(?:(?:experience[ds]?|proficien\w{1,4}|fluen\w{1,3}|knowledge|knowledgeable|familiar(?:ity)?|skill(?:s|ed)?"
    r"|expert(?:ise)?|written|built|implemented|coded?|coding|program(?:ming|s)?|develop(?:ed|ing|ment)?|background"
    r"|understanding|mastery|competen\w{1,4}|certif\w{1,8}|comfortable|savvy|adept|services|backend|server|tools?"
    r"|software|languages?|frameworks?|technolog(?:y|ies)|stack|platforms?)"
    rf"(?:\s+(?:working|level|hands-on|strong|on|are|{_IN}))*\s+{_IN}"
    r"|using|\buses?|\bwrites?|writing|utili[sz]ing|via|knows?|\b(?:microsoft|ms|google|adobe|apache|oracle|modern|idiomatic))\s*[(:]?\s*$",
    re.IGNORECASE,
)
# How the text that `_CUE` finds may end, beside a form of "include".
_CUE_ENDS = tuple(
    "in with of like as is e.g. e.g., using use uses write writes writing utilizing utilising via know knows "
    "microsoft ms google adobe apache oracle modern idiomatic".split()
)
_LABEL = re.compile(
    r"(?:languages?|stack|tools?|technologies|frameworks?|software|skills?|databases?|platforms?|programming)\s?[:(]\s*$",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"-(?!(?:based|native|powered|like)\b)\w|['’]s?\w|&|\.\w")
_NAME_GOES_ON = re.compile(r"\s[A-Z][a-z]")
_START = re.compile(r"(?:^|[\n.!?:•·])[\s\-*]{0,40}$")
_PLAIN_END = re.compile(r"\s*(?:[,.;:)/|]|$|\n)")


class Span(NamedTuple):
    """A stretch of text that may name a concept. `sure`: it does; `tool`: the concept is a tool's name."""

    start: int
    end: int
    pattern: int
    sure: bool
    tool: bool


def linked(text: str, left: Span, right: Span) -> bool:
    """Are two neighbours items of one list?"""
    if right.start - left.end > 20 or right.start <= left.end:
        return False
    between = text[left.end : right.start]
    return bool(_LINK.fullmatch(between)) and not between.isspace() and between != "-" and "\n\n" not in between


def stands_for_tool(text: str, span: Span, *, letter: bool) -> bool:
    """Do the words around a capitalised word that is in no list of tools speak of a tool?"""
    if not text[span.start].isupper() or _COMPOUND.match(text, span.end):
        return False
    if span.start and text[span.start - 1] in "-&.@#'’_":
        return False
    before = text[max(0, span.start - NEAR) : span.start]
    follows = _FOLLOWED.match(text, span.end)
    if follows and (follows["sure"] or not _START.search(before) or _PLAIN_END.match(text, follows.end())):
        return not letter or bool(follows["sure"])
    if not _cued(before):
        return False
    if letter:
        return bool(_PLAIN_END.match(text, span.end)) or bool(_LINK.match(text, span.end + 1))
    return not _NAME_GOES_ON.match(text, span.end)


def _cued(before: str) -> bool:
    """Does the text before a word end in a cue or a label? Its last word alone rules most out, at little cost."""
    tail = before.rstrip()
    if tail[-1:] in ("(", ":"):
        if _LABEL.search(before):
            return True
        tail = tail[:-1].rstrip()
    tail = tail[-12:].lower()
    return (tail.endswith(_CUE_ENDS) or "includ" in tail) and _CUE.search(before) is not None


def accepted(text: str, spans: Sequence[Span], letters: frozenset[int]) -> list[Span]:
    """The spans that name a concept: the sure ones, and those that a list of tools or the words around them confirm.

    `letters` are the patterns of one letter, which need more. `spans` are in the order of the text.
    """
    known = [span.sure and span.tool for span in spans]  # may vouch for a neighbour
    good = [span.sure for span in spans]
    doubtful = [at for at, span in enumerate(spans) if not span.sure]
    for at in doubtful:
        span = spans[at]
        if stands_for_tool(text, span, letter=span.pattern in letters):
            good[at] = known[at] = True
    for order in (doubtful, doubtful[::-1]):  # a list's tools vouch for each other along it, in both directions
        for at in order:
            if not good[at]:
                good[at] = known[at] = _vouched(text, spans, known, at, letters)
    return [span for at, span in enumerate(spans) if good[at]]


def _vouched(text: str, spans: Sequence[Span], known: Sequence[bool], at: int, letters: frozenset[int]) -> bool:
    span = spans[at]
    if _COMPOUND.match(text, span.end) and text[span.end] != "&":
        return False
    capital = text[span.start].isupper()
    letter = span.pattern in letters
    after = text[span.end : span.end + 2]
    if letter and (not capital or (after[:1] in {"&", "."} and after[1:] not in {"", "\n", " "})):
        return False
    for left, right, other in ((at - 1, at, at - 1), (at, at + 1, at + 1)):
        if left < 0 or right >= len(spans) or not linked(text, spans[left], spans[right]):
            continue
        if known[other] and (capital or _COMMA.search(text, spans[left].end, spans[right].start)):
            return True
        both = capital and text[spans[other].start].isupper() and not spans[other].sure
        if not both or letter or spans[other].pattern in letters:
            continue
        opens = _START.search(text[max(0, spans[left].start - 4) : spans[left].start])
        if not opens or _PLAIN_END.match(text, spans[right].end):
            return True
    return False
