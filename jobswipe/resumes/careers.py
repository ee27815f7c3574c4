"""Sections of dated entries: work, volunteering, projects, education, publications."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from jobswipe.resumes.contact import URL
from jobswipe.resumes.dates import find_date, find_range
from jobswipe.resumes.entries import Block, blocks
from jobswipe.resumes.extracted import Link
from jobswipe.resumes.fields import Entry
from jobswipe.resumes.header import Header, Named, occupation_score, read_header
from jobswipe.resumes.lists import paragraphs, publication
from jobswipe.resumes.rows import Row, join, quote
from jobswipe.resumes.words import has_position

_LABELLED = {
    "name": re.compile(
        r"^(?:company|organi[sz]ation|employer|client|unternehmen|firma|entreprise|empresa"
        r"|azienda)(?: name)?\s*:\s*(.+)$",
        re.IGNORECASE,
    ),
    "position": re.compile(
        r"^(?:role|position|designation|title|job title|funktion|poste|puesto|cargo|ruolo)\s*:\s*(.+)$", re.IGNORECASE
    ),
}
# Labels of what is neither an employer nor an occupation.
_LABEL_LIKE = re.compile(
    r"^(?:clients?|team size|project(?: title| name)?|responsibilit\w+|environment|technolog\w+|tools?|description"
    r"|duration|roles? and resp\w+"
    r"|key (?:skills|responsibilit\w+)|platform|domain|achievements?|job profile|exposure|tasks?|aufgaben|tech stack"
    r"|skills)\b\s*(?::|$|-|\d)",
    re.IGNORECASE,
)


def work(rows: Sequence[Row], words: Counter[str], links: Sequence[Link], *, volunteer: bool = False) -> list[Entry]:
    """`{name, position, location, startDate, endDate, summary, highlights}`; volunteering has `organization` for"
    " `name`."""
    found = blocks(rows)
    headers = [read_block(block) for block in found]
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
        when(entry, block, newest=index == 0 and len(found) > 1)
        for named in header.names:
            _link(entry, named, links)
        _body(entry, block.body, words)
        if organisation in entry.values or "position" in entry.values:
            out.append(entry)
    return out


def read_block(block: Block, *, commas: bool = True) -> Header:
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
    for kind, pattern in _LABELLED.items():
        for named in names:
            if match := pattern.match(named.text):
                bare = Named(match[1].strip(" .,"), named.row, named.bold)
                others = [other for other in names if other is not named and not _LABEL_LIKE.match(other.text)]
                rest = _assign(others[:1], first_is_position) if others else (None, None)
                other = rest[0] or rest[1]
                return (bare, other) if kind == "position" else (other, bare)
    names = [named for named in names if not _LABEL_LIKE.match(named.text)] or list(names)
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


def when(entry: Entry, block: Block, *, end_only: bool = False, newest: bool = False) -> None:
    """`newest`: the first of several jobs, of which a lone month says since when."""
    row = block.dated
    if row is None or row.dates is None:
        return
    dates = row.dates
    text = next(
        (part for part in [*row.side, *row.parts] if find_range(part) == dates or find_date(part) == dates), row.main
    )
    written = text[dates.begin : dates.stop].strip()
    ongoing = dates.ongoing or (
        dates.single and not end_only and newest and dates.start is not None and len(dates.start) > 4
    )
    if not (dates.single and end_only):
        entry.put("startDate", dates.start, 0.8 if dates.single else 0.95, row.line, written)
    if not ongoing:
        entry.put("endDate", dates.end, 0.8 if dates.single else 0.95, row.line, written)


def _link(entry: Entry, named: Named, links: Sequence[Link]) -> None:
    """The address that a name links to."""
    for link in links:
        if (
            link.text
            and link.text.strip() == named.text
            and link.url.startswith(("http://", "https://"))
            and link.page == named.row.line.page
        ):
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
        entry.put("summary", text, 0.8, texts[0].line, quote(_first_stretch(body, texts)))
    entry.put_list("highlights", ((join(group, words), group[0].line, quote(group)) for group in bullets), 0.9)


def _first_stretch(body: Sequence[Row], texts: Sequence[Row]) -> list[Row]:
    """The first of the rows that stand together in the file: a quote has no gaps."""
    out = [texts[0]]
    start = next(index for index, row in enumerate(body) if row is texts[0])
    for row in body[start + 1 :]:
        if len(out) == len(texts) or row is not texts[len(out)]:
            break
        out.append(row)
    return out


def _wrapped(rows: Sequence[Row]) -> list[list[Row]]:
    """Paragraphs of text without list marks: a full line goes on in the next."""
    long = max(len(row.main) for row in rows)
    out: list[list[Row]] = [[rows[0]]]
    for previous, row in pairwise(rows):
        paged = row.line.page is not None
        full = (
            len(previous.main) > 0.72 * long
            and len(previous.main) > 50
            and (paged or not previous.main.endswith((".", ";", ":")))
        )
        if row.main[:1].islower() or (full and row.line.gap < 1.75 and row.line.bold == previous.line.bold):
            out[-1].append(row)
        else:
            out.append([row])
    return out


def projects(rows: Sequence[Row], words: Counter[str], links: Sequence[Link]) -> list[Entry]:
    """`{name, description, highlights, startDate, endDate, url, roles}`."""
    out: list[Entry] = []
    for block in blocks(rows, needed=1):
        header = read_block(block, commas=False)
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
        when(entry, block)
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
