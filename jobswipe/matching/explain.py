"""Reasons: short sentences that say why a posting has its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobswipe.matching.candidate import Candidate
from jobswipe.matching.learn import Model
from jobswipe.matching.score import PARTS, WEIGHTS

TELLING = 0.08
"""Least log-odds that a learned leaning must add to be told."""
_CLOSE, _RELATED = 0.75, 0.5
"""Least title fit, 0 to 1, that is told as close or related."""
_NEUTRAL = frozenset({"language:en"})


class Told:
    """What is known of one posting when its reasons are told: evidence by part in log-odds, facets, skills by name.

    `moved`: what was learned of its facets, in log-odds.
    """

    def __init__(
        self,
        evidence: Sequence[float],
        facets: Sequence[str],
        matched: Sequence[str],
        missing: Sequence[str],
        title: str = "",
        moved: Mapping[str, float] | None = None,
    ) -> None:
        self.evidence = dict(zip(PARTS, evidence, strict=True))
        self.ordered = facets
        self.facets = frozenset(facets)
        self.matched = matched
        self.missing = missing
        self.title = title
        self.moved = moved or {}

    def values(self, group: str) -> list[str]:
        """What the facets of a group say, in their order."""
        named = f"{group}:"
        return [facet[len(named) :] for facet in self.ordered if facet.startswith(named)]


def reasons(told: Told, who: Candidate, model: Model, names: Mapping[str, str]) -> list[str]:
    """The telling ones: title, skills, place, level, pay, what was learned. `names` are skills' by concept."""
    out = [*_title(told, who), *_skills(told), *_place(told, who), *_level(told, who), *_pay(told, who)]
    out += _learned(told, model, names)
    return out


def _title(told: Told, who: Candidate) -> list[str]:
    fit = (told.evidence["title"] - WEIGHTS.bias) / WEIGHTS.title
    if not who.titles or fit < _RELATED:
        return []
    near = "Close" if fit >= _CLOSE else "Related"
    wanted = who.preferences.titles
    return [f"{near} to the title you look for: {wanted[0]}" if wanted else f"{near} to your title {who.titles[0][0]}"]


def _skills(told: Told) -> list[str]:
    out = []
    if told.matched:
        out.append(f"Asks for {listed(told.matched[:3])}, which your resume shows")
    if told.missing and len(told.missing) > len(told.matched):
        out.append(f"Also asks for {listed(told.missing[:3])}, which your resume does not show")
    return out


def _place(told: Told, who: Candidate) -> list[str]:
    from jobswipe import places

    remote = "workplace:remote" in told.facets
    home = f"city:{who.city}, {who.home}"
    chosen = bool(who.preferences.countries)
    for code in who.countries:
        name = places.country_name(code) or code
        if home in told.facets and who.home in who.countries and not remote:
            return [f"In {who.city}, where you live"]
        if remote and (f"remote:{code}" in told.facets or f"country:{code}" in told.facets):
            return [f"Remote, open to {name}"]
        if not remote and f"country:{code}" in told.facets:
            return [f"In {name}, {_yours(chosen, len(who.countries))}"]
    if remote and told.evidence["place"] > 0:
        regions = [value for value in told.values("remote") if len(value) > 2]
        return [f"Remote, open to {listed(regions)}" if regions else "Remote, without a stated country"]
    if who.countries and told.evidence["place"] < -0.5:
        return ["Not in your country" if len(who.countries) == 1 else "Not in one of your countries"]
    return []


def _yours(chosen: bool, many: int) -> str:
    if not chosen:
        return "your country"
    return "one of your countries" if many > 1 else "the country you chose"


def _level(told: Told, who: Candidate) -> list[str]:
    if abs(told.evidence["seniority"]) < 0.4:
        return []
    level = next(iter(told.values("level")), "?")
    if level == "?":
        return []
    if told.evidence["seniority"] > 0:
        return [f"Level {level}, as you want" if who.preferences.seniority else f"Level {level}, near yours"]
    return [f"Level {level}, far from yours"]


def _pay(told: Told, who: Candidate) -> list[str]:
    if who.preferences.salary_floor is None:
        return []
    if "pay:said" not in told.facets:
        return ["Does not say its pay"]
    return ["Pays above your floor"] if told.evidence["salary"] > 0 else []


def _learned(told: Told, model: Model, names: Mapping[str, str]) -> list[str]:
    """The leanings that moved the posting, with how many verdicts agree."""
    positive = told.evidence["learned"] > 0
    strong = sorted(
        (-abs(value), name)
        for name, value in told.moved.items()
        if (value > 0) == positive and abs(value) >= TELLING and name not in _NEUTRAL and not name.endswith(":?")
    )
    agreeing = [name for _, name in strong[:3]]
    many = model.agreeing(agreeing, liked=positive)
    if not many:
        return []
    words = _as_written(told.title)
    said = dict.fromkeys(spoken(name, names, words) for name in agreeing)
    word = "liked" if positive else "disliked"
    return [f"Like {many} posting{'s' if many > 1 else ''} that you {word}: {', '.join(said)}"]


def _as_written(title: str) -> dict[str, str]:
    """The title's words by their stems."""
    from jobswipe import titles

    return {stem: word.strip(",;:()[]/").lower() for word in title.split() for stem in titles.tokens(word)}


def spoken(facet: str, skill_names: Mapping[str, str], words: Mapping[str, str] | None = None) -> str:
    """A facet in words: "country:DE" is "in Germany". `words` has a title's words by their stems."""
    group, _, value = facet.partition(":")
    if value == "?":
        return f"{group} not stated"
    if group in ("country", "remote"):
        from jobswipe import places

        return f"{'in' if group == 'country' else 'remote from'} {places.country_name(value) or value}"
    if group in ("city", "region"):
        return f"in {value.rpartition(', ')[0]}"
    if group == "pay":
        return "pay stated" if value == "said" else f"pay of {value},000 US dollars or more"
    if group == "level":
        return f"level {value}"
    if group == "rank":
        return f"levels from {('entry', 'mid', 'senior', 'staff', 'director', 'executive')[int(value) - 1]} up"
    if group == "skill":
        return skill_names.get(value, value)
    if group == "company":
        return f"the company {value}"
    if group == "word":
        return f"“{(words or {}).get(value, value)}” in the title"
    return value.replace("_", " ")


def listed(items: Sequence[str]) -> str:
    """A, B and C."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
