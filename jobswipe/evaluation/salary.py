"""How well salaries are read from text: exact match against employers' own fields, and claims where none is stated."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jobswipe.errors import InputError
from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.pay import Period, Salary, convert, from_text, period_of
from jobswipe.text.html import to_text

MAX_MISTAKES = 20
_BASELINE = "one regular expression"

_Expected = tuple[float | None, float | None, str, Period]


class _Tier(msgspec.Struct):
    min: float | None
    max: float | None
    currency: str | None
    interval: str | None


class _Gold(msgspec.Struct):
    id: str
    salary: list[_Tier]
    summary_text: str | None = None
    tier_text: str | None = None


class _Text(msgspec.Struct):
    """A text with what it states (None: no base salary), and the employer's tiers that it stands beside."""

    text: str
    expected: _Expected | None
    tiers: list[_Tier]


class _Score(msgspec.Struct):
    cases: int = 0
    hits: int = 0
    rounded: int = 0
    claims: int = 0
    baseline_hits: int = 0
    baseline_claims: int = 0


def evaluate(corpus: Path) -> EvalReport:
    """Measure `pay.from_text` on the corpus directory's gold data. Raises InputError when a file is absent.

    - Texts of the employers' own boards (summary and tier text): exact match of (min, max, currency, period) with the
      union of the employer's tiers that share the first one's currency and period. Such a text rounds to 0.1 K, so the
      match "as rounded in the text" is given beside it.
    - Descriptions that show both ends of that union: exact match.
    - Over-claims, the share of texts without base pay from which a salary is read. Such texts are the remarks behind
      the salary of a tier text (bonus, commission, equity); the descriptions of postings with known pay without the
      lines that show any of its figures (a claim within half and one and a half times the employer's pay is another
      statement of pay, and no over-claim); and the hand-labelled texts whose label is null.
    """
    gold = _gold(corpus)
    descriptions = _descriptions(corpus, {one.id for one in gold})
    mistakes: list[str] = []
    summary = _score(
        [_Text(one.summary_text, union, one.salary) for one, union in _with_union(gold) if one.summary_text]
    )
    tier = _score(
        [_Text(one.tier_text, union, one.salary) for one, union in _with_union(gold) if one.tier_text], mistakes
    )
    stated = _score(list(_stating(gold, descriptions)), mistakes)
    labelled, silent = _edge_cases(corpus)
    edges = _score(labelled, mistakes)
    remarks = _score([*_remarks(gold)], mistakes)
    rest = _score([*_without_pay(gold, descriptions)], mistakes)
    nulls = _score(silent, mistakes)
    negatives = [remarks, rest, nulls]
    total = sum(score.cases for score in negatives)
    return EvalReport(
        name="salary",
        measures=(
            _exact("summary text, exact", summary, bar=0.85),
            _exact("tier text, exact", tier, bar=0.85),
            _share("summary text, exact as rounded in the text", summary.rounded, summary.cases),
            _share("tier text, exact as rounded in the text", tier.rounded, tier.cases),
            _exact("description that states the pay, exact", stated),
            _exact("hand-labelled texts, exact", edges),
            Measure(
                name="over-claims",
                value=_ratio(sum(score.claims for score in negatives), total),
                n=total,
                baseline=_ratio(sum(score.baseline_claims for score in negatives), total),
                baseline_name=_BASELINE,
                bar=0.01,
                at_most=True,
            ),
            _share("over-claims in remarks behind a salary", remarks.claims, remarks.cases, at_most=True),
            _share("over-claims in descriptions without their pay", rest.claims, rest.cases, at_most=True),
            _share("over-claims in hand-labelled texts without pay", nulls.claims, nulls.cases, at_most=True),
        ),
        mistakes=tuple(mistakes[:MAX_MISTAKES]),
    )


def _exact(name: str, score: _Score, bar: float | None = None) -> Measure:
    return Measure(
        name=name,
        value=_ratio(score.hits, score.cases),
        n=score.cases,
        baseline=_ratio(score.baseline_hits, score.cases),
        baseline_name=_BASELINE,
        bar=bar,
    )


def _share(name: str, count: int, cases: int, *, at_most: bool = False) -> Measure:
    return Measure(name=name, value=_ratio(count, cases), n=cases, at_most=at_most)


def _ratio(count: int, cases: int) -> float:
    return count / cases if cases else 0.0


def _score(texts: list[_Text], mistakes: list[str] | None = None) -> _Score:
    """Counts over the texts; up to a fifth of the mistakes that a report holds are noted from each kind."""
    score = _Score()
    noted = 0
    for one in texts:
        found, naive = from_text(one.text), _naive(one.text)
        got = (found.min, found.max, found.currency, found.period) if found else None
        score.cases += 1
        score.hits += got == one.expected
        score.rounded += _same_rounded(got, one.expected)
        score.baseline_hits += naive == one.expected
        over = found is not None and one.expected is None and not _is_pay(found, one.tiers)
        score.claims += over
        score.baseline_claims += naive is not None and one.expected is None
        wrong = over if one.expected is None else not _same_rounded(got, one.expected)
        if wrong and mistakes is not None and noted < MAX_MISTAKES // 5:
            noted += 1
            shown = found.quote if found else one.text[:120]
            mistakes.append(f"{shown!r}: read {got}, expected {one.expected}")
    return score


def _same_rounded(got: _Expected | None, expected: _Expected | None) -> bool:
    """Equal, or apart by no more than a text that shows 0.1 K (0.1 M from a million) rounds away."""
    if got is None or expected is None:
        return got is expected
    for one, two in zip(got[:2], expected[:2], strict=True):
        if (one is None) != (two is None):
            return False
        if (
            isinstance(one, int | float)
            and isinstance(two, int | float)
            and abs(one - two) > (50_000 if two >= 1e6 else 50)
        ):
            return False
    return got[2:] == expected[2:]


