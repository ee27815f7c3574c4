"""How many cards each choice of a filter would leave, counted over all postings at once."""

from __future__ import annotations

import msgspec
import numpy as np
from sqlmodel import Session

from jobswipe import clock
from jobswipe.matching import facets, filters
from jobswipe.matching.candidate import candidate
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.preferences import ChoiceCounts, Preferences
from jobswipe.matching.verdicts import judged

COUNTRIES = 12
"""Countries that are counted by name, those with the most postings."""


def counts(matcher: Matcher, session: Session, person_id: int, preferences: Preferences) -> ChoiceCounts:
    """Count for preferences that need not be stored."""
    from jobswipe.resumes.service import active_facts

    matcher.refresh(session)
    features = matcher.features
    facts = active_facts(session, person_id, clock.now())
    left = ~np.isin(features.ids, judged(session, person_id))

    def under(**changes: object) -> np.ndarray:
        wanted = msgspec.structs.replace(preferences, **changes)
        return np.asarray(left & filters.allowed(features, candidate(facts, wanted)))

    whole = under()
    return ChoiceCounts(
        total=int(whole.sum()),
        remote={choice: int(under(remote=choice).sum()) for choice in ("ok", "only", "no")},
        seniority=_coded(features.level, under(seniority=()), facets.LEVELS),
        employment_types=_coded(features.employment, under(employment_types=()), facets.EMPLOYMENTS),
        countries=_countries(features, under(countries=()), preferences.countries),
        salary=int((whole & ~np.isnan(features.pay_high)).sum()),
    )


def _coded(codes: np.ndarray, rows: np.ndarray, names: tuple[str, ...]) -> dict[str, int]:
    found = np.bincount(codes[rows & (codes >= 0)], minlength=len(names))
    return {name: int(count) for name, count in zip(names, found, strict=True)}


def _countries(features: Features, rows: np.ndarray, chosen: tuple[str, ...]) -> dict[str, int]:
    """The countries with the most postings, and those that are chosen, the most first."""
    named = np.asarray(features.matrix.T @ rows.astype(np.float32))
    found = {name[8:]: int(named[at]) for at, name in enumerate(features.names) if name.startswith("country:")}
    most = sorted(found, key=lambda code: (-found[code], code))
    kept = [*most[:COUNTRIES], *(code for code in chosen if code not in most[:COUNTRIES])]
    return {code: found.get(code, 0) for code in kept}
