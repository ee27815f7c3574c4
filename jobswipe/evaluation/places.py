"""How well places, countries and ways of working are read, on the labelled data, beside naive baselines."""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.places import gazetteer, parse
from jobswipe.places.place import Place
from jobswipe.postings.location import locate
from jobswipe.postings.workplace import decide
from jobswipe.sources.raw import RawLocation, RawPosting

NEAR_KM = 50.0
EARTH_KM = 6371.0088  # mean radius, IUGG
_HYBRID = re.compile(r"\bhybrid\b", re.IGNORECASE)
_ONSITE = re.compile(r"\bon-?site\b|\bin-office\b", re.IGNORECASE)
_REMOTE = re.compile(r"\bremote\b|\banywhere\b", re.IGNORECASE)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    content = path.read_bytes()
    for line in (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines():
        yield json.loads(line)


def _kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) in degrees: the haversine formula."""
    north, south = math.radians(a[0]), math.radians(b[0])
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _last_part(text: str) -> str | None:
    """The baseline: the country that the last comma-separated part is called."""
    return gazetteer.country_code(text.rsplit(",", 1)[-1].strip())


def _stated_workplace(row: dict[str, Any]) -> str | None:
    """What a record states: the word in its text, else a true flag; "not remote" for a false flag without a word."""
    text = " | ".join([row["location_text"] or "", *row["secondary"]])
    if _HYBRID.search(text) and not _REMOTE.search(text):
        return "hybrid"
    if _ONSITE.search(text) and not _REMOTE.search(text):
        return "onsite"
    if row["is_remote"] is True or (_REMOTE.search(text) and not _HYBRID.search(text)):
        return "remote"
    return "not remote" if row["is_remote"] is False else None


def _ashby(path: Path, mistakes: Counter[str]) -> list[Measure]:
    named = right = naive = 0
    stated = working = flagged = 0
    for row in _lines(path):
        text = row["location_text"] or ""
        country = gazetteer.country_code(row["country"] or "")
        location = parse(text)
        if country and location.places:
            named += 1
            naive += _last_part(text) == country
            if any(place.country == country for place in location.places):
                right += 1
            else:
                mistakes[f"country of {text!r}: {row['country']} expected"] += 1
        expected = _stated_workplace(row)
        if expected is None:
            continue
        stated += 1
        flagged += ("remote" if row["is_remote"] else "not remote") == expected
        posting = RawPosting(
            external_id=str(row["id"]),
            title=row["title"],
            locations=[RawLocation(text=t) for t in (text, *row["secondary"])],
            remote_flag=row["is_remote"],
        )
        found = locate(posting, None).workplace
        if found == expected or (expected == "not remote" and found != "remote"):
            working += 1
        else:
            mistakes[f"way of working of {text!r}, {row['title']!r}: {expected} expected, {found} found"] += 1
    return [
        Measure(
            name="country where the text names a place",
            value=right / named,
            n=named,
            baseline=naive / named,
            baseline_name="country called by the last comma part",
            bar=0.95,
        ),
        Measure(
            name="way of working where stated",
            value=working / stated,
            n=stated,
            baseline=flagged / stated,
            baseline_name="the source's flag alone",
            bar=0.95,
        ),
    ]


def _edge_cases(path: Path, mistakes: Counter[str]) -> Measure:
    total = right = naive = 0
    for row in _lines(path):
        labels = row["labels"]
        if "placement" not in labels:
            continue
        found = decide(
            location=parse(row["location"] or "").workplace, title=row["title"], description=row["description"]
        )
        total += 1
        right += found == labels["placement"]
        naive += ("remote" if _REMOTE.search(row["description"]) else None) == labels["placement"]
        if found != labels["placement"]:
            mistakes[f"way of working of case {row['id']}: {labels['placement']} expected, {found} found"] += 1
    return Measure(
        name="way of working in written cases",
        value=right / total,
        n=total,
        baseline=naive / total,
        baseline_name='"remote" in the description',
        bar=0.95,
    )


def _nearest_country(point: tuple[float, float], largest: list[gazetteer.City]) -> str:
    return min(largest, key=lambda c: _kilometres(point, (c.latitude, c.longitude))).country


def _geocoded(path: Path, mistakes: Counter[str]) -> Measure:
    largest = [gazetteer.city(number) for number in range(1, 4001)]
    countries: dict[tuple[float, float], str] = {}
    total = right = naive = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            places = parse(row["location"]).places
            if not places or not row["lat"]:
                continue
            point = float(row["lat"]), float(row["lon"])
            if point not in countries:
                countries[point] = _nearest_country(point, largest)
            total += 1
            naive += _last_part(row["location"]) == countries[point]
            if any(_fits(place, point, countries[point]) for place in places):
                right += 1
            else:
                mistakes[f"position of {row['location']!r}: {point} expected"] += 1
    return Measure(
        name="city within 50 km, or the country of a country",
        value=right / total,
        n=total,
        baseline=naive / total,
        baseline_name="country called by the last comma part",
        bar=0.95,
    )


def _fits(place: Place, point: tuple[float, float], country: str) -> bool:
    if place.latitude is None or place.longitude is None:
        return place.country == country
    return _kilometres(point, (place.latitude, place.longitude)) <= NEAR_KM


def _coverage(name: str, texts: list[str]) -> Measure:
    located = [text for text in texts if parse(text).places]
    covered = sum(all(place.country for place in parse(text).places) for text in located)
    return Measure(
        name=f"share with a country for every place: {name}",
        value=covered / len(located),
        n=len(located),
        baseline=sum(_last_part(text) is not None for text in located) / len(located),
        baseline_name="country called by the last comma part",
    )


def evaluate(corpus: Path) -> EvalReport:
    """Measure on the labelled data in `corpus`. Raises FileNotFoundError where a file of it is absent."""
    mistakes: Counter[str] = Counter()
    measures = _ashby(corpus / "gold/location_remote_from_ashby.jsonl.gz", mistakes)
    measures.append(_edge_cases(corpus / "gold/enrichment_edge_cases.jsonl", mistakes))
    measures.append(_geocoded(corpus / "gold/location_geocoded_listings.csv.gz", mistakes))
    network = [
        str(row["location"]) for row in _lines(corpus / "corpus/network_listings.jsonl.gz") if row.get("location")
    ]
    measures.append(_coverage("network listings", network))
    with gzip.open(corpus / "corpus/simplify_newgrad_listings.json.gz", "rt", encoding="utf-8") as file:
        newgrad = [text for row in json.load(file) for text in row["locations"]]
    measures.append(_coverage("new-grad listings", newgrad))
    return EvalReport(
        name="places",
        measures=tuple(measures),
        mistakes=tuple(f"{text} ({count}×)" for text, count in mistakes.most_common(20)),
    )
