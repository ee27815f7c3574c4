"""Hard filters: which postings the preferences rule out.

What a posting does not say keeps it in (it ranks lower for it), with one exception: "only remote" wants it said.
Age hides nothing.
"""

from __future__ import annotations

import numpy as np

from jobswipe.matching import facets as f
from jobswipe.matching.candidate import Candidate
from jobswipe.matching.features import Features
from jobswipe.matching.regions import regions_of
from jobswipe.matching.score import floor_in_dollars, reach
from jobswipe.postings.keys import company_key


def allowed(features: Features, who: Candidate) -> np.ndarray:
    """True for each posting that passes every filter of the candidate's preferences."""
    wants = who.preferences
    out = np.ones(len(features), bool)
    remote = features.workplace == f.WORKPLACES.index("remote")
    if wants.remote == "only":
        out &= remote
    elif wants.remote == "no":
        out &= ~remote
    if wants.countries:
        out &= in_countries(features, wants.countries)
    if wants.seniority:
        out &= np.isin(features.level, [f.LEVELS.index(level) for level in wants.seniority]) | (features.level < 0)
    if wants.employment_types:
        kinds = [f.EMPLOYMENTS.index(kind) for kind in wants.employment_types]
        out &= np.isin(features.employment, kinds) | (features.employment < 0)
    floor = floor_in_dollars(who)
    if floor is not None:
        out &= ~(features.pay_high < floor * (1 - 1e-6))  # NaN, unsaid, compares as not below
    if wants.blocked_companies:
        out &= ~reach(features, [f"company:{company_key(name)}" for name in wants.blocked_companies])
    return out


def in_countries(features: Features, countries: tuple[str, ...]) -> np.ndarray:
    """Work in one of the countries, or remote and open to one; where no country is said, both are possible."""
    inside = reach(features, [f"country:{code}" for code in countries])
    open_to = reach(features, [f"remote:{name}" for code in countries for name in (code, *sorted(regions_of(code)))])
    remote = features.workplace == f.WORKPLACES.index("remote")
    # A remote posting's own list of countries outranks its office's place.
    return np.where(remote & features.tables.remote_named, open_to, inside | ~features.tables.somewhere)
