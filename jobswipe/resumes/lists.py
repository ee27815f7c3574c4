"""Sections that are lists: skills, languages, certificates, awards, publications, interests, references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from jobswipe.resumes.contact import EMAIL, URL
from jobswipe.resumes.dates import find_date, find_range
from jobswipe.resumes.extracted import Line
from jobswipe.resumes.fields import Entry
from jobswipe.resumes.headings import PHRASES, fold
from jobswipe.resumes.rows import Row, join, quote
from jobswipe.resumes.where import is_place
from jobswipe.resumes.words import is_language

_LABELLED = re.compile(r"^([^:;,.\t]{2,48}?)\s*[:：]\s*(?=\S|$)")
_DASHED = re.compile(r"^([^:;,.\t–—]{2,40}?)\s+[-–—]\s+(?=\S)")
_ITEMS = re.compile(r"\t|\s*[;•·●▪|◦]\s*|,(?=\s)|,(?=[^\d\s])|\s+/\s+|\s{3,}")
_STRIP = " \t,;|•·●○◦.–—-*★☆■□"
_PARENS = re.compile(r"(?:(?<!\s)\s+)?\(([^()]{0,60})\)?$")
_LEVEL = re.compile(
    r"^(?:beginner|basic(?:s)?|elementary|intermediate|advanced|expert|proficient|fluent|native|mother tongue|familiar"
    r"|experienced|good|very good|excellent|conversational"
    r"|professional(?: working proficiency)?|working knowledge|limited|bilingual|grundkenntnisse|gut|sehr gut"
    r"|fortgeschritten|fließend|muttersprache|verhandlungssicher"
    r"|débutant|intermédiaire|avancé|courant|langue maternelle|básico|intermedio|avanzado|nativo|fluido|fluente|nativ"
    r"|avansat|mediu|începător"
    r"|[abc][12](?:[+-]|\b.{0,20})?|\d{1,3} ?%|\d(?:[.,]\d)? ?/ ?\d{1,2}|(?:less than )?\d+\+? (?:years?|months?|yrs?"
    r"|jahre?|ans|años)|[●○★☆■□◐]{2,10}|\d(?:\.\d)?)$",
    re.IGNORECASE,
)
_AND = re.compile(r"^(?:and|und|et|y|e|en|și)\s+", re.IGNORECASE)
_MAX_SKILL = 60


def paragraphs(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows grouped with the lines that they wrap onto."""
    out: list[list[Row]] = []
    for row in rows:
        if out and row.continued and not row.bullet:
            out[-1].append(row)
        else:
            out.append([row])
    return out


def skills(rows: Sequence[Row]) -> list[Entry]:
    """`{name, keywords}` for each labelled group; one group without a name for what is not labelled."""
    groups: list[tuple[str | None, Line, list[tuple[str, Line, str]]]] = []
    loose: list[tuple[str, Line, str]] = []
    open_group = False
    for index, row in enumerate(rows):
        label, rest = _group(row)
        if label is not None:
            groups.append((label, row.line, []))
            open_group = True
            target = groups[-1][2]
            # The label was not set apart by blank space only: what follows is its list.
            rest_parts = rest
        else:
            wraps = open_group and not row.bullet and _wraps(row, rows)
            target = groups[-1][2] if wraps else loose
            open_group = wraps
            rest_parts = row.parts
        previous = target[-1] if target else None
        beside = previous is not None and index > 0 and rows[index - 1].line is previous[1]
        for position, part in enumerate(rest_parts):
            first = True
            for item in items_of(part):
                name = _level(item)[1]
                if (
                    first
                    and beside
                    and not position
                    and previous is not None
                    and label is None
                    and _joined(previous[0], previous[1], row, item)
                ):
                    merged = f"{previous[0]}{'' if previous[0].endswith(('-', '/')) else ' '}{name}"
                    target[-1] = (merged, previous[1], f"{previous[2]}\n{item}")
                elif name and not _LEVEL.match(name):
                    target.append((name, row.line, name))
                first = False
    out = []
    for label, line, items in groups:
        entry = Entry()
        entry.put("name", label, 0.9, line)
        entry.put_list("keywords", _distinct(items), 0.9)
        if "keywords" in entry.values:
            out.append(entry)
        elif label is not None and len(label) <= _MAX_SKILL:
            loose.append((label, line, label))
    if loose:
        entry = Entry()
        entry.put_list("keywords", _distinct(loose), 0.8)
        out.append(entry)
    return out


