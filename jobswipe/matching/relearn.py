"""Preference models that do not agree with the log of verdicts, made from it again.

A model is a function of the verdicts that stand. Verdict by verdict it is kept so by `jobswipe.matching.swipes`; what
comes from elsewhere is mended here: a state of another format, damaged or missing, a log that has more or less than
the state. What a verdict taught of the person's side (evidence of that moment) is in the log exactly, so what is made
again is what was learned step by step; the posting's side is read from the posting as it is now.

Skills are facets by their concept's id. When a new edition of the extraction finds other concepts, what was learned
of the old ones would say nothing of any posting any more: then the skills of the examples are read anew, too, from the
posting's present text, of closed postings as well. Nothing else of an example is touched: it says how the posting was
when it was judged.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe import skills
from jobswipe.matching import features, score
from jobswipe.matching.design import DENSE, Example
from jobswipe.matching.learn import MAX_KEPT, Model
from jobswipe.matching.names import group
from jobswipe.matching.swipes import locked
from jobswipe.matching.verdicts import same_opening, standing
from jobswipe.models import Posting, PostingSkill, PreferenceModel, SkillConcept, Swipe
from jobswipe.postings.normalise import whole_text


def persons(session: Session, after: int = 0, limit: int = 200) -> list[int]:
    """Ids above `after` of persons who have given verdicts, ascending."""
    statement = select(Swipe.person_id).where(Swipe.person_id > after).distinct().order_by(col(Swipe.person_id))
    return list(session.exec(statement.limit(limit)))


def stale(session: Session, person_id: int) -> bool:
    """Whether the person's model has to be mended. Takes milliseconds."""
    stored = session.get(PreferenceModel, person_id)
    if stored is None:
        return bool(persons(session, person_id - 1, 1) == [person_id])
    known = _known(stored)
    return (
        (stored.last_swipe_id or 0) < _last(session, person_id)
        or (stored.skills_edition < skills.EDITION and bool(known))
        or any(known.get(id_) is None for id_, _ in _wanted(session, person_id, known))
        or bool(_taken_back(session, person_id, known))
    )


def mend(session: Session, person_id: int, now: datetime) -> bool:
    """Make the person's model agree with the log, in the caller's transaction; whether it is another one now."""
    stored = locked(session, person_id, now)
    known = _known(stored)
    wanted = _wanted(session, person_id, known)
    again = stored.skills_edition < skills.EDITION
    kept = [known[id_] for id_, _ in wanted if id_ in known]
    made = _made(session, [swipe for id_, swipe in wanted if id_ not in known and swipe is not None])
    model = Model([*(_reread(session, kept) if again else kept), *made])
    state = model.encode()
    if again:
        stored.skills_edition = skills.EDITION
    elif made:  # of a newer edition, perhaps, than those that were made: that one's JobSwipe looks again
        stored.skills_edition = min(stored.skills_edition, skills.EDITION)
    stored.last_swipe_id = max(stored.last_swipe_id or 0, _last(session, person_id))
    changed = state != stored.state
    if changed:
        stored.state, stored.summary = state, model.summary()
        stored.version += 1
        stored.updated_at = now
    session.add(stored)
    session.flush()
    return changed


def _known(stored: PreferenceModel) -> dict[int, Example]:
    return {one.swipe_id: one for one in Model.decode(stored.state).examples}


def _last(session: Session, person_id: int) -> int:
    return session.exec(select(func.max(Swipe.id)).where(Swipe.person_id == person_id)).one() or 0


def _wanted(session: Session, person_id: int, known: dict[int, Example]) -> list[tuple[int, Swipe | None]]:
    """The verdicts that the model is to be learned from, by id: None for one whose posting went with its source.

    What had no score was a posting that the ranking did not know: it taught nothing.
    """
    found: dict[int, Swipe | None] = {
        swipe.id: swipe for swipe in standing(session, person_id) if swipe.id is not None and swipe.score is not None
    }
    logged = _logged(session, person_id, known)
    found |= dict.fromkeys((id_ for id_ in known if id_ not in logged), None)
    return sorted(found.items(), key=lambda pair: pair[0])[-MAX_KEPT:]


