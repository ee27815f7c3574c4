"""Education: school, degree, subject, dates, grade and courses, whatever order they stand in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from jobswipe.resumes.careers import read_block, when
from jobswipe.resumes.contact import EMAIL
from jobswipe.resumes.entries import Block, blocks
from jobswipe.resumes.fields import Entry
from jobswipe.resumes.header import Named
from jobswipe.resumes.lists import paragraphs
from jobswipe.resumes.rows import Row, join
from jobswipe.resumes.words import find_degree, has_school

_SCORE = re.compile(
    r"(?:\b(?:c?gpa|grade|score|note|abschlussnote|durchschnitt|average|mention|percentage"
    r"|result)\b\s*[:=-]?\s*)(\d{1,3}(?:[.,]\d{1,2})?%?(?:\s?/\s?\d{1,3}(?:[.,]\d{1,2})?)?)"
    r"|(\d(?:[.,]\d{1,2})?(?:\s?/\s?\d{1,2}(?:[.,]\d{1,2})?)?)\s*(?:c?gpa\b)|(\d{1,3}(?:[.,]\d{1,2})?\s?%)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_COURSES = re.compile(
    r"^(?:relevant |selected |key )?(?:courses?(?:work)?|modules|subjects|cursuri relevante|kurse)\s*:\s*(.+)$",
    re.IGNORECASE,
)
_AREA = re.compile(
    r"^\s*(?:degree\s+)?(?:in|of|en|im|in der|în|op het gebied van|with (?:a )?(?:major|specialization) in|:|,|-|–|—"
    r"|\()\s*",
    re.IGNORECASE,
)
_OF = re.compile(
    r"^\s+(?:of|de|în|di|em)\s+((?:applied |fine |social |political |computer |medical |health )?"
    r"(?:science|sciences|arts|art|engineering|technology|business administration|commerce|laws?|education|philosophy"
    r"|medicine|architecture|music|management"
    r"|nursing|pharmacy|surgery|computer applications?|applied science|finance|economics|design|fine arts|business"
    r"|public health|social work|letters|theology"
    r"|știință|arte|științe|scienze|ciencias|artes)\b)",
    re.IGNORECASE,
)
_UP_TO_DATE = re.compile(
    r"^(?:graduated|graduation|absolvent|expected|abschluss|diplomado|diplômé|class of|batch|year of passing"
    r"|passing year)\b\s*:?\s*",
    re.IGNORECASE,
)


def education(rows: Sequence[Row], words: Counter[str]) -> list[Entry]:
    """`{institution, studyType, area, startDate, endDate, score, courses}`."""
    found = blocks(rows)
    plain = len({row.style for row in rows if not row.body}) == 1
    if plain and not any(row.bullet for row in rows) and all(len(row.parts) == 1 for row in rows):
        found = _by_meaning(rows)
    out: list[Entry] = []
    for block in found:
        for part in _split_block(block):
            entry = _study(part, words)
            if "institution" in entry.values or "studyType" in entry.values:
                out.append(entry)
    return out


def _by_meaning(rows: Sequence[Row]) -> list[Block]:
    """Studies in plain lines: a degree, a school or a date that the study at hand has already begins the next."""
    out: list[Block] = []
    has: set[str] = set()
    traits = [_traits(row) for row in rows]
    for index, (row, own) in enumerate(zip(rows, traits, strict=True)):
        begins = not out or bool(own & has)
        if not begins and "date" in has and not own & {"date"}:
            # After its date a study is over, unless the school or degree still missing follows.
            later = next((trait for trait in traits[index + 1 : index + 3] if trait), set())
            begins = (bool(own) and bool(later & ({"school", "degree"} - own))) or (not own and bool(later - {"date"}))
        if begins and (own or not out or "date" in has):
            out.append(Block(header=[row]))
            has = set(own)
        elif own:
            out[-1].header.append(row)
            has |= own
        else:
            (out[-1].header if len(row.main) < 60 and "date" not in has else out[-1].body).append(row)
    return out


_SCHOOL_LEAVING = re.compile(
    r"^(?:diploma de liceu|high school diploma|(?:higher |senior )?secondary school(?: certificate)?)\b.{0,20}$",
    re.IGNORECASE,
)


def _traits(row: Row) -> set[str]:
    text = row.main
    if len(text) > 140:
        return set()
    found = set()
    degree = find_degree(text)
    if has_school(text) and not (
        degree is not None and len(text) < 45 and "," not in text and _SCHOOL_LEAVING.search(text)
    ):
        found.add("school")
    if degree is not None and not ("school" in found and degree.start() > 12):
        found.add("degree")
    if row.dates is not None:
        found.add("date")
    return found


def _split_block(block: Block) -> list[Block]:
    """Plain lists of studies without any gap: every line that names both a degree and a school is one of its own."""
    rows = [*block.header, *block.body]
    heads = [row for row in rows if not row.continued and find_degree(row.main) and has_school(row.main)]
    if len(heads) < 2 or (any(row.bullet for row in rows) and not all(row.bullet for row in heads)):
        return [block]
    out: list[Block] = []
    for row in rows:
        if row in heads or not out:
            out.append(Block(header=[row]))
        else:
            out[-1].body.append(row)
    return out


def _study(block: Block, words: Counter[str]) -> Entry:
    entry = Entry()
    header = read_block(block, commas=False)
    names = [Named(text, named.row, named.bold) for named in header.names for text in _parts(named.text)]
    names = [
        named
        for named in names
        if (named_text := _UP_TO_DATE.sub("", named.text).strip(" ,:-–")) and not _only_score(named_text)
    ]
    school = next((named for named in names if has_school(named.text)), None)
    degree = next((named for named in names if named is not school and find_degree(named.text)), None)
    if school is None and degree is None and names:
        school = names[0]
    elif school is None and degree is not None:
        others = [named for named in names if named is not degree and named.row is not degree.row]
        before = [named for named in names if named is not degree and named.bold and not degree.bold]
        school = next(iter(before or others), None)
    elif degree is None and school is not None and find_degree(school.text) and not _starts_with_school(school.text):
        degree, school = school, None
    if school is not None:
        text = _balanced(_SCORE.sub("", school.text).strip(" ,;–-"))
        entry.put("institution", text or school.text, 0.9 if has_school(school.text) else 0.7, school.row.line)
    if degree is not None:
        study, area = split_degree(_SCORE.sub("", degree.text).strip(" ,;–-"))
        entry.put("studyType", study, 0.9, degree.row.line)
        entry.put("area", area, 0.85, degree.row.line)
    rest = [named for named in names if named is not school and named is not degree]
    subject = next((named for named in rest if not find_degree(named.text) and not _DIGIT.search(named.text)), None)
    if subject is not None and len(subject.text) <= 80:
        beside = school is not None and subject.row is school.row
        entry.put("area", subject.text if degree is not None or beside else None, 0.75, subject.row.line)
    when(entry, block, end_only=True)
    for row in [*block.header, *block.body]:
        text = row.main
        if "score" not in entry.values and (match := _SCORE.search(text)):
            value = next(group for group in match.groups() if group)
            if not (row.body and match[3] and "gpa" not in text.lower() and len(text) > 60):
                entry.put("score", value, 0.85, row.line)
    for group in paragraphs(block.body):
        row = group[0]
        if match := _COURSES.match(join(group, words)):
            listed = [item.strip(" .") for item in re.split(r",(?![^()]{0,150}\))|;", match[1])]
            entry.put_list("courses", ((item, row.line, item) for item in listed), 0.8)
    return entry


def _parts(text: str) -> list[str]:
    """A header's name split at commas where that separates school, degree and subject."""
    pieces = [piece.strip() for piece in re.split(r",\s+(?![^()]{0,80}\))", text) if piece.strip()]
    if len(pieces) < 2:
        match = re.match(r"^(.{3,}?\S)\s*\(([^()]{4,})\)$", text)
        if (
            match
            and (has_school(match[1]) != has_school(match[2]))
            and (find_degree(match[1]) or find_degree(match[2]))
        ):
            return [match[1], match[2]]
        if (
            (match := re.match(r"^(.{3,}?\S)\s+(?:from|at|an der|à l['’]|en la|presso|@)\s*(.{4,})$", text))
            and find_degree(match[1])
            and has_school(match[2])
        ):
            return [match[1], match[2]]
        return [text]
    schools = [has_school(piece) for piece in pieces]
    degrees = [find_degree(piece) is not None for piece in pieces]
    if any(schools) and (any(degrees) or (len(pieces) == 2 and schools[0] and not schools[1])):
        out: list[str] = []
        for piece, is_school, is_degree in zip(pieces, schools, degrees, strict=True):
            if (out and not is_school and not is_degree and find_degree(out[-1]) and not has_school(out[-1])) or (
                out and is_school and has_school(out[-1]) and not is_degree
            ):
                out[-1] += f", {piece}"
            else:
                out.append(piece)
        return out
    return [text]


