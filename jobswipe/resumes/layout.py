"""From words on a page to lines in reading order: rows, columns, list marks, running headers and footers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobswipe.resumes.extracted import Line, Run
from jobswipe.resumes.glyphs import bullet_length
from jobswipe.resumes.headings import is_heading

# Words further apart than this many letter heights do not belong to one phrase.
_APART = 1.05
# Baselines closer than this many letter heights are one row.
_ROW = 0.35
_MIN_GUTTER = 6.0  # points
_PAGE_NUMBER = re.compile(
    r"^(?:.{0,60}?[\s|–—-])?(?:page|seite|página|pagina|pag\.?|p\.)?\s{0,9}\d{1,3}\s{0,9}(?:/|of|von|de|di|sur|van"
    r"|din)\s{0,9}\d{1,3}$"
    r"|^[-–—|\s]*(?:page|seite|página|pagina)?\s{0,9}\d{1,3}[-–—|\s]*$"
    r"|^last updated\b.{0,40}$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Word:
    """Points; `base` is the baseline's distance from the page's top. `glued`: no space before it."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    italic: bool
    font: int
    glued: bool


@dataclass(slots=True)
class Segment:
    """Words of one row that read on."""

    words: list[Word]
    x0: float
    x1: float
    base: float
    size: float

    @property
    def text(self) -> str:
        return "".join(("" if word.glued or not place else " ") + word.text for place, word in enumerate(self.words))


def lines(words: Sequence[Word], page: int, width: float, height: float, gutters: list[float]) -> list[Line]:
    """The page's lines in reading order. `gutters` remembers where earlier pages had columns, and is added to."""
    shown = [word for word in words if -5 < word.x0 < width + 5 and -5 < word.base < height + 20]
    rows = _rows(shown)
    out: list[Line] = []
    for region in _regions(rows, width, gutters):
        out += _lines_of(region, page)
    return out


def _rows(words: Iterable[Word]) -> list[list[Segment]]:
    grouped: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.base, word.x0)):
        if grouped:
            first = grouped[-1][0]
            if word.base - first.base <= _ROW * min(max(word.size, 4), max(first.size, 4)):
                grouped[-1].append(word)
                continue
        grouped.append([word])
    return [_segments(row) for row in grouped]


def _segments(row: list[Word]) -> list[Segment]:
    row.sort(key=lambda word: word.x0)
    segments: list[Segment] = []
    for word in row:
        if segments:
            last = segments[-1]
            if word.x0 - last.x1 <= _APART * max(min(word.size, last.words[-1].size), 4) and not _mark(last):
                last.words.append(word)
                last.x1 = max(last.x1, word.x1)
                last.size = max(last.size, word.size)
                continue
        segments.append(Segment([word], word.x0, word.x1, word.base, word.size))
    merged: list[Segment] = []
    for segment in segments:  # a list mark belongs to what follows it
        if merged and _mark(merged[-1]) and segment.x0 - merged[-1].x1 < 30:
            mark = merged[-1]
            mark.words += segment.words
            mark.x1, mark.size = segment.x1, segment.size
        else:
            merged.append(segment)
    return merged


def _mark(segment: Segment) -> bool:
    text = segment.text
    return len(text) <= 2 and bullet_length(text) >= len(text)


def _regions(rows: list[list[Segment]], width: float, gutters: list[float]) -> list[list[list[Segment]]]:
    """Split rows into regions read one after the other: what spans the page, then each column."""
    found = _columns(rows, width, gutters)
    if found is None:
        return [rows] if rows else []
    start, end, x = found
    gutters.append(x)
    left, right = [], []
    for row in rows[start:end]:
        if one := [segment for segment in row if (segment.x0 + segment.x1) / 2 < x]:
            left.append(one)
        if other := [segment for segment in row if (segment.x0 + segment.x1) / 2 >= x]:
            right.append(other)
    return [
        *([rows[:start]] if start else []),
        left,
        right,
        *_regions(rows[end:], width, gutters),
    ]


def _columns(rows: list[list[Segment]], width: float, gutters: Sequence[float]) -> tuple[int, int, float] | None:
    """The tallest run of rows that a white gutter divides into two columns: (first row, end row, x), or None.

    A real column has a section heading of its own on each side (or continues one of an earlier page): otherwise what
    stands to the right are dates and places that belong to the rows, or a table's cells.
    """
    best: tuple[float, float, int, int, float] | None = None
    headings = [[is_heading(segment.text) for segment in row] for row in rows]
    candidates = {round(segment.x0 - _MIN_GUTTER / 2, 0) for row in rows for segment in row}
    for x in sorted(candidates):
        if not 0.15 * width < x < 0.85 * width:
            continue
        begin = 0
        for index in range(len(rows) + 1):
            crossed = index == len(rows) or any(
                segment.x0 < x + _MIN_GUTTER / 2 - 1 and segment.x1 > x - _MIN_GUTTER / 2 for segment in rows[index]
            )
            if not crossed:
                continue
            if index - begin >= 3:
                scored = _score(rows, headings, begin, index, x, gutters)
                if scored is not None and (best is None or scored > best):
                    best = scored
            begin = index + 1
    return None if best is None else best[2:]