def _logged(session: Session, person_id: int, ids: Iterable[int]) -> set[int]:
    """Which of the swipes are in the log, taken back or not."""
    statement = select(Swipe.id).where(Swipe.person_id == person_id, col(Swipe.id).in_(list(ids)))
    return {id_ for id_ in session.exec(statement) if id_ is not None}


def _taken_back(session: Session, person_id: int, known: dict[int, Example]) -> list[int]:
    """Examples of verdicts that the log has taken back."""
    statement = select(Swipe.undoes_id).where(Swipe.person_id == person_id, col(Swipe.undoes_id).in_(list(known)))
    return [id_ for id_ in session.exec(statement) if id_ is not None]


def _made(session: Session, swipes: Sequence[Swipe]) -> list[Example]:
    """Examples of verdicts that the state does not have."""
    if not swipes:
        return []
    ids = [swipe.posting_id for swipe in swipes]
    postings = {posting.id: posting for posting in session.exec(select(Posting).where(col(Posting.id).in_(ids)))}
    shown = {
        id_: same_opening(session, id_, posting.shown, posting.cluster_id)[0]
        for id_, posting in postings.items()
        if id_ is not None
    }
    all_ = features.of(session, sorted(set(shown.values())))
    out = []
    for swipe in swipes:
        row = all_.row[shown[swipe.posting_id]]
        evidence = _evidence(session, swipe, postings[swipe.posting_id])
        out.append(
            Example(
                swipe_id=swipe.id or 0,
                posting_id=shown[swipe.posting_id],
                verdict=swipe.verdict,
                reason=swipe.reason,
                base=evidence["base"],
                facets=tuple(all_.facets(row)),
                dense=tuple(evidence[name] for name in DENSE),
                vector=all_.vectors[row].tobytes(),
            )
        )
    return _reread(session, out)


def _evidence(session: Session, swipe: Swipe, posting: Posting) -> dict[str, float]:
    """`base` and DENSE of the moment of the verdict; of an older log, as far as its score and parts tell them."""
    if swipe.evidence is not None and {"base", *DENSE} <= swipe.evidence.keys():
        return swipe.evidence
    parts = score.evidence_of(swipe.score or 0.0, swipe.parts or {})
    openings = session.exec(
        select(func.count()).where(
            Posting.company_id == posting.company_id, Posting.state == "open", col(Posting.shown).is_(True)
        )
    ).one()
    return {
        "base": sum(value for name, value in parts.items() if name != "learned"),
        "openings": math.log(max(openings, 1)),
        **{name: parts[name] for name in DENSE if name != "openings"},
    }


def _reread(session: Session, examples: Sequence[Example]) -> list[Example]:
    """The examples with the skills that this edition finds in their postings."""
    found = _skills(session, sorted({one.posting_id for one in examples}))
    out = []
    for one in examples:
        named = found.get(one.posting_id)
        before = [facet for facet in one.facets if group(facet) == "skill"]
        if named is not None and set(named) != set(before):
            others = [facet for facet in one.facets if group(facet) != "skill"]
            one = msgspec.structs.replace(one, facets=(*others, *dict.fromkeys(named)))
        out.append(one)
    return out


def _skills(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The skill facets of postings: stored ones where this edition or a newer one found them, else read here."""
    out: dict[int, list[str]] = {}
    fresh: list[int] = []
    for start in range(0, len(ids), 500):
        statement = select(Posting.id, Posting.skills_edition, Posting.title, Posting.description_text).where(
            col(Posting.id).in_(ids[start : start + 500])
        )
        for posting_id, edition, title, text in session.exec(statement):
            if posting_id is None:
                continue
            if edition >= skills.EDITION:
                fresh.append(posting_id)
            else:
                out[posting_id] = [f"skill:{one.id}" for one in skills.extract(whole_text(title, text))]
    listed: defaultdict[int, list[str]] = defaultdict(list)
    for start in range(0, len(fresh), 500):
        pairs = (
            select(PostingSkill.posting_id, SkillConcept.concept)
            .join(SkillConcept, col(SkillConcept.id) == col(PostingSkill.skill_id))
            .where(col(PostingSkill.posting_id).in_(fresh[start : start + 500]))
        )
        for posting_id, concept in session.exec(pairs):
            listed[posting_id].append(f"skill:{concept}")
    return out | {posting_id: listed[posting_id] for posting_id in fresh}
