"""Sections of dated entries: work, volunteering, projects, education, publications."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from jobswipe.resumes.contact import EMAIL, URL
from jobswipe.resumes.dates import find_date, find_range
from jobswipe.resumes.entries import Block, blocks
from jobswipe.resumes.extracted import Line, Link
from jobswipe.resumes.fields import Entry
from jobswipe.resumes.header import Header, Named, occupation_score, read_header
from jobswipe.resumes.lists import paragraphs, publication
from jobswipe.resumes.rows import Row, join, quote
from jobswipe.resumes.words import find_degree, has_position, has_school

_LABELLED = {
    "name": re.compile(r"^(?:company|organi[sz]ation|employer|client|unternehmen|firma|entreprise|empresa|azienda)(?: name)?\s*:\s*(.+)$", re.IGNORECASE),
    "position": re.compile(r"^(?:role|position|designation|title|job title|funktion|poste|puesto|cargo|ruolo)\s*:\s*(.+)$", re.IGNORECASE),
}
_SCORE = re.compile(
    r"(?:\b(?:c?gpa|grade|score|note|abschlussnote|durchschnitt|average|mention|percentage|result)\b\s*[:=-]?\s*)(\d{1,3}(?:[.,]\d{1,2})?%?(?:\s?/\s?\d{1,3}(?:[.,]\d{1,2})?)?)"
    r"|(\d(?:[.,]\d{1,2})?(?:\s?/\s?\d{1,2}(?:[.,]\d{1,2})?)?)\s*(?:c?gpa\b)|(\d{1,3}(?:[.,]\d{1,2})?\s?%)",
    re.IGNORECASE,
)
_COURSES = re.compile(r"^(?:relevant |selected |key )?(?:courses?(?:work)?|modules|subjects|cursuri relevante|kurse)\s*:\s*(.+)$", re.IGNORECASE)
_AREA = re.compile(r"^\s*(?:degree\s+)?(?:in|of|en|im|in der|în|op het gebied van|with (?:a )?(?:major|specialization) in|:|,|-|–|—|\()\s*", re.IGNORECASE)
_OF = re.compile(
    r"^\s+(?:of|de|în|di|em)\s+((?:applied |fine |social |political |computer |medical |health )?"
    r"(?:science|sciences|arts|art|engineering|technology|business administration|commerce|laws?|education|philosophy|medicine|architecture|music|management"
    r"|nursing|pharmacy|surgery|computer applications?|applied science|finance|economics|design|fine arts|business|public health|social work|letters|theology"
    r"|știință|arte|științe|scienze|ciencias|artes)\b)",
    re.IGNORECASE,
)
_UP_TO_DATE = re.compile(r"^(?:graduated|graduation|absolvent|expected|abschluss|diplomado|diplômé|class of|batch|year of passing|passing year)\b\s*:?\s*", re.IGNORECASE)


def work(rows: Sequence[Row], words: Counter[str], links: Sequence[Link], *, volunteer: bool = False) -> list[Entry]:
    """`{name, position, location, startDate, endDate, summary, highlights}`; volunteering has `organization` for `name`."""
    found = blocks(rows)
    headers = [_header(block) for block in found]
    first_is_position = _position_first(headers)
    organisation = "organization" if volunteer else "name"
    out: list[Entry] = []
    company: Named | None = None
    company_place: tuple[str, Row] | None = None
    for index, (block, header) in enumerate(zip(found, headers, strict=True)):
        position, name = _assign(header.names, first_is_position)
        alone = name is not None and position is None and not block.body
        if alone and (block.dates is None or index + 1 < len(found)) and index + 1 < len(found):
            following = _assign(headers[index + 1].names, first_is_position)
            if following[0] is not None and following[1] is None:  # the employer of the positions below
                company, company_place = name, header.place
                continue
        entry = Entry()
        _labelled(entry, block.body, organisation)
        if name is not None:
            company, company_place = name, header.place
        inherited = name is None and position is not None and company is not None
        sure = 0.9 if position is not None and name is not None else 0.7
        shown = company if inherited else name
        if shown is not None:
            entry.put(organisation, shown.text, 0.7 if inherited else sure, shown.row.line)
        if position is not None:
            entry.put("position", position.text, sure, position.row.line)
        place = header.place or (company_place if inherited else None)
        if place is not None and not volunteer:
            entry.put("location", place[0], 0.85, place[1].line)
        _when(entry, block)
        for named in header.names:
            _link(entry, named, links)
        _body(entry, block.body, words)
        if organisation in entry.values or "position" in entry.values:
            out.append(entry)
    return out


def _header(block: Block, *, commas: bool = True) -> Header:
    side = [(note, row) for row in [*block.header, *block.body] for note in row.side]
    return read_header(block.header, side, commas=commas)


def _position_first(headers: Sequence[Header]) -> bool:
    """The order of occupation and employer that fits the section's headers best: one template, one order."""
    votes = 0
    for header in headers:
        if len(header.names) >= 2:
            votes += occupation_score(header.names[0].text) - occupation_score(header.names[1].text)
    return votes >= 0


