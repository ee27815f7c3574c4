"""A JSON Resume document under construction: every value goes in with its confidence, page and quote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobswipe.resumes.extracted import Line

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


class Fields:
    """`document` grows by `put` and `add`; `fields` maps each JSON path to `{confidence, page, quote}`."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self.fields: dict[str, dict[str, Any]] = {}

    def add(self, section: str, entry: Entry) -> None:
        """Append an entry to a list section, unless it says nothing."""
        if not entry.values:
            return
        entries = self.document.setdefault(section, [])
        entry.into(f"{section}[{len(entries)}]", self.fields)
        entries.append(entry.values)

    def put(self, section: str, entry: Entry) -> None:
        """Set an object section (`basics`)."""
        if entry.values:
            self.document[section] = entry.values
            entry.into(section, self.fields)

    def finished(self) -> dict[str, Any]:
        order = (
            "basics work volunteer education projects skills languages certificates awards publications"
            " interests references"
        ).split()
        document: dict[str, Any] = {"$schema": SCHEMA}
        document |= {section: self.document[section] for section in order if section in self.document}
        document["meta"] = {"version": "v1.0.0", "jobswipe": {"fields": self.fields}}
        return document


class Entry:
    """One object's values, each with where it comes from. Empty values are not kept: what is not said is absent."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.sources: dict[str, dict[str, Any]] = {}

    def put(self, key: str, value: str | None, confidence: float, line: Line | None, quote: str | None = None) -> None:
        if value and key not in self.values:
            self.values[key] = value
            self.sources[key] = source(confidence, line, value if quote is None else quote)

    def put_list(self, key: str, items: Iterable[tuple[str, Line | None, str]], confidence: float) -> None:
        """`items` are (value, line, quote)."""
        kept = [(value, line, quote) for value, line, quote in items if value]
        if kept and key not in self.values:
            self.values[key] = [value for value, _, _ in kept]
            for index, (_, line, quote) in enumerate(kept):
                self.sources[f"{key}[{index}]"] = source(confidence, line, quote)

    def put_object(self, key: str, other: Entry) -> None:
        if other.values and key not in self.values:
            self.values[key] = other.values
            self.sources |= {f"{key}.{path}": found for path, found in other.sources.items()}

    def put_objects(self, key: str, others: list[Entry]) -> None:
        others = [other for other in others if other.values]
        if others and key not in self.values:
            self.values[key] = [other.values for other in others]
            for index, other in enumerate(others):
                self.sources |= {f"{key}[{index}].{path}": found for path, found in other.sources.items()}

    def into(self, prefix: str, fields: dict[str, dict[str, Any]]) -> None:
        fields.update({f"{prefix}.{path}": found for path, found in self.sources.items()})


def source(confidence: float, line: Line | None, quote: str) -> dict[str, Any]:
    """A quote that is not in its line word for word (a date was taken out of it) gives way to the whole line."""
    if line is not None and line.runs and "\n" not in quote:
        whole = " ".join(line.text.split())
        quote = quote if " ".join(quote.split()) in whole else whole
    return {"confidence": round(confidence, 2), "page": line.page if line is not None else None, "quote": quote}
