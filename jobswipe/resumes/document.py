"""A person's corrections to a resume: by JSON path ("work[0].position"), checked, and surviving a re-import."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from jobswipe.errors import InputError, UsageError
from jobswipe.resumes.headings import fold
from jobswipe.resumes.jsonresume import SHAPE

_STEP = re.compile(r"([A-Za-z_$][\w$-]{0,60})|\[(\d{1,4})\]")
_DATES = frozenset({"startDate", "endDate", "date", "releaseDate"})
_ISO = re.compile(r"(?:1[89]|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
# What makes an entry the same entry after a re-import, by section.
_IDENTITY: dict[str, tuple[str, ...]] = {
    "work": ("name", "position", "startDate"),
    "volunteer": ("organization", "position", "startDate"),
    "education": ("institution", "studyType", "area"),
    "projects": ("name", "startDate"),
    "skills": ("name",),
    "languages": ("language",),
    "certificates": ("name", "date"),
    "awards": ("title", "date"),
    "publications": ("name",),
    "interests": ("name",),
    "references": ("name",),
}


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A corrected value. `anchor` is what named its entry when it was corrected (None: not in a list).

    `value` None takes the field away. `anchor` holds the entry's identifying fields as the file gave them.
    """

    path: str
    value: Any = None
    anchor: dict[str, str] | None = None


def parse_path(path: str) -> list[str | int]:
    """["work", 0, "position"] of "work[0].position". Raises UsageError for what is no path."""
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        if steps and path[place] == ".":
            place += 1
            match = _STEP.match(path, place)
            if match is None or match[1] is None:
                break
        else:
            match = _STEP.match(path, place)
            if match is None or (steps and match[1] is not None) or (not steps and match[1] is None):
                break
        steps.append(match[1] if match[1] is not None else int(match[2]))
        place = match.end()
    if not steps or place != len(path) or path.endswith("."):
        raise UsageError(f"{path!r} is no path into a resume: write it like basics.email or work[0].position.")
    return steps


