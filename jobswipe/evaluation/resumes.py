"""How well resumes are read: rendercv PDFs against the YAML they were made from, plain texts against annotations."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.resumes.contact import EMAIL, URL
from jobswipe.resumes.extract import extract
from jobswipe.resumes.headings import fold
from jobswipe.resumes.parse import parse
from jobswipe.resumes.plain import lines_of

# The fields whose values must be equal, by section.
_COMPARED: dict[str, tuple[str, ...]] = {
    "work": ("name", "position", "location", "startDate", "endDate", "highlights"),
    "education": ("institution", "studyType", "area", "startDate", "endDate", "score"),
    "projects": ("name", "url", "startDate", "endDate", "description", "highlights"),
    "skills": ("name", "keywords"),
    "publications": ("name", "publisher", "releaseDate", "url"),
    "awards": ("title", "date"),
}
_BASICS = ("name", "email", "phone", "url", "label", "location", "profiles")
_LABELS = {
    "Name": "name",
    "Email Address": "email",
    "Companies worked at": "company",
    "Designation": "designation",
    "College Name": "college",
    "Degree": "degree",
}
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def evaluate(corpus: Path) -> EvalReport:
    """Reads `resumes/rendercv` and `benchmarks/resume_ner_dataturks` under the corpus; either may be absent."""
    measures: list[Measure] = []
    mistakes: list[str] = []
    totals: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for pdf in sorted((corpus / "resumes" / "rendercv").glob("*.pdf")):
        truth = pdf.with_suffix(".yaml")
        if not truth.is_file():
            continue
        theme = pdf.stem.removeprefix("John_Doe_").removesuffix("_CV")
        expected, found = parse(extract(truth)).document, parse(extract(pdf)).document
        good = count = 0
        for path, one, other in compare(expected, found):
            field = re.sub(r"\[\d+\]", "", path)
            equal = one == other
            totals[field] += 1
            right[field] += equal
            count += 1
            good += equal
            if not equal:
                mistakes.append(f"{theme} {path}: expected {one!r}, found {other!r}")
        measures.append(Measure(name=f"rendercv {theme}", value=good / count if count else 0.0, n=count, bar=0.95))
    measures += [Measure(name=f"field {field}", value=right[field] / n, n=n) for field, n in sorted(totals.items())]
    annotated = corpus / "benchmarks" / "resume_ner_dataturks" / "resumes.jsonl"
    if annotated.is_file():
        measures += _annotated(annotated)
    return EvalReport(name="resumes", measures=tuple(measures), mistakes=tuple(mistakes[:20]))


def compare(expected: dict[str, Any], found: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(path, expected, found) of every field that either document has."""
    for key in _BASICS:
        one, other = expected.get("basics", {}).get(key), found.get("basics", {}).get(key)
        if one is not None or other is not None:
            yield f"basics.{key}", one, other
    for section, keys in _COMPARED.items():
        wanted, have = expected.get(section, []), found.get(section, [])
        for index in range(max(len(wanted), len(have))):
            one = wanted[index] if index < len(wanted) else {}
            other = have[index] if index < len(have) else {}
            for key in keys:
                if key in one or key in other:
                    yield f"{section}[{index}].{key}", _typographic(one.get(key)), _typographic(other.get(key))


def _typographic(value: Any) -> Any:
    """Typesetting turns quotes: it is no mistake of the reader's."""
    if isinstance(value, str):
        return value.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return [_typographic(item) for item in value] if isinstance(value, list) else value


def _annotated(path: Path) -> list[Measure]:
    scores: dict[str, Counter[str]] = {field: Counter() for field in _LABELS.values()}
    plain: dict[str, Counter[str]] = {field: Counter() for field in _LABELS.values()}
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for record in records:
        text = record["text"]
        gold: dict[str, set[str]] = {field: set() for field in _LABELS.values()}
        for entity in record["entities"]:
            field = _LABELS.get(entity["label"])
            value = entity["text"]
            whole = _whole(text, entity["start"], entity["end"])
            if field and whole and (key := _key(value)) and (field != "email" or EMAIL.fullmatch(value.strip())):
                gold[field].add(key)
        for found, into in ((_found(text), scores), (_naive(text), plain)):
            for field, wanted in gold.items():
                have = {key for value in found.get(field, ()) if (key := _key(value))}
                into[field]["gold"] += len(wanted)
                into[field]["found"] += len(have) if wanted else 0
                into[field]["recalled"] += sum(any(_same(one, other) for other in have) for one in wanted)
                into[field]["precise"] += (
                    sum(any(_same(one, other) for other in wanted) for one in have) if wanted else 0
                )
    out = []
    for field, score in scores.items():
        base = plain[field]
        if not score["gold"]:
            continue
        out.append(
            Measure(
                name=f"annotated {field} recall",
                value=score["recalled"] / score["gold"],
                n=score["gold"],
                baseline=base["recalled"] / base["gold"],
                baseline_name="first line, patterns",
            )
        )
        out.append(
            Measure(
                name=f"annotated {field} precision",
                value=score["precise"] / max(score["found"], 1),
                n=score["found"],
                baseline=base["precise"] / base["found"] if base["found"] else 0.0,
                baseline_name="first line, patterns",
            )
        )
    return out


def _whole(text: str, start: int, end: int) -> bool:
    """Some annotations are shifted by a few letters: those that cut a word say nothing."""
    return not (start > 0 and text[start - 1].isalnum() and text[start].isalnum()) and not (
        end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    )


def _key(text: str) -> str:
    return fold(_EDGES.sub("", text))


def _same(one: str, other: str) -> bool:
    """Equal, or one is within the other word for word (annotators disagree about "Ltd." and the like)."""
    return one == other or f" {one} " in f" {other} " or f" {other} " in f" {one} "


def _found(text: str) -> dict[str, list[str]]:
    document = parse(lines_of(text)).document
    basics = document.get("basics", {})
    label = basics.get("label", "")
    return {
        "name": [basics.get("name", "")],
        "email": [basics.get("email", "")],
        "company": [job.get("name", "") for job in document.get("work", [])],
        "designation": [*(job.get("position", "") for job in document.get("work", [])), label],
        "college": [study.get("institution", "") for study in document.get("education", [])],
        "degree": [
            " in ".join(filter(None, (study.get("studyType"), study.get("area"))))
            for study in document.get("education", [])
        ],
    }


def _naive(text: str) -> dict[str, list[str]]:
    """What a few patterns find: the first line, e-mail addresses, lines with a telling word."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    email = EMAIL.search(URL.sub(" ", text)) or EMAIL.search(text)
    return {
        "name": lines[:1],
        "email": [email[0]] if email else [],
        "company": [
            line
            for line in lines
            if re.search(r"\b(?:Ltd|Inc|Pvt|Limited|LLC|Corp|Technologies)\b", line) and len(line) < 60
        ],
        "designation": [
            line
            for line in lines
            if re.search(r"\b(?:Engineer|Developer|Manager|Analyst|Consultant)$", line) and len(line) < 60
        ],
        "college": [
            line for line in lines if re.search(r"\b(?:University|College|Institute|School)\b", line) and len(line) < 90
        ],
        "degree": [line for line in lines if re.match(r"(?:B\.|M\.|Bachelor|Master|MBA|PhD)", line) and len(line) < 90],
    }