def _balanced(text: str) -> str:
    """Without parentheses that nothing is left in, or that lost their other half."""
    text = re.sub(r"\(\s*\)", "", text).strip(" ,;–-")
    return text if text.count("(") == text.count(")") else text.strip("()").strip()


def _starts_with_school(text: str) -> bool:
    found = find_degree(text)
    return found is None or found.start() > len(text) / 2


def _only_score(text: str) -> bool:
    return bool(_SCORE.fullmatch(text)) or bool(EMAIL.fullmatch(text))


def split_degree(text: str) -> tuple[str, str | None]:
    """("PhD", "Computer Science") of "PhD in Computer Science"."""
    text = text.strip(" ,;:–-")
    text = (
        text[:-1]
        if text.endswith(".") and " " in text[-12:] and not text[:-1].endswith(".") and len(text.rsplit(" ", 1)[-1]) > 4
        else text
    )
    found = find_degree(text)
    if found is None:
        return text, None
    end = found.end()
    if found.start() > 3 and not text[: found.start()].strip(" ,;(–-"):
        return text, None
    if match := _OF.match(text[end:]):
        end += match.end(1)
    elif (match := re.match(r"(?:['’]s)?\s+degree\b", text[end:])) is not None:
        end += match.end()
    study, rest = text[:end].strip(" ,;:(–-"), text[end:]
    if (honours := re.match(r"^\s*\(?hons?\.?\)?|^\s*\(honou?rs\)", rest, re.IGNORECASE)) is not None:
        study += rest[: honours.end()]
        rest = rest[honours.end() :]
    if match := _AREA.match(rest):
        area = rest[match.end() :].strip(" ,;:)–-")
        return (study, area or None)
    area = rest.strip(" ,;:()–-")
    if found.start() > 0 and study != found[0]:
        return text if not area else study, area or None
    return study, area or None