def get_path(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path. Raises UsageError when the path is malformed or leads nowhere."""
    value: Any = document
    for step in parse_path(path):
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                raise UsageError(f"The resume has no {path}: `resume show` lists what it has.")
            value = value[step]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            raise UsageError(f"The resume has no {path}: `resume show` lists what it has.")
    return value


def check(path: str, value: Any) -> Any:
    """The value that may stand at a path, by JSON Resume's shape. Raises UsageError.

    A JSON list or object is checked throughout. None is always right: it takes the field away.
    """
    steps = parse_path(path)
    shape: Any = SHAPE
    for index, step in enumerate(steps):
        if isinstance(step, int):
            if not isinstance(shape, list):
                raise UsageError(f"{path}: {_written(steps[:index])} is no list, so it has no [{step}].")
            shape = shape[0]
        elif isinstance(shape, dict):
            if step not in shape:
                near = ", ".join(shape)
                raise UsageError(f"{path}: there is no {step!r} in a resume here; there is {near}.")
            shape = shape[step]
        else:
            raise UsageError(f"{path}: {_written(steps[:index])} is {_kind(shape)}, so it has no {step!r}.")
    if value is None:
        return None
    if shape == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    _fits(value, shape, path)
    return value


def _fits(value: Any, shape: Any, path: str) -> None:
    if shape == "string":
        if not isinstance(value, str):
            raise UsageError(f"{path} is a text: give a text, not {_kind_of(value)}.")
        if "\0" in value:
            raise InputError(f"{path} has the character NUL: take it out.")
        if path.rsplit(".", 1)[-1] in _DATES and not _ISO.fullmatch(value):
            raise UsageError(f"{path} is a date: write it like 2019, 2019-05 or 2019-05-31, not {value[:40]!r}.")
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise UsageError(f"{path} is a list: give a JSON list, not {_kind_of(value)}.")
        for index, item in enumerate(value):
            _fits(item, shape[0], f"{path}[{index}]")
        return
    if not isinstance(value, dict):
        raise UsageError(f"{path} is an object: give a JSON object, or correct one of its fields.")
    for key, item in value.items():
        if key in shape:
            _fits(item, shape[key], f"{path}.{key}")


def _kind(shape: Any) -> str:
    return "a list" if isinstance(shape, list) else "an object" if isinstance(shape, dict) else "a text"


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def _written(steps: Iterable[str | int]) -> str:
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def anchor(document: Mapping[str, Any], path: str, value: Any) -> Correction:
    """A correction of `path` that finds its entry again when a re-import moves it. Raises UsageError.

    `document` is the resume before corrections. The value is checked; a new entry may be added at the end of a list.
    """
    value = check(path, value)
    steps = parse_path(path)
    written: dict[str, str] | None = None
    if len(steps) >= 2 and isinstance(steps[0], str) and isinstance(steps[1], int):
        entries = document.get(steps[0])
        count = len(entries) if isinstance(entries, list) else 0
        if steps[1] > count:
            raise UsageError(
                f"The resume has {count} entries in {steps[0]}, so there is no {path}: "
                f"use {steps[0]}[{count}] to add one."
            )
        if isinstance(entries, list) and steps[1] < count and isinstance(entries[steps[1]], dict):
            written = _identity(steps[0], entries[steps[1]])
    _put(copy.deepcopy(dict(document)), steps, value, path)
    return Correction(path=path, value=value, anchor=written)


def _identity(section: str, entry: Mapping[str, Any]) -> dict[str, str]:
    found = {key: entry[key] for key in _IDENTITY.get(section, ()) if isinstance(entry.get(key), str)}
    keywords = entry.get("keywords")
    if not found and isinstance(keywords, list) and keywords:
        found["keywords"] = str(keywords[0])
    return found


def apply(document: Mapping[str, Any], corrections: Iterable[Correction]) -> dict[str, Any]:
    """The document with its corrections. Each finds its entry by the anchor, else by the index; one whose entry is gone
    from the file is left out. All are placed against the document as the file gave it, so their order does not matter
    except where two set the same field: the later one stands.
    """
    out = copy.deepcopy(dict(document))
    gone: list[tuple[int, str]] = []
    for correction in corrections:
        steps = parse_path(correction.path)
        if correction.anchor is not None and isinstance(steps[0], str) and isinstance(steps[1], int):
            place = _find(document.get(steps[0]), correction.anchor, steps[1])
            if place is None:
                continue
            steps[1] = place
        written = _written(steps)
        if correction.value is None and len(steps) == 2 and isinstance(steps[1], int):
            gone.append((steps[1], str(steps[0])))
            continue
        try:
            _put(out, steps, correction.value, written)
        except UsageError:
            continue  # the list that it belonged to has become shorter
        _mark(out, written, correction.value)
    for index, section in sorted(set(gone), reverse=True):
        entries = out.get(section)
        if isinstance(entries, list) and index < len(entries):
            del entries[index]
            _shift(out, section, index)
    return out


def apply_corrections(document: Mapping[str, Any], corrections: Mapping[str, Any]) -> dict[str, Any]:
    """The document with each path set to its value. Raises UsageError for a bad path or a value of a wrong type."""
    return apply(document, [anchor(document, path, value) for path, value in corrections.items()])


def _find(entries: Any, wanted: Mapping[str, str], index: int) -> int | None:
    """The entry that agrees most with the anchor, the nearest of several; at the old index when there is no anchor.

    None when it is gone.
    """
    if not isinstance(entries, list):
        return None
    if not wanted:
        return index if index < len(entries) else None
    best: tuple[float, int, int] | None = None
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        same = 0.0
        for key, value in wanted.items():
            other = entry.get(key)
            if key == "keywords" and isinstance(other, list):
                other = value if value in other else None
            same += isinstance(other, str) and fold(other) == fold(value)
        score = (same, -abs(place - index), -place)
        if same and (best is None or score > best):
            best = score
    if best is None or best[0] * 2 < len(wanted):
        return None
    return -best[2]


def _put(document: dict[str, Any], steps: list[str | int], value: Any, path: str) -> None:
    holder: Any = document
    for index, step in enumerate(steps[:-1]):
        following: Any = [] if isinstance(steps[index + 1], int) else {}
        if isinstance(step, int):
            if step == len(holder):
                holder.append(following)
            elif step > len(holder):
                raise UsageError(
                    f"The resume has {len(holder)} entries in {_written(steps[:index])}, so there is no {path}."
                )
            holder = holder[step]
        else:
            holder = holder.setdefault(step, following)
        if not isinstance(holder, list if isinstance(steps[index + 1], int) else dict):
            raise UsageError(f"{path}: {_written(steps[: index + 1])} has no such part.")
    last = steps[-1]
    if isinstance(last, int):
        if last > len(holder) or (value is None and last == len(holder)):
            raise UsageError(f"The resume has {len(holder)} entries in {_written(steps[:-1])}, so there is no {path}.")
        if value is None:
            del holder[last]
        elif last == len(holder):
            holder.append(value)
        else:
            holder[last] = value
    elif value is None:
        holder.pop(last, None)
    else:
        holder[last] = value


def _mark(document: dict[str, Any], path: str, value: Any) -> None:
    """Note in the document's fields that the person said so."""
    fields = document.setdefault("meta", {}).setdefault("jobswipe", {}).setdefault("fields", {})
    for key in [key for key in fields if key == path or key.startswith((f"{path}.", f"{path}["))]:
        del fields[key]
    if value is not None:
        fields[path] = {"confidence": 1.0, "page": None, "quote": None, "corrected": True}


def _shift(document: dict[str, Any], section: str, gone: int) -> None:
    """After an entry is taken out, the fields of those behind it move up."""
    fields: dict[str, Any] = document.get("meta", {}).get("jobswipe", {}).get("fields", {})
    moved: dict[str, Any] = {}
    pattern = re.compile(rf"^{re.escape(section)}\[(\d+)\](.*)$")
    for key, found in fields.items():
        match = pattern.match(key)
        if match is None:
            moved[key] = found
        elif int(match[1]) != gone:
            index = int(match[1]) - (int(match[1]) > gone)
            moved[f"{section}[{index}]{match[2]}"] = found
    fields.clear()
    fields.update(moved)