def _group(row: Row) -> tuple[str | None, list[str]]:
    """(label, the parts of its list) when the row begins with a label."""
    first = row.parts[0] if row.parts else ""
    if match := _LABELLED.match(first):
        rest = first[match.end() :].strip()
        return match[1].strip(_STRIP), [*([rest] if rest else []), *row.parts[1:]]
    if (
        len(row.parts) == 2
        and not _ITEMS.search(first)
        and len(first) <= 40
        and len(items_of(row.parts[1])) > 1
        and not _LEVEL.match(row.parts[1])
    ):
        return first.strip(_STRIP), row.parts[1:]
    lead = row.line.runs[0]
    if (
        lead.bold
        and len(row.line.runs) > 1
        and not row.line.runs[1].bold
        and len(lead.text.strip()) <= 40
        and "," not in lead.text.strip(" ,:")
    ):
        return lead.text.strip(_STRIP + ":"), [row.main[len(lead.text.rstrip()) :].strip(_STRIP + ":")]
    if (match := _DASHED.match(first)) and len(items_of(first[match.end() :])) > 1:
        return match[1].strip(_STRIP), [first[match.end() :], *row.parts[1:]]
    return None, row.parts


def _wraps(row: Row, rows: Sequence[Row]) -> bool:
    """Whether an unlabelled row goes on with the group above: where every row has a label, or the last one ends"
    " open."""
    index = next(place for place, one in enumerate(rows) if one is row)
    last = rows[index - 1]
    if row.continued or last.main.rstrip().endswith((",", ";", "/", "-", "|", "•", "·")) or row.main[:1].islower():
        return True
    return not last.main.rstrip().endswith(".") and row.line.gap <= 1.6 and len(last.main) > 60 and "," in row.main


def _joined(previous: str, line: Line, row: Row, item: str) -> bool:
    """Whether an item wraps over two lines."""
    del item
    last = line.text.rstrip()
    if line is row.line or not last.endswith(previous[-12:]):
        return False
    return not row.bullet and (row.continued or len(last) > 60) and not last.endswith((",", ";", "|", "•", "·", "."))


def items_of(text: str) -> list[str]:
    """The single things of a list; commas inside parentheses do not part it."""
    out: list[str] = []
    depth, start = 0, 0
    for match in re.finditer(rf"[()]|{_ITEMS.pattern}", text):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth = max(0, depth - 1)
        elif not depth:
            out.append(text[start : match.start()])
            start = match.end()
    out.append(text[start:])
    return [
        _AND.sub("", item.strip(_STRIP)) if not item.strip().startswith(".") else item.strip(_STRIP.replace(".", ""))
        for item in out
        if item.strip(_STRIP)
    ]


def _level(item: str) -> tuple[str | None, str]:
    """("3 years", "Python") of "Python (3 years)"."""
    if (match := _PARENS.search(item)) and _LEVEL.match(match[1].strip()):
        return match[1].strip(), item[: match.start()].strip(_STRIP)
    name = item
    if not item.startswith("."):
        name = item.strip(_STRIP)
    return None, name if len(name) <= 200 else ""


def _distinct(items: Iterable[tuple[str, Line, str]]) -> list[tuple[str, Line, str]]:
    seen: set[str] = set()
    out = []
    for item in items:
        if (key := item[0].casefold()) not in seen:
            seen.add(key)
            out.append(item)
    return out


def languages(rows: Sequence[Row]) -> list[Entry]:
    """`{language, fluency}`: "English (C1)", "German: native", "Spanish – fluent", a column of levels beside."""
    out: list[Entry] = []
    for row in rows:
        listed = _language_list(row)
        parts = row.parts if listed is None else listed
        if len(parts) == 2 and is_language(parts[0].strip(_STRIP + ":")):
            out.append(_language(parts[0].strip(_STRIP + ":"), parts[1].strip(_STRIP), row))
            continue
        for part in parts:
            for item in items_of(part):
                match = re.match(
                    r"^([^\W\d_][^:()–—,]{1,30}?)(?:\s*[:(–—]\s*|\s+-\s+|\s+(?=[ABC][12]\b)|\s*,\s*|$)(.*)$", item
                )
                if match and is_language(match[1]):
                    out.append(_language(match[1].strip(), match[2].strip(" )" + _STRIP), row))
                elif (words := item.split()) and is_language(words[0]) and _LEVEL.match(" ".join(words[1:])):
                    out.append(_language(words[0], " ".join(words[1:]), row))
                elif len(words) > 1 and is_language(words[-1]) and _LEVEL.match(" ".join(words[:-1])):
                    out.append(_language(words[-1], " ".join(words[:-1]), row))
                elif out and _LEVEL.match(item):
                    out[-1].put("fluency", item, 0.7, row.line)
    return list({entry.values["language"]: entry for entry in reversed(out)}.values())[::-1]


