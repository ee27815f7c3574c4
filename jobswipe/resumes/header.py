"""An entry's header rows to its named parts and its place, whatever order they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jobswipe.resumes.dates import DURATION, SINGLE, find_range, unaccented
from jobswipe.resumes.rows import LABEL, Row
from jobswipe.resumes.where import is_place, split_place
from jobswipe.resumes.words import has_organisation, has_position

_EDGE = " \t,;:|•·–—-−@*/"
_STRONG = re.compile(r"(?<!\s)\s+[|•·●▪◆–—@-]\s+|(?:(?<!\s)\s+)?\|\s*|(?<!\s)\s+-$")
_AT = re.compile(r"(?<!\s)\s+(?:at|bei|chez|presso|bij)\s+", re.IGNORECASE)
_COMMA = re.compile(r",\s+(?![^()]{0,80}\))")
_SUFFIX = re.compile(
    r"^(?:inc|ltd|llc|llp|corp|co|gmbh|ag|plc|pvt|limited|jr|sr|ph\.?d|m\.?sc|s\.?a|s\.?l|s\.?r\.?l)\b\.?",
    re.IGNORECASE,
)
# Letters: a longer row is running text, which names nothing.
_MOST = 300
_TRAILING = re.compile(r"\(\s*\)|\[\s*\]")


@dataclass(slots=True)
class Named:
    """One named part: its text, the row it stands on, and whether it is set in bold."""

    text: str
    row: Row
    bold: bool = False


@dataclass(slots=True)
class Header:
    names: list[Named]
    place: tuple[str, Row] | None


def read_header(rows: Sequence[Row], side: Sequence[tuple[str, Row]] = (), *, commas: bool = True) -> Header:
    """The header's names in order, and its place. `side` are notes beside the body; `commas`: split at commas too."""
    place: tuple[str, Row] | None = None
    names: list[Named] = []
    for row in rows:
        if len(row.main) > _MOST:
            names.append(Named(row.main, row))
            continue
        for text, bold in _pieces(row):
            bare = undated(text).strip(_EDGE)
            if not bare or not any(letter.isalnum() for letter in bare):
                continue
            if is_place(bare) and (names or len(rows) > 1) and not (bold and not names):
                place = place or (bare, row)
                continue
            if (tail := split_place(bare)) is not None and tail[0].strip(_EDGE):
                place = place or (tail[1], row)
                bare = tail[0].strip(_EDGE)
                if is_place(bare) and names:
                    continue
            names.append(Named(bare, row, bold))
    for text, row in side:
        bare = undated(text).strip(_EDGE)
        if place is None and bare and is_place(bare):
            place = (bare, row)
    if commas and len(names) == 1 and len(names[0].text) <= _MOST:
        names = _halved(names[0])
        if place is None and len(names) > 1 and is_place(names[-1].text):
            place = (names[-1].text, names[-1].row)
            names.pop()
    return Header(names, place)


def undated(text: str) -> str:
    """The text without its date ranges, its durations, and a single date at either end."""
    while (found := find_range(text)) is not None:
        text = text[: found.begin] + "\t" + text[found.stop :]
    bare = unaccented(text)
    for match in reversed(list(SINGLE.finditer(bare))):
        before, after = text[: match.start()].strip(_EDGE + "()"), text[match.end() :].strip(_EDGE + "()")
        if not before or not after:
            text = text[: match.start()] + "\t" + text[match.end() :]
    text = _TRAILING.sub("", text)
    if "\t" in text or DURATION.fullmatch(text.strip()):
        text = DURATION.sub("", text)
    return re.sub(r"\(\s*\t\s*\)|\t", " ", text).replace("()", "").strip()


def _pieces(row: Row) -> list[tuple[str, bool]]:
    """The row split at tabs, at a change between bold and not, and at dashes and bars."""
    styled: list[tuple[str, bool]] = []
    last: tuple[bool, bool, int] | None = None
    for run in row.line.runs:
        for index, part in enumerate(run.text.split("\t")):
            blank = not part.strip(_EDGE)
            if index or not styled or (not blank and last != run.style and _breaks(styled[-1][0], part)):
                styled.append((part, run.bold))
            else:
                styled[-1] = (styled[-1][0] + part, styled[-1][1])
            last = run.style if not blank else last
    out: list[tuple[str, bool]] = []
    for text, bold in styled:
        bare = undated(LABEL.sub("", text.strip()))
        out += [(piece, bold) for piece in _STRONG.split(bare) if piece.strip(_EDGE)]
    notes = {undated(note).strip(_EDGE) for note in row.side}
    return [(text, bold) for text, bold in out if text.strip(_EDGE) not in notes]


def _breaks(before: str, after: str) -> bool:
    """A change of style parts names only where punctuation or a space stands between."""
    return before.rstrip() != before or before[-1:] in ",;:|–—-(" or after[:1] in " ,;:|–—-("


def _halved(name: Named) -> list[Named]:
    """One text that names two things: at "at", or at the comma that leaves an occupation on one side."""
    text = name.text
    if match := _AT.search(text):
        left, right = text[: match.start()], text[match.end() :]
        if has_position(left) or right[:1].isupper():
            return [Named(left.strip(_EDGE), name.row, name.bold), Named(right.strip(_EDGE), name.row, name.bold)]
    pieces = [piece for piece in _COMMA.split(text) if piece.strip(_EDGE)]
    merged: list[str] = []
    for piece in pieces:
        if merged and _SUFFIX.match(piece):
            merged[-1] += f", {piece}"
        else:
            merged.append(piece)
    if len(merged) < 2:
        if (
            (opening := text.rfind(" (")) > 0
            and text.endswith(")")
            and has_position(text[:opening])
            and has_organisation(text[opening:])
        ):
            return [Named(text[:opening], name.row, name.bold), Named(text[opening + 2 : -1], name.row, name.bold)]
        return [name]
    # The best cut puts all that sounds like an occupation on one side.
    best = 1
    for cut in range(1, len(merged)):
        left, right = ", ".join(merged[:cut]), ", ".join(merged[cut:])
        if has_position(left) != has_position(right):
            best = cut
            break
    left, right = ", ".join(merged[:best]), ", ".join(merged[best:])
    return [Named(left.strip(_EDGE), name.row, name.bold), Named(right.strip(_EDGE), name.row, name.bold)]


def occupation_score(text: str) -> int:
    """Above 0: sounds like an occupation; below 0: like an employer."""
    return 2 * has_position(text) - (2 if has_organisation(text) and not has_position(text) else has_organisation(text))