def _is_pay(found: Salary, tiers: Iterable[_Tier]) -> bool:
    """Whether a claim lies about the employer's own pay: another statement of it."""
    for tier in tiers:
        period = period_of(tier.interval)
        for end in (found.min, found.max):
            if end is None or period is None or not tier.currency:
                continue
            amount = convert(end, found.currency, found.period, tier.currency, period)
            low, high = tier.min or tier.max or 0, tier.max or tier.min or 0
            if amount is not None and low * 0.5 <= amount <= high * 1.5:
                return True
    return False


def _gold(corpus: Path) -> list[_Gold]:
    return [msgspec.json.decode(line, type=_Gold) for line in _lines(corpus / "gold" / "salary_from_ashby.jsonl.gz")]


def _with_union(gold: list[_Gold]) -> Iterator[tuple[_Gold, _Expected]]:
    for one in gold:
        union = _union(one.salary)
        if union:
            yield one, union


def _union(tiers: list[_Tier]) -> _Expected | None:
    """The employer's range: the union of the tiers that share the first one's currency and period."""
    known = [(tier, period) for tier in tiers if (period := period_of(tier.interval)) and tier.currency]
    if not known:
        return None
    first, period = known[0]
    alike = [tier for tier, one in known if (tier.currency, one) == (first.currency, period)]
    low = min((tier.min for tier in alike if tier.min is not None), default=None)
    high = max((tier.max for tier in alike if tier.max is not None), default=None)
    return (low, high, first.currency or "", period) if low or high else None


def _descriptions(corpus: Path, wanted: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines(corpus / "corpus" / "ashby_postings.jsonl.gz"):
        job: dict[str, Any] = msgspec.json.decode(line)["job"]
        if job["id"] in wanted:
            found[job["id"]] = to_text(job.get("descriptionHtml") or "")
    return found


def _stating(gold: list[_Gold], descriptions: dict[str, str]) -> Iterator[_Text]:
    """The descriptions that show both ends of the employer's range."""
    for one, union in _with_union(gold):
        text = descriptions.get(one.id, "")
        if all(end is not None and _shows(end).search(text) for end in union[:2] if not isinstance(end, str)):
            yield _Text(text, union, one.salary)


def _without_pay(gold: list[_Gold], descriptions: dict[str, str]) -> Iterator[_Text]:
    """The descriptions without the lines that show a figure of the employer's pay."""
    for one in gold:
        ends = {end for tier in one.salary for end in (tier.min, tier.max) if end}
        figures = [_shows(end) for end in ends]
        lines = descriptions.get(one.id, "").split("\n")
        kept = [line for line in lines if not any(figure.search(line) for figure in figures)]
        if any(kept):
            yield _Text("\n".join(kept), None, one.salary)


def _remarks(gold: list[_Gold]) -> Iterator[_Text]:
    """What stands behind the salary in a tier text, unless it names a base pay of its own."""
    for one in gold:
        _, bullet, remarks = (one.tier_text or "").partition(" • ")
        if bullet and "base" not in remarks.lower():
            yield _Text(remarks, None, [])


def _shows(amount: float) -> re.Pattern[str]:
    """A figure in the notations of job descriptions: 120,000 120.000 120 000 120000 120K; 40 or 40.00 when small."""
    whole = f"{amount:g}" if amount < 1_000 else f"{round(amount):,}".replace(",", "[.,'\u00a0 ]?")
    short = f"|{amount / 1_000:g}(?:[kK]|(?= ?[-–—] ?[$€£]?[0-9.]+[kK]))" if amount >= 1_000 else "(?:[.]00?)?"
    return re.compile(rf"(?<![0-9.,])(?:{whole}{short})(?![0-9])")


def _edge_cases(corpus: Path) -> tuple[list[_Text], list[_Text]]:
    """The hand-labelled texts with a salary, and those without one. A label that is absent says that none is stated."""
    labelled, silent = [], []
    for line in _lines(corpus / "gold" / "enrichment_edge_cases.jsonl"):
        record: dict[str, Any] = msgspec.json.decode(line)
        labels = record["labels"]
        if labels.get("salary_min") is not None:
            low = labels["salary_min"]
            period = period_of(labels["salary_period"])
            if period:
                expected = (low, labels.get("salary_max", low), labels["salary_currency"], period)
                labelled.append(_Text(record["description"], expected, []))
        elif "salary_currency" not in labels:
            silent.append(_Text(record["description"], None, []))
    return labelled, silent


def _lines(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        raise InputError(f"{path} is missing: point JOBSWIPE_CORPUS at the directory of the labelled data.")
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        yield from lines


_NAIVE = re.compile(r"([$€£])\s?(\d[\d,.]*)\s?([kK]?)(?:\s?(?:-|–|to)\s?[$€£]?(\d[\d,.]*)\s?([kK]?))?")


def _naive(text: str) -> _Expected | None:
    """The baseline: the first sign with a figure or a range, thousands by a K, hourly when small."""
    match = _NAIVE.search(text)
    if not match:
        return None
    sign, low_text, low_k, high_text, high_k = match.groups()
    try:
        low = float(low_text.replace(",", "")) * (1_000 if low_k or high_k else 1)
        high = float((high_text or low_text).replace(",", "")) * (1_000 if high_k or low_k else 1)
    except ValueError:
        return None
    return low, high, {"$": "USD", "€": "EUR", "£": "GBP"}[sign], "year" if low > 1_000 else "hour"
