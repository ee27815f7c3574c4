"""A draft without a model: sentences around the resume's own words, in English and German. Nothing is invented."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jobswipe import skills
from jobswipe.drafts.facts import Facts, Job
from jobswipe.drafts.lexicon import GERMAN
from jobswipe.drafts.opening import Opening

LANGUAGES = ("en", "de")
_MOST_SKILLS = 6
_MOST_LINES = 3


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """The sentences of a language. Names stand in them as they are written."""

    greeting: str
    at: str
    applying: str
    now: str
    was: str
    study: str
    asked: str
    have: str
    language: str
    close: str
    regards: str
    question: str
    joined: str
    done: str


_WORDS = {
    "en": _Words(
        greeting="Dear Hiring Team,",
        at=" at {company}",
        applying="I am applying for the position of {title}{at}.",
        now="I work as {position}{at}. From this work:",
        was="I worked as {position}{at}. From this work:",
        study="My education: {study}.",
        asked="Of what you ask for, I bring: {skills}.",
        have="I bring: {skills}.",
        language="I speak: {languages}.",
        close="I look forward to talking with you.",
        regards="Kind regards,",
        question="To your question “{question}”:",
        joined=" and ",
        done="- {line}",
    ),
    "de": _Words(
        greeting="Sehr geehrte Damen und Herren,",
        at=" bei {company}",
        applying="hiermit bewerbe ich mich auf die Stelle „{title}“{at}.",
        now="Ich arbeite als {position}{at}. Aus dieser Arbeit:",
        was="Ich habe als {position}{at} gearbeitet. Aus dieser Arbeit:",
        study="Meine Ausbildung: {study}.",
        asked="Von dem, was Sie suchen, bringe ich mit: {skills}.",
        have="Ich bringe mit: {skills}.",
        language="Ich spreche: {languages}.",
        close="Ich freue mich auf ein Gespräch mit Ihnen.",
        regards="Mit freundlichen Grüßen",
        question="Zu Ihrer Frage „{question}“:",
        joined=" und ",
        done="- {line}",
    ),
}


def draft(facts: Facts, opening: Opening, kind: str, question: str, language: str) -> str:
    """A cover letter or an answer in one of `LANGUAGES` (others: English)."""
    words = _WORDS.get(language, _WORDS["en"])
    job = _fitting_job(facts, opening, question)
    if kind == "answer":
        parts = [
            words.question.format(question=" ".join(question.split())),
            _work(words, job, opening, question),
            _skills(words, facts, opening),
        ]
        return "\n\n".join(filter(None, parts)) + "\n"
    at = words.at.format(company=opening.company) if opening.company else ""
    parts = [
        words.greeting,
        words.applying.format(title=opening.title, at=at),
        _work(words, job, opening, ""),
        _skills(words, facts, opening),
        _study(words, facts),
        _languages(words, facts),
        words.close,
        "\n".join(filter(None, [words.regards, facts.name, *facts.contact])),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def matched(facts: Facts, opening: Opening) -> list[str]:
    """The posting's skills that the resume names, in the resume's own words, the posting's best first."""
    own: dict[str, str] = {}
    for text in (*facts.resume.skills, facts.text):
        for skill in skills.extract(text):
            own.setdefault(skill.id, skill.quote)
    return list(dict.fromkeys(own[concept] for concept, _ in opening.skills if concept in own))


def _skills(words: _Words, facts: Facts, opening: Opening) -> str:
    shared = matched(facts, opening)[:_MOST_SKILLS]
    if shared:
        return words.asked.format(skills=_list(words, shared))
    own = list(facts.resume.skills[:_MOST_SKILLS])
    return words.have.format(skills=_list(words, own)) if own else ""


def _list(words: _Words, parts: Sequence[str]) -> str:
    return words.joined.join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _fitting_job(facts: Facts, opening: Opening, question: str) -> Job | None:
    """The work that has most to do with the opening; an older one needs a skill more for each that is newer."""
    named = [job for job in facts.jobs if job.position]
    if not named:
        return None
    return max(named, key=lambda job: _fit(job, opening, question) - named.index(job))


def _fit(job: Job, opening: Opening, question: str) -> float:
    from jobswipe import titles

    asked = {concept for concept, _ in opening.skills}
    shared = len({one.id for one in skills.extract("\n".join(job.lines))} & asked)
    alike = titles.similarity(job.position or "", opening.title)
    return shared + 3 * float(alike) + 2 * _overlap("\n".join(job.lines), question)


def _overlap(text: str, question: str) -> int:
    """How many of the question's longer words stand in a text."""
    folded = text.casefold()
    return sum(
        word in folded for word in {one.strip(".,?!;:").casefold()[:7] for one in question.split()} if len(word) > 3
    )


def _work(words: _Words, job: Job | None, opening: Opening, question: str) -> str:
    if job is None:
        return ""
    at = words.at.format(company=job.employer) if job.employer else ""
    begin = (words.was if job.end else words.now).format(position=job.position, at=at)
    asked = {concept for concept, _ in opening.skills}
    lines = sorted(
        job.lines,
        key=lambda line: -len({one.id for one in skills.extract(line)} & asked) - 2 * _overlap(line, question),
    )[:_MOST_LINES]
    if not lines:
        return begin.partition(". ")[0] + "."
    return "\n".join([begin, *(words.done.format(line=line.lstrip("-• ")) for line in lines)])


def _study(words: _Words, facts: Facts) -> str:
    if not facts.studies:
        return ""
    study = facts.studies[0]
    named = " ".join(filter(None, [study.degree, study.area]))
    told = ", ".join(filter(None, [named, study.institution]))
    return words.study.format(study=told) if told else ""


def _languages(words: _Words, facts: Facts) -> str:
    named = GERMAN if words is _WORDS["de"] else {}
    spoken = [named.get(one.casefold(), one) for one in facts.resume.languages]
    return words.language.format(languages=_list(words, spoken)) if spoken else ""
