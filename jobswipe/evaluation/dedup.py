"""Deduplication on labelled records of five sources, with their addresses hidden: pair precision, recall and F1."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.places import parse as parse_place
from jobswipe.postings.dedupe import Candidate, cluster
from jobswipe.postings.keys import company_key, title_key
from jobswipe.text.html import to_text

Pair = tuple[int, int]


def evaluate(corpus: Path) -> EvalReport:
    """Compare `cluster` with the gold and with exact keys (company, title, place text) alone."""
    with gzip.open(corpus / "gold" / "dedup_cross_source.jsonl.gz") as lines:
        records = [msgspec.json.decode(line) for line in lines]
    gold = pairs_of([record["ats_id"] for record in records])
    found = pairs_of(cluster([_candidate(record) for record in records]))
    exact = pairs_of([_exact(record, position) for position, record in enumerate(records)])
    precision, recall, f1 = score(found, gold)
    _, _, exact_f1 = score(exact, gold)
    wrong = [f"merged: {_shown(records, pair)}" for pair in sorted(found - gold)]
    missed = [f"missed: {_shown(records, pair)}" for pair in sorted(gold - found)]
    return EvalReport(
        name="dedup",
        measures=(
            Measure(
                name="pair F1", value=f1, n=len(gold), bar=0.85, baseline=exact_f1, baseline_name="exact keys alone"
            ),
            Measure(name="pair precision", value=precision, n=len(found), bar=0.97),
            Measure(name="pair recall", value=recall, n=len(gold)),
        ),
        mistakes=tuple(wrong[:10] + missed[:10]),
    )


def pairs_of(labels: Sequence[Hashable]) -> set[Pair]:
    """All pairs of positions with equal labels."""
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position, label in enumerate(labels):
        groups[label].append(position)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def score(found: set[Pair], gold: set[Pair]) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs."""
    right = len(found & gold)
    precision = right / len(found) if found else 1.0
    recall = right / len(gold) if gold else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def _candidate(record: dict[str, Any]) -> Candidate:
    where = parse_place(record["location"] or "")
    return Candidate(
        id=record["rid"],
        company=record["company"],
        title=record["title"],
        places=where.places,
        remote_countries=where.remote_countries,
        text=to_text(record["description"]) if record["description"] else None,
    )


def _exact(record: dict[str, Any], position: int) -> Hashable:
    place = (record["location"] or "").lower().strip()
    return (company_key(record["company"]) or position, title_key(record["title"]), place)


def _shown(records: Sequence[dict[str, Any]], pair: Iterable[int]) -> str:
    return " | ".join(f"{records[at]['company']}, {records[at]['title']}, {records[at]['location']}" for at in pair)
