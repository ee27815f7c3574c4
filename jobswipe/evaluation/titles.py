"""How well titles are compared and read: MAP beside TF-IDF, levels and kinds of employment on labelled postings."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from jobswipe.errors import InputError
from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.text.html import to_text
from jobswipe.titles import TitleIndex, employment_type, family, seniority

MAP_BAR = 0.55
_EMPLOYMENT = {
    "FullTime": "full_time", "PartTime": "part_time", "Intern": "internship", "Contract": "contract",
    "Temporary": "temporary", "FULL_TIME": "full_time", "PART_TIME": "part_time", "INTERN": "internship",
    "CONTRACT": "contract", "TEMPORARY": "temporary",
}  # fmt: skip
_SAMPLE = 8  # one in so many full-time postings of the Ashby corpus has its description read; all others do

Rank = Callable[[str], Sequence[tuple[str, float]]]


class _Title(msgspec.Struct):
    id: str | int
    title: str


def evaluate(corpus: Path) -> EvalReport:
    """Measures over the shared labelled data. Raises InputError when a file of it is missing."""
    mistakes: list[str] = []
    measures = [*_ranking(corpus), *_edge_cases(corpus, mistakes), *_ashby(corpus, mistakes)]
    return EvalReport(name="titles", measures=tuple(measures), mistakes=tuple(mistakes[:20]))


def rank_file(queries: Path, corpus: Path, limit: int) -> Iterator[dict[str, Any]]:
    """For each line `{id, title}` of `queries`: `{query_id, ranking: [{id, score}]}`, the best `limit` of `corpus`.

    Raises InputError, naming the line, where a line is not such an object.
    """
    index = TitleIndex(_titles(corpus))
    for query_id, title in _titles(queries):
        ranking = index.rank(title, max(0, limit))
        yield {"query_id": query_id, "ranking": [{"id": id_, "score": round(score, 6)} for id_, score in ranking]}


def mean_average_precision(rank: Rank, queries: Sequence[tuple[str, str]], relevant: dict[str, set[str]]) -> float:
    """MAP over the full ranking: the mean over queries of the precision at each relevant title's rank."""
    total = 0.0
    for query_id, title in queries:
        wanted, found, precision = relevant[query_id], 0, 0.0
        for place, (id_, _) in enumerate(rank(title), 1):
            if id_ in wanted:
                found += 1
                precision += found / place
        total += precision / len(wanted)
    return total / len(queries)


def tfidf(titles: Sequence[tuple[str, str]]) -> Rank:
    """The baseline: cosine of TF-IDF over words and character 3- to 5-grams within words, nothing else known."""

    def features(title: str) -> Counter[str]:
        out: Counter[str] = Counter()
        for word in title.lower().split():
            padded = f" {word} "
            out.update(padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1))
        return out

    counted = [features(title) for _, title in titles]
    frequency = Counter(gram for count in counted for gram in count)
    idf = {gram: math.log((1 + len(titles)) / (1 + n)) + 1 for gram, n in frequency.items()}
    lists: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for row, count in enumerate(counted):
        norm = math.sqrt(sum((n * idf[gram]) ** 2 for gram, n in count.items())) or 1.0
        for gram, n in count.items():
            lists[gram].append((row, n * idf[gram] / norm))

    def rank(query: str) -> list[tuple[str, float]]:
        scores = [0.0] * len(titles)
        for gram, n in features(query).items():
            for row, weight in lists.get(gram, ()):
                scores[row] += n * idf[gram] * weight
        return [(titles[row][0], scores[row]) for row in sorted(range(len(titles)), key=lambda row: -scores[row])]

    return rank


def _ranking(corpus: Path) -> Iterator[Measure]:
    folder = corpus / "benchmarks" / "job_title_similarity"
    titles = [_pair(line) for line in _lines(folder / "corpus_documents.tsv")]
    queries = [_pair(line) for line in _lines(folder / "queries.tsv")]
    relevant: defaultdict[str, set[str]] = defaultdict(set)
    for line in _lines(folder / "annotations.tsv"):
        query, _, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant[query].add(document)
    yield Measure(
        name="title similarity MAP",
        value=mean_average_precision(TitleIndex(titles).rank, queries, relevant),
        n=len(queries),
        baseline=mean_average_precision(tfidf(titles), queries, relevant),
        baseline_name="TF-IDF of character n-grams",
        bar=MAP_BAR,
    )


def _edge_cases(corpus: Path, mistakes: list[str]) -> Iterator[Measure]:
    cases = [json.loads(line) for line in _lines(corpus / "gold" / "enrichment_edge_cases.jsonl")]
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in cases:
        labels = case["labels"]
        level = seniority(case["title"], None, case["description"])
        kind = employment_type(case.get("commitment"), case["title"], case["description"])
        for name, said, label in (
            ("seniority", level, labels.get("seniority")),
            ("employment type", kind, _EMPLOYMENT.get(labels.get("employment_type", ""))),
        ):
            if label:
                total[name] += 1
                right[name] += said == label
                if said != label:
                    mistakes.append(f"{case['id']}: {name} {said}, labelled {label}")
    for name, n in total.items():
        yield Measure(name=f"edge cases, {name} accuracy", value=right[name] / n, n=n)


def _ashby(corpus: Path, mistakes: list[str]) -> Iterator[Measure]:
    """Kind of employment from title and text alone, against the board's own field; share of titles with a family."""
    said = right = total = covered = 0
    with gzip.open(corpus / "corpus" / "ashby_postings.jsonl.gz", "rt", encoding="utf-8") as file:
        for count, line in enumerate(file):
            job = json.loads(line)["job"]
            total += 1
            covered += family(job["title"]) is not None
            label = _EMPLOYMENT[job["employmentType"]]
            if label == "full_time" and count % _SAMPLE:
                continue
            kind = employment_type(None, job["title"], to_text(job.get("descriptionHtml") or ""))
            if kind is not None:
                said += 1
                right += kind == label
                if kind != label:
                    mistakes.append(f"{job['title'].strip()}: employment type {kind}, the board says {label}")
    yield Measure(name="Ashby, stated employment type agrees with the board", value=right / max(1, said), n=said)
    yield Measure(name="Ashby, share of titles with a role family", value=covered / max(1, total), n=total)


def _titles(path: Path) -> list[tuple[str, str]]:
    out = []
    for number, line in enumerate(_lines(path), 1):
        try:
            row = msgspec.json.decode(line, type=_Title)
        except msgspec.DecodeError as error:
            raise InputError(f'{path.name}, line {number}: want {{"id": ..., "title": "..."}} ({error}).') from None
        out.append((str(row.id), row.title))
    return out


def _pair(line: str) -> tuple[str, str]:
    id_, _, title = line.partition("\t")
    return id_, title


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
