"""Lines made ready to be understood: what hangs at the right margin set apart, wrapped lines known as such."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jobswipe.resumes.dates import DURATION, Dates, find_date, find_range
from jobswipe.resumes.extracted import Line, Run
from jobswipe.resumes.where import is_place

# Hyphenated at a line's end because it is written so, not because the line was full.
_COMPOUNDS = frozenset(
    "open cloud self high low multi cross real end set co non full front back user data well long short large small"
    " part on off"
    " event test cost state time machine third second first two three four best world client server web problem"
    " decision team"
    " industry company domain customer service object model market business micro pre post re inter peer point year"
    " day month"
    " fast hands all in out up over under top bottom key role rule risk value ad anti e mid near next old new pro semi"
    " sub trans"
    " ultra vice hard soft fine deep ready large-scale".split()
)
_SECONDS = frozenset(
    "driven based oriented friendly wide level scale ready facing time end source term side quality free aware"
    " specific related"
    " focused centric making building party performance reliability functional house native depth first".split()
)
# What accessibility text and exports write before a value.
LABEL = re.compile(
    r"^(?:(?:date|dates|location|period|duration|zeitraum|ort)\s*:\s*|(?:period|duration)\s+(?=\S))", re.IGNORECASE
)


@dataclass(slots=True)
class Row:
    """`main` is the line without its side notes (dates, places, durations at the right); `parts` are its"
    " tab-separated parts."""

    line: Line
    parts: list[str]
    side: list[str] = field(default_factory=list)
    dates: Dates | None = None
    dated_part: int = -1
    continued: bool = False

    @property
    def main(self) -> str:
        return " ".join(self.parts)

    @property
    def bullet(self) -> bool:
        return self.line.bullet

    @property
    def body(self) -> bool:
        return self.line.bullet or self.continued

    @property
    def style(self) -> tuple[bool, bool, int, int]:
        run = next((run for run in self.line.runs if run.text.strip()), Run(""))
        return *run.style, round(run.size * 10)


def rows(lines: Sequence[Line]) -> list[Row]:
    """One row for each line."""
    out: list[Row] = []
    width = max((line.x1 for line in lines), default=0.0)
    long = max((len(line.text) for line in lines), default=0)
    for line in lines:
        parts = [LABEL.sub("", part.strip()) for part in line.text.split("\t") if part.strip()]
        row = Row(line, parts)
        previous = out[-1] if out else None
        row.continued = previous is not None and _continues(row, previous, long)
        if (row.bullet or row.continued) and len(parts) > 1:
            while len(row.parts) > 1 and _is_note(row.parts[-1]):
                row.side.insert(0, row.parts.pop())
        elif row.continued and width and line.x0 > 0.6 * width and _is_note(row.main):
            row.side, row.parts = row.parts, []
        _date(row)
        out.append(row)
    return out


def _is_note(part: str) -> bool:
    if (found := find_range(part) or find_date(part)) is not None:
        rest = DURATION.sub("", part[: found.begin] + part[found.stop :])
        return len(rest.strip(" ,;|()-–—·•")) <= 3 or is_place(rest)
    return bool(DURATION.fullmatch(part.strip())) or is_place(part)


def _date(row: Row) -> None:
    candidates = [*row.side, *([] if row.body else row.parts)]
    if row.body and not row.side:
        return
    for finder in (find_range, find_date):
        for index, part in enumerate(candidates):
            if (found := finder(part)) is not None and _at_edge(found, part):
                row.dates = found
                row.dated_part = index - len(row.side)
                return


def _at_edge(found: Dates, part: str) -> bool:
    """A date in the middle of a sentence dates nothing."""
    before, after = part[: found.begin].strip(" (["), DURATION.sub("", part[found.stop :]).strip(" )].,;:|-–—")
    if not before or not after:
        return not found.single or len(before) + len(after) < 110
    if found.single:
        return False
    return (len(before) <= 60 and len(after) <= 60) or is_place(after)


def _continues(row: Row, previous: Row, long: int) -> bool:
    line, last = row.line, previous.line
    if line.bullet or not last.runs:
        return False
    if line.page is not None and last.page is not None:  # a page with positions
        if not previous.body:
            return False
        turned = line.page != last.page or line.gap <= 0
        indent = abs(line.x0 - last.x0) <= (8 if last.bullet else 4)
        if turned:
            return indent and line.text[:1].islower()
        return indent and line.gap <= 1.75 and (line.runs[0].bold == last.runs[-1].bold or line.text[:1].islower())
    if line.gap > 1.5 or not previous.body:
        return False
    if line.x0 and abs(line.x0 - last.x0) <= 15 and last.bullet:
        return True
    ended = last.text.rstrip().endswith((".", "!", "?", ";"))
    return line.text[:1].islower() or (
        len(last.text) > max(60, 0.75 * long) and not ended and find_range(line.text) is None and not line.bold
    )


def join(rows_: Sequence[Row], vocabulary: Counter[str]) -> str:
    """The rows' text as one paragraph, with words that were divided at a line's end made whole."""
    text = ""
    for row in rows_:
        part = row.main
        if not text:
            text = part
        elif text.endswith("-") and part[:1].islower() and not text.endswith((" -", "--")):
            text = unhyphenated(text, part, vocabulary)
        elif text.endswith(("/", "-")) and not text.endswith((" -", " /")):
            text += part
        else:
            text = f"{text} {part}"
    return text


def unhyphenated(text: str, part: str, vocabulary: Counter[str]) -> str:
    first = re.split(r"[\s/(,]", text[:-1])[-1].lower()
    second = re.match(r"[\w'’]*", part)
    rest = second[0].lower() if second else ""
    whole = first.rsplit("-", 1)[-1] + rest
    if (
        vocabulary[f"{first}-{rest}"]
        or rest in _SECONDS
        or (not vocabulary[whole] and first.rsplit("-", 1)[-1] in _COMPOUNDS)
    ):
        return text + part
    return text[:-1] + part


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def vocabulary(lines: Sequence[Line]) -> Counter[str]:
    """Every word of the document, and every hyphenated one that is not broken over lines."""
    return Counter(match[0].lower() for line in lines for match in _WORD.finditer(line.text))


def quote(rows_: Sequence[Row]) -> str:
    """What the rows say, verbatim, a line each."""
    return "\n".join(row.main for row in rows_)