def _language(name: str, level: str, row: Row) -> Entry:
    entry = Entry()
    entry.put("language", name, 0.95, row.line)
    if level and not re.fullmatch(r"[\d.,]+", level) and any(letter.isalnum() for letter in level):
        entry.put("fluency", level, 0.9, row.line)
    return entry


def _language_list(row: Row) -> list[str] | None:
    """What follows the label of a line "Languages: English, Hebrew"."""
    label, rest = _group(row)
    return rest if label is not None and PHRASES.get(fold(label)) == "languages" else None


def is_language_line(row: Row) -> bool:
    """A line "Languages: English, Hebrew" outside any section of languages; not one of programming languages."""
    items = [item for part in _language_list(row) or () for item in items_of(part)]
    known = [item for item in items if is_language(_PARENS.sub("", item).split(" - ")[0].strip())]
    return len(known) * 2 > len(items)


def titled(rows: Sequence[Row], key: str, other: str, vocabulary: Counter[str]) -> list[Entry]:
    """Certificates (`key` name, `other` issuer) and awards (title, awarder): one to a paragraph, its date out of it."""
    out: list[Entry] = []
    dated = Counter(row.style for row in rows if find_date(row.main))
    for group in paragraphs(rows):
        text = join(group, vocabulary)
        row = group[0]
        if sum(dated.values()) > 2 and not row.bullet and not find_date(text) and row.style not in dated:
            continue  # a heading within the section
        if (
            out
            and not row.bullet
            and not any(one.bullet for one in rows)
            and row.line.gap < 1.4
            and _is_detail(row, rows)
        ):
            _detail(out[-1], row, other)
            continue
        entry = Entry()
        dates = [find_range(text), find_date(text)]
        found = next((one for one in dates if one is not None), None)
        title = text
        if found is not None:
            title = _without(text, found.begin, found.stop)
        for note in row.side:
            if found is None and (single := find_date(note)) is not None:
                entry.put("date", single.end, 0.8, row.line, note[single.begin : single.stop])
        place = None
        told: list[str] = []
        if key == "name":
            told = _told_by_bold(row)
        parts = [part for part in re.split(r"\t|\s{1,20}[|•·]\s+", title) if part.strip(_STRIP)]
        if len(row.parts) > 1:
            parts = [bare for part in row.parts if (bare := _undated(part)) and not is_place(bare)]
            place = next((part for part in row.parts if is_place(part)), None)
        pieces = (
            told or parts if told or len(parts) > 1 else re.split(r"(?<!\s)\s+[–—-]\s+", parts[0] if parts else title)
        )
        name = pieces[0].strip(" \t,;|•·–—-")
        if not name or len(name) > 300 or not any(letter.isalpha() for letter in name):
            continue
        entry.put(key, name, 0.85, row.line, quote(group) if len(group) > 1 else name)
        if found is not None:
            entry.put("date", found.end or found.start, 0.85, row.line, text[found.begin : found.stop])
        if len(pieces) > 1 and (
            rest := " – ".join(
                piece.strip(_STRIP) for piece in pieces[1:] if piece.strip(_STRIP + ":") and piece != place
            )
        ):
            entry.put(other, rest, 0.6, row.line)
        out.append(entry)
    return out


def _told_by_bold(row: Row) -> list[str]:
    """Name and issuer where bold type tells them apart: "**Crane Licence**, Dock Authority"; else nothing."""
    runs = [run for run in row.line.runs if run.text.strip()]
    lead = next((index for index, run in enumerate(runs) if run.bold), None)
    if lead is None or lead + 1 >= len(runs) or runs[lead + 1].bold or "\t" in runs[lead].text.strip():
        return []
    after = runs[lead + 1].text.split("\t")[0]
    told = [_undated(runs[lead].text), _undated(after)]
    return told if after[:1] in ", " and all(told) else []


def _undated(text: str) -> str:
    for finder in (find_range, find_date):
        if (found := finder(text)) is not None:
            text = _without(text, found.begin, found.stop)
    return text.strip(_STRIP)