def _score(
    rows: list[list[Segment]], headings: list[list[bool]], begin: int, end: int, x: float, gutters: Sequence[float]
) -> tuple[float, float, int, int, float] | None:
    sides: tuple[list[int], list[int]] = ([], [])  # rows with a heading, left and right
    filled = [0, 0]
    white_from, white_to = 0.0, 10_000.0
    for index in range(begin, end):
        for segment, heading in zip(rows[index], headings[index], strict=True):
            side = 0 if segment.x1 <= x + _MIN_GUTTER / 2 else 1
            filled[side] += 1
            if side:
                white_to = min(white_to, segment.x0)
            else:
                white_from = max(white_from, segment.x1)
            if heading:
                sides[side].append(index)
    if min(filled) < 2:
        return None
    known = any(abs(x - gutter) < 20 for gutter in gutters)
    if not (sides[0] and sides[1]) and not (known and (sides[0] or sides[1])):
        return None
    start = begin if known else min(*sides[0][:1], *sides[1][:1])
    if end - start < 3:
        return None
    tall = rows[end - 1][0].base - rows[start][0].base
    return (tall, white_to - white_from, start, end, (white_from + white_to) / 2 if white_from else x)


def _lines_of(rows: list[list[Segment]], page: int) -> list[Line]:
    out: list[Line] = []
    before: Segment | None = None
    for row in _level(rows):
        runs = _runs(row)
        text = "".join(run.text for run in runs)
        if not text.strip():
            continue
        first = row[0]
        size = max(segment.size for segment in row)
        gap = (first.base - before.base) / max(min(size, before.size), 4) if before is not None else 0.0
        cut = bullet_length(text)
        if cut:
            runs = _cut(runs, cut)
            if not runs:
                continue
        left = runs[0].x0
        out.append(
            Line(
                runs=runs,
                page=page,
                x0=round(left, 1),
                x1=round(row[-1].x1, 1),
                top=round(first.base - size, 1),
                gap=round(gap, 2),
                bullet=cut > 0,
            )
        )
        before = max(row, key=lambda segment: segment.size)
    return out


def _level(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Rows in which a date that is centred beside a wrapped title stands on the title's first line."""
    out: list[list[Segment]] = []
    for row in rows:
        if out:
            last = out[-1]
            near = row[0].base - last[0].base < 0.75 * min(row[0].size, last[0].size)
            if near and row[0].x0 > last[-1].x1:
                last += row
                continue
            if near and row[-1].x1 < last[0].x0:
                out[-1] = [*row, *last]
                continue
        out.append(list(row))
    return out


def _runs(row: list[Segment]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for place, segment in enumerate(row):
        for index, word in enumerate(segment.words):
            joint = ("\t" if place else "") if not index else ("" if word.glued else " ")
            last = runs[-1] if runs else None
            same = last is not None and index and last.style == (word.bold, word.italic, word.font)
            if last is not None and same and abs(last.size - word.size) < 0.5:
                runs[-1] = Run(
                    last.text + joint + word.text,
                    last.bold,
                    last.italic,
                    last.size,
                    last.x0,
                    round(word.x1, 1),
                    last.font,
                )
            else:
                runs.append(
                    Run(
                        joint + word.text,
                        word.bold,
                        word.italic,
                        round(word.size, 1),
                        round(word.x0, 1),
                        round(word.x1, 1),
                        word.font,
                    )
                )
    return tuple(runs)


def _cut(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    kept: list[Run] = []
    for run in runs:
        text = run.text[count:] if count else run.text
        count = max(0, count - len(run.text))
        if not kept:
            text = text.lstrip("\t ")
            # Where the text after the mark begins is not recorded: the run's share of its width is close enough.
        if text:
            shift = (run.x1 - run.x0) * (1 - len(text) / max(len(run.text), 1)) if not kept else 0.0
            kept.append(Run(text, run.bold, run.italic, run.size, round(run.x0 + shift, 1), run.x1, run.font))
    return tuple(kept)


def without_margins(pages: list[list[Line]]) -> list[Line]:
    """All lines but running headers and footers: page numbers, and what stands at the edge of several pages."""
    edges: list[set[int]] = []
    for page in pages:
        by_top = sorted(range(len(page)), key=lambda index: page[index].top)
        edges.append({*by_top[:1], *by_top[-2:]} if len(page) > 3 else {*by_top[-1:], *by_top[:1]})
    seen = Counter(
        key for page, edge in zip(pages, edges, strict=True) for key in {_masked(page[index]) for index in edge}
    )
    out: list[Line] = []
    for page, edge in zip(pages, edges, strict=True):
        for index, line in enumerate(page):
            repeated = len(pages) > 1 and seen[_masked(line)] > 1 and line.page != 1
            last_seen = len(pages) > 1 and seen[_masked(line)] > 1 and line.top > 0.5 * max(one.top for one in page)
            if len(page) > 2 and index in edge and (_PAGE_NUMBER.match(line.text.strip()) or repeated or last_seen):
                continue
            out.append(line)
    return out


def _masked(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.split()))
