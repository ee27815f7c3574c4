"""What both desks make of what they have read: a place, a line of a history, a draft's name, a resume's fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jobswipe.places.place import Place
from tui.desk.interface import ResumeField
from tui.text import safe


def place(places: Sequence[Place]) -> str:
    """The first three, in the posting's own words, and how many more there are."""
    shown = list(dict.fromkeys(safe(one.city or one.text) for one in places))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return ", ".join(shown[:3]) + more


def happened(kind: str, from_stage: str | None, to_stage: str | None, text: str | None) -> str:
    """What happened to an application."""
    if kind == "moved":
        return f"moved from {from_stage} to {to_stage}"
    return safe(text or "") if kind == "note" else f"opened in {to_stage}"


def draft(kind: str, version: int, model: str | None) -> str:
    return f"{kind}, version {version}, {safe(model) or 'template'}"


def flags(found: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The claims of a draft that nothing backs."""
    return tuple(safe(f"{one.get('kind')} “{one.get('quote')}”: {one.get('reason')}") for one in found)


def fields(document: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[ResumeField]:
    """The texts of the document with their paths. Of a file's own fields a confidence is known."""

    def walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if not (path == "" and key in ("meta", "$schema")):
                    yield from walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                yield from walk(inner, f"{path}[{at}]")
        elif value not in (None, ""):
            yield path, str(value)

    for path, text in walk(document, ""):
        found = known.get(path) or {}
        sure = found.get("confidence")
        yield ResumeField(
            path=path,
            value=safe(text),
            confidence=float(sure) if isinstance(sure, int | float) else None,
            quote=safe(str(found.get("quote") or "")),
            own=bool(found.get("corrected")),
        )
