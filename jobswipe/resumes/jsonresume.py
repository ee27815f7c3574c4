"""JSON Resume input, read leniently: unknown keys are kept, values of a wrong type are dropped with a note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits
from jobswipe.resumes.fields import SCHEMA

if TYPE_CHECKING:
    from jobswipe.resumes.parse import ParsedResume

# The shape of JSON Resume 1.0.0: a string, a list of strings, or an object of those.
STRING = "string"
STRINGS = ["string"]
SHAPE: dict[str, Any] = {
    "basics": {
        **dict.fromkeys(("name", "label", "image", "email", "phone", "url", "summary"), STRING),
        "location": dict.fromkeys(("address", "postalCode", "city", "countryCode", "region"), STRING),
        "profiles": [dict.fromkeys(("network", "username", "url"), STRING)],
    },
    "work": [
        {
            **dict.fromkeys(
                ("name", "location", "description", "position", "url", "startDate", "endDate", "summary"), STRING
            ),
            "highlights": STRINGS,
        }
    ],
    "volunteer": [
        {
            **dict.fromkeys(("organization", "position", "url", "startDate", "endDate", "summary"), STRING),
            "highlights": STRINGS,
        }
    ],
    "education": [
        {
            **dict.fromkeys(("institution", "url", "area", "studyType", "startDate", "endDate", "score"), STRING),
            "courses": STRINGS,
        }
    ],
    "projects": [
        {
            **dict.fromkeys(("name", "description", "startDate", "endDate", "url", "entity", "type"), STRING),
            **dict.fromkeys(("highlights", "keywords", "roles"), STRINGS),
        }
    ],
    "skills": [{**dict.fromkeys(("name", "level"), STRING), "keywords": STRINGS}],
    "languages": [dict.fromkeys(("language", "fluency"), STRING)],
    "certificates": [dict.fromkeys(("name", "date", "url", "issuer"), STRING)],
    "awards": [dict.fromkeys(("title", "date", "awarder", "summary"), STRING)],
    "publications": [dict.fromkeys(("name", "publisher", "releaseDate", "url", "summary"), STRING)],
    "interests": [{"name": STRING, "keywords": STRINGS}],
    "references": [dict.fromkeys(("name", "reference"), STRING)],
}
_DATES = frozenset({"startDate", "endDate", "date", "releaseDate"})
_ISO = re.compile(r"(?:1[89]|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_PRESENT = frozenset({"present", "now", "current", "today", "ongoing"})


def read_json_resume(data: dict[str, Any]) -> ParsedResume:
    """Raises ResumeError for an object that is no resume."""
    from jobswipe.resumes.parse import ParsedResume  # heavy: whoever wants the shape alone does without

    sections = [data.get(section) for section in ("work", "education", "projects", "volunteer")]
    if not isinstance(data.get("basics"), dict) and not any(
        isinstance(section, list) and section and isinstance(section[0], dict) for section in sections
    ):
        raise ResumeError("The JSON file is not a JSON Resume: it has neither `basics` nor `work` or `education`.")
    _check_depth(data)
    notes: list[str] = []
    fields: dict[str, dict[str, Any]] = {}
    document: dict[str, Any] = {"$schema": SCHEMA}
    for section, value in data.items():
        if section in ("meta", "$schema"):
            continue
        shape = SHAPE.get(section)
        if shape is None:
            document[section] = value
            continue
        kept = _fit(value, shape, section, fields, notes)
        if kept not in (None, {}, []):
            document[section] = kept
    meta = data.get("meta")
    document["meta"] = {**(meta if isinstance(meta, dict) else {}), "jobswipe": {"fields": fields}}
    if notes:
        document["meta"]["jobswipe"]["notes"] = notes
    return ParsedResume(document=document, text=text_of(document), notes=tuple(notes))


def _check_depth(value: Any) -> None:
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > limits.DATA_DEPTH:
            raise LimitError(f"The JSON file is nested deeper than {limits.DATA_DEPTH} levels: flatten it.")
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting.extend((child, depth + 1) for child in children)


def _fit(value: Any, shape: Any, path: str, fields: dict[str, dict[str, Any]], notes: list[str]) -> Any:
    """The value as the shape wants it, or None."""
    if value is None or value == "":
        return None
    if shape == STRING:
        return _string(value, path, fields, notes)
    if isinstance(shape, list):
        if not isinstance(value, list):
            notes.append(f"{path}: a list was expected, so it is left out.")
            return None
        out: list[Any] = []
        for index, item in enumerate(value):
            kept = _fit(item, shape[0], f"{path}[{len(out)}]", fields, notes if len(notes) < 100 else [])
            del index
            if kept not in (None, {}):
                out.append(kept)
        return out
    if not isinstance(value, dict):
        notes.append(f"{path}: an object was expected, so it is left out.")
        return None
    found: dict[str, Any] = {}
    for key, item in value.items():
        inner = shape.get(key)
        if inner is None:
            found[key] = item
        elif (kept := _fit(item, inner, f"{path}.{key}", fields, notes)) not in (None, {}, []):
            found[key] = kept
    return found


def _string(value: Any, path: str, fields: dict[str, dict[str, Any]], notes: list[str]) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        notes.append(f"{path}: a text was expected, so it is left out.")
        return None
    text = str(value).strip()
    if path.rsplit(".", 1)[-1] in _DATES and not _ISO.fullmatch(text):
        from jobswipe.resumes.dates import to_iso

        if text.lower() in _PRESENT:
            return None
        iso = to_iso(text[:10] if _ISO.match(text[:10]) and "T" in text else text)
        if iso is None:
            notes.append(f"{path}: {text[:40]!r} is no date, so it is left out.")
            return None
        fields[path] = {"confidence": 0.9, "page": None, "quote": text}
        return iso
    if text:
        fields[path] = {"confidence": 1.0, "page": None, "quote": text}
    return text or None


def text_of(document: dict[str, Any]) -> str:
    """Every text of a document, a line each, for lexical search."""
    out: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            out.append(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                if key not in ("meta", "$schema", "url", "image"):
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(document)
    return "\n".join(out)
