"""Skills on labelled data: ESCO concepts of sentences beside exact aliases, spans of two NER sets; speed."""

from __future__ import annotations

import csv
import gzip
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from jobswipe.errors import InputError
from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.skills import extract, extract_ranked
from jobswipe.skills.skill import Skill
from jobswipe.skills.taxonomy import matcher
from jobswipe.text.html import to_text

_NO_SKILL = frozenset({"UNDERSPECIFIED", "LABEL NOT PRESENT"})
_EVERY = 7  # one in so many postings is read for the speed
_SENTENCES = 1_500  # of SkillSpan's dev part

Answer = Callable[[str], Sequence[Skill]]
Spans = list[tuple[int, int]]


def evaluate(corpus: Path) -> EvalReport:
    """Measures over the shared labelled data. Raises InputError when a file of it is missing."""
    measures: list[Measure] = []
    mistakes: list[str] = []
    try:
        for name in ("house", "tech"):
            cases = read_cases(corpus / "benchmarks" / "esco_skill_extraction" / f"{name}_validation_annotations.csv")
            measures += _sentences(name, cases, mistakes)
        measures += _spans("SkillSpan knowledge", _skillspan(corpus / "benchmarks" / "skillspan" / "dev.jsonl"))
        measures += _spans("green jobs skill", _conll(corpus / "benchmarks" / "green_jobdesc_ner" / "gold_conll.txt"))
        measures.append(_speed(corpus / "corpus" / "ashby_postings.jsonl.gz"))
    except OSError as error:
        raise InputError(f"The labelled data is not complete: {error}.") from None
    return EvalReport(name="skills", measures=tuple(measures), mistakes=tuple(mistakes[:20]))


def read_cases(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Sentences and their ESCO labels; sentences without a label are left out."""
    labels: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] not in _NO_SKILL:
                labels.setdefault(row["sentence"], set()).add(row["label"])
    return [(sentence, frozenset(gold)) for sentence, gold in labels.items()]


def r_precision(answer: Answer, cases: Sequence[tuple[str, frozenset[str]]], k: int) -> float:
    """RP@k: the mean over sentences of |first k answers ∩ gold| / min(k, |gold|)."""
    total = 0.0
    for sentence, gold in cases:
        first = {skill.name for skill in answer(sentence)[:k]}
        total += len(first & gold) / min(k, len(gold))
    return total / max(1, len(cases))


def _sentences(name: str, cases: Sequence[tuple[str, frozenset[str]]], mistakes: list[str]) -> Iterator[Measure]:
    for k in (5, 10):
        yield Measure(
            name=f"{name} sentences RP@{k}",
            value=r_precision(extract_ranked, cases, k),
            n=len(cases),
            baseline=r_precision(extract, cases, k),
            baseline_name="exact aliases",
        )
    for sentence, gold in cases:
        first = [skill.name for skill in extract_ranked(sentence)[:5]]
        if not gold & set(first):
            mistakes.append(f"{sentence[:120]} | labelled {', '.join(sorted(gold))} | said {', '.join(first)}")


def _spans(name: str, cases: Iterable[tuple[str, Spans]]) -> Iterator[Measure]:
    """Labelled stretches that an extracted name overlaps, and extracted names that overlap a labelled stretch."""
    labelled = found = covered = right = 0
    for text, gold in cases:
        said = [(span.start, span.end) for span in matcher().find(text)]
        labelled += len(gold)
        found += len(said)
        covered += sum(any(begin < end and start < stop for begin, stop in said) for start, end in gold)
        right += sum(any(start < stop and begin < end for start, end in gold) for begin, stop in said)
    recall, precision = covered / max(1, labelled), right / max(1, found)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    yield Measure(name=f"{name} spans, overlap F1", value=f1, n=labelled)
    yield Measure(name=f"{name} spans covered", value=recall, n=labelled)


def _skillspan(path: Path) -> Iterator[tuple[str, Spans]]:
    with path.open("rb") as file:
        for line, _ in zip(file, range(_SENTENCES), strict=False):
            row: dict[str, Any] = msgspec.json.decode(line)
            yield _laid_out(row["tokens"], row["tags_knowledge"])


def _conll(path: Path) -> Iterator[tuple[str, Spans]]:
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        pairs = [line.split() for line in block.splitlines() if len(line.split()) == 2]
        tags = [tag.replace("-Skill", "") if tag.endswith("-Skill") else "O" for _, tag in pairs]
        yield _laid_out([token for token, _ in pairs], tags)


def _laid_out(tokens: Sequence[str], tags: Sequence[str]) -> tuple[str, Spans]:
    """A sentence with a space between tokens, and its labelled stretches."""
    spans: Spans = []
    at = 0
    for token, tag in zip(tokens, tags, strict=True):
        if tag == "B":
            spans.append((at, at + len(token)))
        elif tag == "I" and spans:
            spans[-1] = (spans[-1][0], at + len(token))
        at += len(token) + 1
    return " ".join(tokens), spans


def _speed(path: Path) -> Measure:
    texts: list[str] = []
    with gzip.open(path) as lines:
        for number, line in enumerate(lines):
            if number % _EVERY == 0:
                texts.append(to_text(msgspec.json.decode(line)["job"].get("descriptionHtml") or ""))
    matcher()
    begun = time.process_time()
    for text in texts:
        extract(text)
    return Measure(
        name="postings a second of CPU time",
        value=len(texts) / max(1e-9, time.process_time() - begun),
        n=len(texts),
        bar=2_000,
    )
