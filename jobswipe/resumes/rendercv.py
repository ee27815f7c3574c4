"""rendercv YAML input to JSON Resume. The format's entry types: rendercv's data model 2.8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from jobswipe.errors import ResumeError
from jobswipe.resumes.contact import profile
from jobswipe.resumes.dates import find_date, find_range, to_iso
from jobswipe.resumes.fields import Entry, Fields
from jobswipe.resumes.headings import PHRASES, fold, section_of
from jobswipe.resumes.jsonresume import text_of
from jobswipe.resumes.lists import items_of
from jobswipe.resumes.parse import ParsedResume
from jobswipe.resumes.studies import split_degree
from jobswipe.resumes.where import where
from jobswipe.resumes.words import is_language

_LINK = re.compile(r"\[([^\]\[]{0,300})\]\(([^()\s]{0,500})\)")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(?=\S)(.{1,300}?)(?<=\S)\1")
_PROFILE_URLS = {
    "linkedin": "https://linkedin.com/in/{}",
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "orcid": "https://orcid.org/{}",
    "stackoverflow": "https://stackoverflow.com/users/{}",
    "x": "https://x.com/{}",
    "twitter": "https://twitter.com/{}",
    "researchgate": "https://researchgate.net/profile/{}",
    "instagram": "https://instagram.com/{}",
    "youtube": "https://youtube.com/@{}",
    "leetcode": "https://leetcode.com/u/{}",
    "bluesky": "https://bsky.app/profile/{}",
}


def read_rendercv(data: dict[str, Any]) -> ParsedResume:
    """Raises ResumeError when the `cv` key holds no resume."""
    cv = data.get("cv")
    if not isinstance(cv, dict) or not (isinstance(cv.get("sections"), dict) or cv.get("name")):
        raise ResumeError("The YAML file is not a rendercv resume: its `cv` key must hold name and sections.")
    fields = Fields()
    sections = cv.get("sections") if isinstance(cv.get("sections"), dict) else {}
    basics = _basics(cv)
    known = False
    for title, entries in (sections or {}).items():
        if not isinstance(entries, list):
            continue
        kind = _kind(str(title), entries)
        if kind == "summary" or (kind == "other" and not known and all(isinstance(one, str) for one in entries)):
            text = " ".join(plain(one) for one in entries if isinstance(one, str))
            basics.put("summary", text, 1.0, None)
        known = True
        for entry in entries:
            _section(fields, kind, entry)
    fields.put("basics", basics)
    document = fields.finished()
    return ParsedResume(document=document, text=text_of(document))


def plain(value: Any) -> str:
    """Markdown's links and emphasis taken off."""
    text = _LINK.sub(r"\1", " ".join(str(value).split()))
    return _EMPHASIS.sub(r"\2", text).strip()


def _kind(title: str, entries: list[Any]) -> str:
    words = title.replace("_", " ")
    kind = PHRASES.get(fold(words)) or section_of(words[:1].upper() + words[1:])
    first = next((entry for entry in entries if isinstance(entry, dict)), None)
    if first is not None:
        if "institution" in first:
            return "education"
        if "company" in first:
            return "volunteer" if kind == "volunteer" else "work"
        if "title" in first and ("authors" in first or "doi" in first):
            return "publications"
    return kind or "other"


def _text(entry: dict[str, Any], key: str) -> str | None:
    value = entry.get(key)
    return plain(value) or None if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _basics(cv: dict[str, Any]) -> Entry:
    out = Entry()
    out.put("name", _text(cv, "name"), 1.0, None)
    out.put("label", _text(cv, "headline") or _text(cv, "label"), 1.0, None)
    email = cv.get("email")
    out.put("email", str(email[0]) if isinstance(email, list) and email else _text(cv, "email"), 1.0, None)
    phone = cv.get("phone")
    number = phone[0] if isinstance(phone, list) and phone else phone
    out.put("phone", str(number).removeprefix("tel:") if number else None, 1.0, None)
    website = cv.get("website")
    site = website[0] if isinstance(website, list) and website else website
    out.put("url", str(site) if site else None, 1.0, None)
    if (place := _text(cv, "location")) and (found := where(place)) is not None:
        location = Entry()
        for key, value in msgspec.to_builtins(found).items():
            location.put(key, value, 1.0, None, place)
        out.put_object("location", location)
    profiles = []
    for network in cv.get("social_networks") or []:
        if isinstance(network, dict) and network.get("network") and network.get("username"):
            name, user = str(network["network"]), str(network["username"])
            address = _PROFILE_URLS.get(fold(name).replace(" ", ""))
            made = profile(address.format(user), user, None, 1.0) if address else None
            if made is None:
                made = Entry()
                made.put("network", name, 1.0, None)
                made.put("username", user, 1.0, None)
            profiles.append(made)
    out.put_objects("profiles", profiles)
    return out