def _assign(names: Sequence[Named], first_is_position: bool) -> tuple[Named | None, Named | None]:
    """(position, employer)."""
    if not names:
        return None, None
    if len(names) == 1:
        return (names[0], None) if has_position(names[0].text) else (None, names[0])
    first, second = names[0], names[1]
    own = occupation_score(first.text) - occupation_score(second.text)
    position_first = own > 0 if abs(own) >= 3 else first_is_position
    return (first, second) if position_first else (second, first)


def _labelled(entry: Entry, body: Sequence[Row], organisation: str) -> None:
    for row in body:
        for key, pattern in _LABELLED.items():
            if match := pattern.match(row.main):
                entry.put(organisation if key == "name" else key, match[1].strip(" .,"), 0.8, row.line)


def _when(entry: Entry, block: Block, *, end_only: bool = False) -> None:
    row = block.dated
    if row is None or row.dates is None:
        return
    dates = row.dates
    text = next((part for part in [*row.side, *row.parts] if find_range(part) == dates or find_date(part) == dates), row.main)
    written = text[dates.begin : dates.stop].strip()
    if not (dates.single and end_only):
        entry.put("startDate", dates.start, 0.8 if dates.single else 0.95, row.line, written)
    if not dates.ongoing:
        entry.put("endDate", dates.end, 0.8 if dates.single else 0.95, row.line, written)


def _link(entry: Entry, named: Named, links: Sequence[Link]) -> None:
    """The address that a name links to."""
    for link in links:
        if link.text and link.text.strip() == named.text and link.url.startswith(("http://", "https://")) and link.page == named.row.line.page:
            entry.put("url", link.url, 0.9, named.row.line, link.text)
            return


def _body(entry: Entry, body: Sequence[Row], words: Counter[str]) -> None:
    bullets: list[list[Row]] = []
    texts: list[Row] = []
    for group in paragraphs([row for row in body if row.main]):
        if group[0].bullet or (bullets and group[0].continued):
            bullets.append(group)
        else:
            texts += group
    if texts:
        text = "\n".join(join(group, words) for group in _wrapped(texts))
        entry.put("summary", text, 0.8, texts[0].line, quote(texts))
    entry.put_list("highlights", ((join(group, words), group[0].line, quote(group)) for group in bullets), 0.9)


def _wrapped(rows: Sequence[Row]) -> list[list[Row]]:
    """Paragraphs of text without list marks: a full line goes on in the next."""
    long = max(len(row.main) for row in rows)
    out: list[list[Row]] = [[rows[0]]]
    for previous, row in zip(rows, rows[1:], strict=False):
        paged = row.line.page is not None
        full = len(previous.main) > 0.72 * long and len(previous.main) > 50 and (paged or not previous.main.endswith((".", ";", ":")))
        if row.main[:1].islower() or (full and row.line.gap < 1.75 and row.line.bold == previous.line.bold):
            out[-1].append(row)
        else:
            out.append([row])
    return out


def projects(rows: Sequence[Row], words: Counter[str], links: Sequence[Link]) -> list[Entry]:
    """`{name, description, highlights, startDate, endDate, url, roles}`."""
    out: list[Entry] = []
    for block in blocks(rows, needed=1):
        header = _header(block, commas=False)
        if not header.names:
            continue
        entry = Entry()
        first = header.names[0]
        bulleted = first.row.bullet
        name, description = first.text, ""
        if (colon := re.match(r"^(.{2,70}?)\s*:\s+(?=\S)(.+)$", name)) and not first.bold:
            name, description = colon[1], colon[2]
        elif bulleted or len(name) > 90:
            name, description = (name, "") if len(name) <= 90 else ("", name)
        entry.put("name", name, 0.85, first.row.line)
        _link(entry, first, links)
        for other in header.names[1:]:
            if has_position(other.text) and other.bold and len(other.text) < 60:
                entry.put_list("roles", [(other.text, other.row.line, other.text)], 0.8)
            elif (match := URL.search(other.text)) and "/" in match[0]:
                entry.put("url", match[0], 0.8, other.row.line)
            elif not description:
                description = other.text
        _when(entry, block)
        inner = Entry()
        _body(inner, block.body, words)
        if description:
            entry.put("description", description, 0.7, first.row.line)
        elif "summary" in inner.values:
            entry.values["description"] = inner.values["summary"]
            entry.sources["description"] = inner.sources["summary"]
        for key in inner.values:
            if key == "highlights":
                entry.values[key] = inner.values[key]
        entry.sources |= {path: found for path, found in inner.sources.items() if path.startswith("highlights")}
        if "name" in entry.values or "description" in entry.values:
            out.append(entry)
    return out