def _without(text: str, begin: int, stop: int) -> str:
    return re.sub(r"\(\s*\)|\[\s*\]", "", text[:begin] + text[stop:]).strip(" \t,;|–—-:")


def _is_detail(row: Row, rows: Sequence[Row]) -> bool:
    first = rows[0]
    return row.style != first.style and first.line.bold


def _detail(entry: Entry, row: Row, other: str) -> None:
    found = find_date(row.main)
    if found is not None:
        entry.put("date", found.end, 0.8, row.line, row.main[found.begin : found.stop])
    if (rest := _undated(row.main)) and not is_place(rest):
        entry.put(other, rest, 0.6, row.line)


_DOI = re.compile(r"\b10\.\d{4,9}/[^\s()<>\"]{1,100}")


def publication(rows: Sequence[Row], date: str | None, vocabulary: Counter[str]) -> Entry:
    """One publication of a title line and its lines of authors and address."""
    entry = Entry()
    first, rest = _title_rows(rows)
    title = join([Row(row.line, _undated_parts(row), row.side) for row in first], vocabulary)
    found = find_range(title) or find_date(title)
    if found is not None and (found.begin < 2 or found.stop > len(title) - 3):
        title = _without(title, found.begin, found.stop)
    entry.put("name", title.strip(" \t,;."), 0.85, first[0].line, quote(first))
    release = date
    for row in rows:
        if release is None and (single := find_date(row.main)) is not None:
            release = single.end
        if match := _DOI.search(row.main):
            entry.put("url", f"https://doi.org/{match[0]}", 0.9, row.line, match[0])
        elif match := URL.search(row.main):
            entry.put("url", match[0] if "/" in match[0] else None, 0.7, row.line)
        if (match := re.search(r"\(([^()]{3,80})\)\s*$", row.main)) and row in rest:
            entry.put("publisher", match[1], 0.7, row.line)
    if release is not None:
        dated = next((row for row in rows if row.dates is not None), rows[0])
        entry.put("releaseDate", release, 0.85, dated.line, _date_quote(dated))
    authors = next((row for row in rest if row.main.count(",") or " and " in row.main), None)
    if authors is not None and not _DOI.search(authors.main) and not URL.search(authors.main):
        entry.put("summary", authors.main, 0.6, authors.line)
    return entry


def _undated_parts(row: Row) -> list[str]:
    """The row's parts without those that are nothing but a date."""
    return [part for part in row.parts if len(row.parts) == 1 or _undated(part)]


def _date_quote(row: Row) -> str:
    return next((part for part in [*row.side, *row.parts] if find_date(part)), row.main)


def _title_rows(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    end = 1
    style = rows[0].style
    while (
        end < len(rows) and not rows[end].bullet and rows[end].style == style and style[0] and rows[end].line.gap <= 1.6
    ):
        end += 1
    while end < len(rows) and rows[end].continued:
        end += 1
    return list(rows[:end]), list(rows[end:])


def interests(rows: Sequence[Row]) -> list[Entry]:
    out = []
    for row in rows:
        for part in row.parts:
            label = _LABELLED.match(part)
            for item in items_of(part[label.end() :] if label else part):
                name = item.strip(_STRIP)
                if 1 < len(name) <= 80 and any(letter.isalpha() for letter in name):
                    entry = Entry()
                    entry.put("name", name, 0.85, row.line)
                    out.append(entry)
    return out


def references(rows: Sequence[Row]) -> list[Entry]:
    """Referees by name; "available upon request" is no reference."""
    out: list[Entry] = []
    text = fold(" ".join(row.main for row in rows))
    if "request" in text or "anfrage" in text or "sur demande" in text or "peticion" in text or not rows:
        return []
    for row in rows:
        if out and (not row.main[:1].isalpha() or EMAIL.search(row.main)):
            continue
        if out and not (row.line.gap > 1.9 or (row.line.bold and rows[0].line.bold)):
            previous = out[-1].values.get("reference", "")
            out[-1].values["reference"] = f"{previous}\n{row.main}" if previous else row.main
            out[-1].sources.setdefault("reference", {"confidence": 0.6, "page": row.line.page, "quote": row.main})
            continue
        if EMAIL.search(row.main) or not row.main[:1].isalpha():
            continue
        entry = Entry()
        entry.put("name", row.main.strip(_STRIP), 0.7, row.line)
        out.append(entry)
    for entry in out:
        if "reference" in entry.values:
            entry.sources["reference"]["quote"] = entry.values["reference"]
    return out
