"""A resume's lines to its sections: by the headings it has, known ones by their words, others by their looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jobswipe.resumes.dates import find_range
from jobswipe.resumes.extracted import Line
from jobswipe.resumes.headings import section_of


@dataclass(slots=True)
class Section:
    """`kind` is a JSON Resume section, `summary`, `head` (before the first heading) or `other`."""

    kind: str
    title: str
    lines: list[Line] = field(default_factory=list)


def sections(lines: Sequence[Line]) -> list[Section]:
    """The sections in the order of the file; the first is `head`."""
    kinds = [_known(line) for line in lines]
    kinds = _consistent(lines, kinds)
    style = _heading_style(lines, kinds)
    out = [Section("head", "")]
    for line, kind in zip(lines, kinds, strict=True):
        if kind is None and style is not None and _looks_like(line, style):
            largest = max((one.size for one in out[-1].lines), default=0.0)
            if out[-1].kind != "head":
                kind = "other"
            elif largest > line.size + 0.6:  # a heading of its own kind before all others: it introduces the person
                kind = "summary"
        if kind is not None:
            out.append(Section(kind, line.text.strip()))
        else:
            out[-1].lines.append(line)
    return out


def _known(line: Line) -> str | None:
    return None if line.bullet else section_of(line.text)


_Looks = tuple[int, bool, bool]


def _looks(line: Line) -> _Looks:
    text = line.text.strip()
    return round(line.size * 2), line.bold, text.isupper()


def _heading_style(lines: Sequence[Line], kinds: Sequence[str | None]) -> _Looks | None:
    """How the known headings look, when that tells them from the rest."""
    looks = Counter(_looks(line) for line, kind in zip(lines, kinds, strict=True) if kind is not None)
    if not looks:
        return None
    style, count = looks.most_common(1)[0]
    total = sum(looks.values())
    others = sum(1 for line, kind in zip(lines, kinds, strict=True) if kind is None and _looks(line) == style)
    body = Counter(round(line.size * 2) for line in lines)
    usual = body.most_common(1)[0][0]
    larger = style[0] > usual + 1
    if count < 2 or count * 2 < total or not (larger or (style[1] and style[2]) or style[2]):
        return None
    return style if others <= max(count, 6) else None


def _consistent(lines: Sequence[Line], kinds: list[str | None]) -> list[str | None]:
    """Drop "headings" that look like the text while the document's true headings stand out in size."""
    sized = [line.size for line, kind in zip(lines, kinds, strict=True) if kind is not None and line.page is not None]
    if len(sized) < 4:
        return kinds
    usual = sorted(sized)[len(sized) // 2]
    body = Counter(round(line.size, 1) for line in lines).most_common(1)[0][0]
    if usual <= body * 1.12:
        return kinds
    return [
        None if kind is not None and line.size < usual * 0.86 and line.size <= body * 1.05 else kind
        for line, kind in zip(lines, kinds, strict=True)
    ]


def _looks_like(line: Line, style: _Looks) -> bool:
    text = line.text.strip()
    return (
        not line.bullet
        and _looks(line) == style
        and len(text) <= 50
        and len(text.split()) <= 6
        and "\t" not in text
        and any(letter.isalpha() for letter in text)
        and find_range(text) is None
        and not text.endswith((".", ",", ";"))
    )
