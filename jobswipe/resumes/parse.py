"""From a resume's text to a JSON Resume document with a confidence, a page and a verbatim quote for each field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jobswipe.resumes import careers, contact, lists, studies
from jobswipe.resumes.extracted import Extracted, Line
from jobswipe.resumes.fields import Entry, Fields
from jobswipe.resumes.rows import Row, join, quote, rows, vocabulary
from jobswipe.resumes.sections import Section, sections
from jobswipe.resumes.where import is_place

_CONTACT_TITLES = (
    "contact",
    "kontakt",
    "coordonn",
    "contat",
    "personal",
    "person",
    "date",
    "links",
    "dati",
    "online",
    "profiles",
    "social",
    "find",
    "web",
    "info",
)


class ParsedResume(msgspec.Struct, frozen=True):
    """`document` is JSON Resume 1.0.0; `document["meta"]["jobswipe"]["fields"]` maps each JSON path to
    `{confidence (0 to 1), page (from 1, or null), quote}`. `text` is all text of the file. `notes` say what was left
    out.
    """

    document: dict[str, Any]
    text: str
    notes: tuple[str, ...] = ()


def parse(extracted: Extracted) -> ParsedResume:
    """The resume that a file holds. Raises ResumeError for a JSON or YAML file that is no resume.

    What the file does not say is absent from the document.
    """
    if extracted.kind == "jsonresume":
        from jobswipe.resumes.jsonresume import read_json_resume

        return read_json_resume(extracted.data or {})
    if extracted.kind == "rendercv":
        from jobswipe.resumes.rendercv import read_rendercv

        return read_rendercv(extracted.data or {})
    found = sections(extracted.lines)
    words = vocabulary(extracted.lines)
    fields = Fields()
    head, summary_lines = _head(found)
    extra = [
        line for section in found[1:] if section.kind == "other" and _is_contact(section) for line in section.lines
    ]
    basics = contact.basics(head, extracted.lines, extracted.links, extra)
    _summary(basics, summary_lines, words)
    fields.put("basics", basics)
    for section in found[1:]:
        _section(section, extracted, fields, words)
    if "languages" not in fields.document:
        for row in rows(extracted.lines):
            if lists.is_language_line(row):
                for entry in lists.languages([row]):
                    fields.add("languages", entry)
                break
    return ParsedResume(document=fields.finished(), text=extracted.text)


def _head(found: Sequence[Section]) -> tuple[list[Line], list[list[Line]]]:
    """The lines of the header, and the paragraphs that introduce the person."""
    head = list(found[0].lines)
    if not head:  # the file begins with a heading: who it is about may stand in the first section
        head = list(found[1].lines[:8]) if len(found) > 1 and found[1].kind in ("other", "summary") else []
    summaries = [section.lines for section in found[1:] if section.kind == "summary" and section.lines]
    prose = [
        line
        for line in head[1:]
        if len(line.text) > 60 and len(line.text.split()) > 8 and "@" not in line.text and "\t" not in line.text
    ]
    if prose and not summaries:
        lines = []
        for line in head[head.index(prose[0]) :]:
            whole = line.page is not None and len(line.text) > 15 and "@" not in line.text and not is_place(line.text)
            if line not in prose and not whole:
                break
            lines.append(line)
        if len(lines) == 1 and lines[0].text.startswith(("“", '"')):
            return head, []
        return head, [lines]
    return head, summaries


def _is_contact(section: Section) -> bool:
    title = section.title.casefold()
    return any(title.lstrip().startswith(start) for start in _CONTACT_TITLES)


def _summary(basics: Entry, groups: Sequence[Sequence[Line]], words: Any) -> None:
    if not groups:
        return
    lines = groups[0]
    made = rows(lines)
    parts = [join(group, words) for group in _paragraphs(made)]
    text = "\n".join(part for part in parts if part)
    if text and text != basics.values.get("label"):
        basics.put("summary", text, 0.85, lines[0], quote(made))


def _paragraphs(made: Sequence[Row]) -> list[list[Row]]:
    out: list[list[Row]] = []
    for row in made:
        if (
            out
            and not row.bullet
            and row.line.gap < 1.9
            and (row.line.page is not None or row.main[:1].islower() or row.continued or len(out[-1][-1].main) > 70)
        ):
            out[-1].append(row)
        else:
            out.append([row])
    return out


def _section(section: Section, extracted: Extracted, fields: Fields, words: Any) -> None:
    made = rows(section.lines)
    if not made:
        return
    entries: list[Entry] = []
    match section.kind:
        case "work":
            entries = careers.work(made, words, extracted.links)
        case "volunteer":
            entries = careers.work(made, words, extracted.links, volunteer=True)
        case "education":
            entries = studies.education(made, words)
        case "projects":
            entries = careers.projects(made, words, extracted.links)
        case "publications":
            entries = careers.publications(made, words)
        case "skills":
            entries = lists.skills([row for row in made if not lists.is_language_line(row)])
        case "languages":
            entries = lists.languages(made)
        case "certificates":
            entries = lists.titled(made, "name", "issuer", words)
        case "awards":
            entries = lists.titled(made, "title", "awarder", words)
        case "interests":
            entries = lists.interests(made)
        case "references":
            entries = lists.references(made)
    for entry in entries:
        fields.add(section.kind, entry)