def _section(fields: Fields, kind: str, entry: Any) -> None:
    if isinstance(entry, str):
        _line(fields, kind, plain(entry))
        return
    if not isinstance(entry, dict):
        return
    out = Entry()
    if kind in ("work", "volunteer"):
        out.put(
            "organization" if kind == "volunteer" else "name",
            _text(entry, "company") or _text(entry, "name"),
            1.0,
            None,
        )
        out.put("position", _text(entry, "position"), 1.0, None)
        if kind == "work":
            out.put("location", _text(entry, "location"), 1.0, None)
        _dated(out, entry)
        out.put("summary", _text(entry, "summary"), 1.0, None)
        _highlights(out, entry)
        if not ({"name", "organization", "position"} & set(out.values)):
            _line(fields, kind, _first(entry))
            return
        fields.add(kind, out)
    elif kind == "education":
        out.put("institution", _text(entry, "institution") or _text(entry, "name"), 1.0, None)
        degree = _text(entry, "degree")
        study, area = split_degree(degree) if degree and not entry.get("area") else (degree, None)
        out.put("studyType", study, 1.0, None)
        out.put("area", _text(entry, "area") or area, 1.0, None)
        _dated(out, entry)
        for highlight in _texts(entry):
            if match := re.search(r"\bGPA:?\s*(\d(?:[.,]\d+)?(?:\s?/\s?\d+(?:[.,]\d+)?)?)", highlight):
                out.put("score", match[1], 1.0, None)
        fields.add(kind, out)
    elif kind == "projects":
        name = entry.get("name")
        out.put("name", _text(entry, "name"), 1.0, None)
        if isinstance(name, str) and (link := _LINK.search(name)):
            out.put("url", link[2], 1.0, None)
        _dated(out, entry)
        out.put("description", _text(entry, "summary"), 1.0, None)
        _highlights(out, entry)
        fields.add(kind, out)
    elif kind == "publications":
        out.put("name", _text(entry, "title") or _text(entry, "name"), 1.0, None)
        out.put("publisher", _text(entry, "journal"), 1.0, None)
        out.put("releaseDate", _iso(entry.get("date")), 1.0, None, str(entry.get("date")))
        doi = _text(entry, "doi")
        out.put("url", f"https://doi.org/{doi}" if doi else _text(entry, "url"), 1.0, None, doi)
        authors = [plain(author) for author in entry.get("authors") or [] if isinstance(author, str)]
        out.put("summary", ", ".join(authors) or None, 1.0, None)
        fields.add(kind, out)
    elif kind == "skills" and "label" in entry:
        out.put("name", _text(entry, "label"), 1.0, None)
        details = _text(entry, "details") or ""
        out.put_list("keywords", ((item, None, item) for item in items_of(details)), 1.0)
        fields.add(kind, out)
    elif kind == "languages" and "label" in entry:
        out.put("language", _text(entry, "label"), 1.0, None)
        out.put("fluency", _text(entry, "details"), 1.0, None)
        fields.add(kind, out)
    else:
        _line(fields, kind, _first(entry))


def _first(entry: dict[str, Any]) -> str:
    if "label" in entry:
        return f"{_text(entry, 'label') or ''}: {_text(entry, 'details') or ''}"
    for key in ("bullet", "number", "reversed_number", "name", "title"):
        if text := _text(entry, key):
            date = _text(entry, "date")
            return f"{text} ({date})" if date and key in ("name", "title") else text
    return ""


def _line(fields: Fields, kind: str, text: str) -> None:
    """A text entry: in lists of skills, languages, certificates, awards, publications, interests."""
    text = text.strip(" :")
    if not text:
        return
    out = Entry()
    if kind == "skills":
        label, colon, rest = text.partition(":")
        out.put("name", label.strip() if colon else None, 1.0, None)
        out.put_list("keywords", ((item, None, item) for item in items_of(rest if colon else text)), 1.0)
    elif kind == "languages":
        for item in items_of(text):
            match = re.match(r"^([^(:–-]{2,40}?)\s*(?:[(:–-]\s*([^)]{1,60})\)?)?$", item)
            if match and is_language(match[1]):
                one = Entry()
                one.put("language", match[1].strip(), 1.0, None)
                one.put("fluency", match[2], 1.0, None)
                fields.add(kind, one)
        return
    elif kind in ("certificates", "awards", "publications"):
        found = find_range(text) or find_date(text)
        title = text
        key, when = (
            ("title", "date") if kind == "awards" else ("name", "releaseDate" if kind == "publications" else "date")
        )
        if found is not None:
            title = re.sub(r"\(\s*\)", "", text[: found.begin] + text[found.stop :]).strip(" ,;–—-")
            out.put(when, found.end or found.start, 1.0, None, text[found.begin : found.stop])
        values = Entry()
        values.put(key, title, 1.0, None)
        values.values |= out.values
        values.sources |= out.sources
        out = values
    elif kind == "interests" or kind == "references" or kind == "projects":
        out.put("name", text, 1.0, None)
    else:
        return
    fields.add(kind, out)


def _texts(entry: dict[str, Any]) -> Iterator[str]:
    highlights = entry.get("highlights")
    for highlight in highlights if isinstance(highlights, list) else []:
        if isinstance(highlight, str):
            # A list within an item is written with its marks in the item's own text.
            for part in re.split(r" - (?=[A-Z])", " ".join(highlight.split())):
                yield plain(part)
        elif isinstance(highlight, dict):
            for key, value in highlight.items():
                yield plain(f"{key}: {value}")


def _highlights(out: Entry, entry: dict[str, Any]) -> None:
    out.put_list("highlights", ((text, None, text) for text in _texts(entry)), 1.0)


def _iso(value: Any) -> str | None:
    return to_iso(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _dated(out: Entry, entry: dict[str, Any]) -> None:
    start, end = _iso(entry.get("start_date")), _iso(entry.get("end_date"))
    if start is None and end is None and entry.get("date"):
        text = str(entry["date"])
        found = find_range(text) or find_date(text)
        if found is not None:
            start, end = found.start, found.end
    out.put("startDate", start, 1.0, None, str(entry.get("start_date") or entry.get("date")))
    out.put("endDate", end, 1.0, None, str(entry.get("end_date") or entry.get("date")))
