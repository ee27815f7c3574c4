"""How many postings there are of each company, country, level and so on, among those that a search found."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from sqlmodel import Session, col, select

from jobswipe.matching.features import Features
from jobswipe.matching.listing import Listing, source_names
from jobswipe.models import Company, SkillConcept

TOP = 20
"""Values that are told of each kind: the most frequent ones."""
GROUPS = {
    "company": "company",
    "country": "country",
    "place": "city",
    "workplace": "workplace",
    "remote_country": "remote",
    "seniority": "level",
    "employment_type": "employment",
    "skill": "skill",
}
"""The group of facets that each kind is counted by."""
_NARROWING = frozenset({"skill"})
"""Filters of which all values are asked for: their kind is counted among what is found."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many postings have a value, as its filter takes it. `label` is what people call it."""

    value: str
    label: str
    count: int


def counts(all_: Listing, session: Session, masks: Mapping[str, np.ndarray]) -> dict[str, list[Count]]:
    """The most frequent values of each kind; a kind's own filter is left aside."""
    found = _tally(all_.features, list(masks.values()))
    out: dict[str, list[tuple[str, int]]] = {}
    for kind, group in GROUPS.items():
        others = [mask for name, mask in masks.items() if name != kind]
        tally = found if kind in _NARROWING or kind not in masks else _tally(all_.features, others)
        columns = all_.columns.get(group, np.zeros(0, np.int64))
        names = all_.features.names
        out[kind] = [(names[columns[at]].partition(":")[2], many) for at, many in _top(tally[columns])]
    labels = _labels(session, out)
    told = {
        kind: [Count(value=value, label=labels[kind].get(value, _plain(value)), count=many) for value, many in top]
        for kind, top in out.items()
    }
    told["source"] = _sources(all_, session, [mask for name, mask in masks.items() if name != "source"])
    return told


def _tally(features: Features, masks: list[np.ndarray]) -> np.ndarray:
    """How many of the postings that pass all masks have each facet."""
    if not masks:
        return features.counts
    passing = np.logical_and.reduce(masks)
    # Float32 counts exactly up to 16 million.
    return np.asarray(features.matrix.T @ passing.astype(np.float32))


def _top(tally: np.ndarray) -> list[tuple[int, int]]:
    """(place, count) of the most frequent, without those that have none; equal ones in the order of their columns."""
    if len(tally) > TOP:
        least = np.partition(tally, -TOP)[-TOP]
        places = np.flatnonzero(tally >= max(least, 1))
    else:
        places = np.flatnonzero(tally > 0)
    order = places[np.argsort(-tally[places], kind="stable")][:TOP]
    return [(int(at), int(tally[at])) for at in order]


def _sources(all_: Listing, session: Session, masks: list[np.ndarray]) -> list[Count]:
    of = all_.sources(session)
    if masks:
        of = of[np.logical_and.reduce(masks)]
    names = source_names(session)
    return [
        Count(value=names[id_], label=names[id_], count=many)
        for id_, many in _top(np.bincount(of, minlength=1))
        if id_ in names
    ]


def _labels(session: Session, tops: Mapping[str, list[tuple[str, int]]]) -> dict[str, dict[str, str]]:
    """What people call the values, where it is not the value itself in words."""
    from jobswipe.places import country_name

    def values(kind: str) -> list[str]:
        return [value for value, _ in tops[kind]]

    companies = select(Company.key, Company.name).where(col(Company.key).in_(values("company")))
    concepts = select(SkillConcept.concept, SkillConcept.name).where(col(SkillConcept.concept).in_(values("skill")))
    return {kind: {} for kind in tops} | {
        "company": dict(session.exec(companies).all()),
        "skill": dict(session.exec(concepts).all()),
        "country": {code: country_name(code) or code for code in values("country")},
        "remote_country": {name: country_name(name) or name for name in values("remote_country")},
        "place": {name: name for name in values("place")},
    }


def _plain(value: str) -> str:
    return value.replace("_", " ").capitalize()
