"""How many postings there are of each company, country, level and so on, among those that a search found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    told = {}
    for kind, top in out.items():
        _name(all_, session, kind, [value for value, _ in top])
        told[kind] = [Count(value=value, label=_label(all_, kind, value), count=many) for value, many in top]
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


def _name(all_: Listing, session: Session, kind: str, values: list[str]) -> None:
    """Look up what people call the values that have not been met yet."""
    new = [value for value in values if (kind, value) not in all_.labels]
    if not new:
        return
    if kind == "company":
        found: Any = select(Company.key, Company.name).where(col(Company.key).in_(new))
    elif kind == "skill":
        found = select(SkillConcept.concept, SkillConcept.name).where(col(SkillConcept.concept).in_(new))
    else:
        return
    all_.labels.update({(kind, value): name for value, name in session.exec(found)})


def _label(all_: Listing, kind: str, value: str) -> str:
    """What people call a value."""
    from jobswipe.places import country_name

    if kind in ("country", "remote_country"):
        return country_name(value) or value
    if kind == "place":
        return value
    return all_.labels.get((kind, value)) or value.replace("_", " ").capitalize()