def publications(rows: Sequence[Row], words: Counter[str]) -> list[Entry]:
    """`{name, publisher, releaseDate, url, summary}`."""
    bulleted = sum(row.bullet for row in rows)
    out: list[Entry] = []
    if bulleted and bulleted * 2 >= sum(not row.continued for row in rows):
        groups = [group for group in paragraphs(rows) if group[0].bullet]
        return [publication(group, None, words) for group in groups]
    for block in blocks(rows, needed=1):
        all_rows = [*block.header, *block.body]
        out.append(publication(all_rows, block.dates.end or block.dates.start if block.dates else None, words))
    return [entry for entry in out if "name" in entry.values]


def education(rows: Sequence[Row], words: Counter[str]) -> list[Entry]:
    """`{institution, studyType, area, startDate, endDate, score, courses}`."""
    found = blocks(rows)
    out: list[Entry] = []
    for block in found:
        for part in _split_block(block):
            entry = _study(part, words)
            if "institution" in entry.values or "studyType" in entry.values:
                out.append(entry)
    return out


def _split_block(block: Block) -> list[Block]:
    """Plain lists of studies without any gap: every line that names both a degree and a school is one of its own."""
    rows = [*block.header, *block.body]
    heads = [row for row in rows if not row.continued and find_degree(row.main) and has_school(row.main)]
    if len(heads) < 2 or any(row.bullet for row in rows) and not all(row.bullet for row in heads):
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
    header = _header(block, commas=False)
    names = [Named(text, named.row, named.bold) for named in header.names for text in _parts(named.text)]
    names = [named for named in names if (named_text := _UP_TO_DATE.sub("", named.text).strip(" ,:-–")) and not _only_score(named_text)]
    school = next((named for named in names if has_school(named.text)), None)
    degree = next((named for named in names if named is not school and find_degree(named.text)), None)
    if school is None and degree is None and names:
        school = names[0]
    elif school is None and degree is not None:
        others = [named for named in names if named is not degree and named.row is not degree.row]
        before = [named for named in names if named is not degree and named.bold and not degree.bold]
        school = (before or others or [None])[0]
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
    if "area" not in entry.values and (area_named := next((named for named in rest if not find_degree(named.text) and not any(c.isdigit() for c in named.text)), None)):
        if len(area_named.text) <= 80 and (degree is not None or area_named.row is (school.row if school else None)):
            entry.put("area", area_named.text, 0.75, area_named.row.line)
    _when(entry, block, end_only=True)
    for row in [*block.header, *block.body]:
        text = row.main
        if "score" not in entry.values and (match := _SCORE.search(text)):
            value = next(group for group in match.groups() if group)
            if not (row.body and match[3] and "gpa" not in text.lower() and len(text) > 60):
                entry.put("score", value, 0.85, row.line)
    for group in paragraphs(block.body):
        row = group[0]
        if match := _COURSES.match(join(group, words)):
            listed = [item.strip(" .") for item in re.split(r",(?![^(]*\))|;", match[1])]
            entry.put_list("courses", ((item, row.line, item) for item in listed), 0.8)
    return entry


def _parts(text: str) -> list[str]:
    """A header's name split at commas where that separates school, degree and subject."""
    pieces = [piece.strip() for piece in re.split(r",\s+(?![^()]{0,80}\))", text) if piece.strip()]
    if len(pieces) < 2:
        match = re.match(r"^(.{4,}?)\s*\(([^()]{4,})\)$", text)
        if match and (has_school(match[1]) != has_school(match[2])) and (find_degree(match[1]) or find_degree(match[2])):
            return [match[1], match[2]]
        if (match := re.match(r"^(.{4,}?)\s+(?:from|at|an der|à l['’]|en la|presso|@)\s*(.{4,})$", text)) and find_degree(match[1]) and has_school(match[2]):
            return [match[1], match[2]]
        return [text]
    schools = [has_school(piece) for piece in pieces]
    degrees = [find_degree(piece) is not None for piece in pieces]
    if any(schools) and (any(degrees) or len(pieces) == 2 and schools[0] and not schools[1]):
        out: list[str] = []
        for piece, is_school, is_degree in zip(pieces, schools, degrees, strict=True):
            if out and not is_school and not is_degree and find_degree(out[-1]) and not has_school(out[-1]):
                out[-1] += f", {piece}"
            elif out and is_school and has_school(out[-1]) and not is_degree:
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
