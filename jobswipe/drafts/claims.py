"""What a draft claims and the resume does not say. Checked by rules against the facts, never by a model.

It looks for everything that can be checked: numbers and years, spans of experience, employers and other names, titles
and ranks, degrees and certificates, languages, skills; and for what has no business in a draft: links, placeholders,
instructions. It would rather flag a true sentence than pass a false one; the person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

import msgspec

from jobswipe import skills
from jobswipe.drafts import lexicon as words
from jobswipe.drafts.facts import Facts
from jobswipe.drafts.opening import Opening

Kind = Literal[
    "number", "experience", "name", "title", "degree", "language", "skill", "link", "placeholder", "instruction"
]


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that no fact backs: the words, the sentence that they stand in, and what is wrong, in a sentence."""

    kind: Kind
    quote: str
    sentence: str
    reason: str


_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*")
_NUMBER = re.compile(r"(?<![\w.])(?:[$€£]\s?)?(\d+(?:[.,]\d+)*)(?:\s?(%|k\b|m\b|percent|prozent))?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_WORD = re.compile(r"[^\W_][\w+#.&'’-]*[\w+#]|[^\W_]")
_LINK = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.\w+(?:\.\w+)*|\b[a-z0-9-]{1,63}\.(?:com|org|net|io|dev|de|eu|co|info|ai|me|"
    r"app)\b"
    r"(?:/\S*)?|(?<!\w)\+?\d[\d ()/-]{7,}\d",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[[^\]\n]{0,60}\]|\{[^}\n]{1,60}\}|<[A-Za-z][^>\n]{0,60}>|\bXX+\b|_{3,}")
_NAMES = re.compile(
    r"(?<!\w)[A-ZÄÖÜÉ][\w&+#'’.-]*(?:\s+(?:(?:of|for|and|the|de|&|und|für)\s+)?[A-ZÄÖÜÉ0-9][\w&+#'’.-]*)*"
)
_DEFINITE = re.compile(
    r"\b(?:[A-ZÄÖÜ][\w&.-]*\s+){1,4}(?:GmbH|AG|SE|KG|Inc|LLC|Ltd|PLC|Corp|Corporation|Group|Gruppe)\b"
    r"|\b(?:Universität|Hochschule|University|TU|FH|Institut|Institute|College)\s+(?:of\s+|für\s+)?[A-ZÄÖÜ]\w+"
    r"|\b[A-Z]\w+\s+(?:University|College|Institute)\b"
)


class Evidence:
    """What the resume and the opening say, made ready for comparing."""

    def __init__(self, facts: Facts, opening: Opening, language: str) -> None:
        self.facts, self.opening, self.language = facts, opening, language
        self.text = "\n".join([facts.text, facts.name or ""])
        self.tokens = set(tokens(self.text))
        self.numbers = {one for one, _ in numbers(facts.text)} | {str(year) for year in facts.years}
        head = " ".join([opening.title, opening.company or "", *opening.places])
        self.head = set(tokens(head))
        self.said = set(tokens(opening.text)) | {token for _, name in opening.skills for token in tokens(name)}
        self.asked = {concept for concept, _ in opening.skills}

    @cached_property
    def concepts(self) -> set[str]:
        return {one.id for one in skills.extract("\n".join([*self.facts.resume.skills, self.text]))}

    @cached_property
    def same_language(self) -> bool:
        """Whether words around a number can be compared: the resume is in the draft's language."""
        from jobswipe.text.language import detect

        return detect(self.facts.text) in (self.language, None)

    def has(self, stems: Iterable[str]) -> bool:
        """Whether a word of the resume begins with one of the stems."""
        return any(token.startswith(stem) for stem in stems for token in self.tokens)

    def known_words(self, phrase: str) -> bool:
        return all(token in self.tokens or token in words.JOINING for token in tokens(phrase))


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return [found.casefold().rstrip(".'’") for found in _WORD.findall(text)]


def numbers(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Each number of a text in one notation ("1,000" and "1.000" are 1000), with where it stands."""
    for found in _NUMBER.finditer(text):
        yield _plain(found[1]), found


def _plain(number: str) -> str:
    if _THOUSANDS.fullmatch(number):
        return re.sub(r"[.,]", "", number).lstrip("0") or "0"
    plain = number.replace(",", ".")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain.lstrip("0")) or "0"


def check(draft: str, facts: Facts, opening: Opening, language: str = "en") -> list[Flag]:
    """The flags of a draft in the order of its sentences, each claim once."""
    evidence = Evidence(facts, opening, language)
    found: dict[tuple[str, str], Flag] = {}
    for sentence in (one[0].strip() for one in _SENTENCE.finditer(draft)):
        for kind, quote, reason in _flags(sentence, evidence):
            flag = Flag(kind=kind, quote=quote.strip(), sentence=sentence, reason=reason)
            found.setdefault((kind, quote.strip().casefold()), flag)
    # A tool or title that is also a name is told once, as what it is.
    told = {one.quote.casefold() for one in found.values() if one.kind != "name"}
    return [one for one in found.values() if one.kind != "name" or one.quote.casefold() not in told]


Found = Iterator[tuple[Kind, str, str]]


def _flags(sentence: str, evidence: Evidence) -> Found:
    yield from _foreign(sentence, evidence)
    bare = _LINK.sub(" ", sentence)
    yield from _numbers(bare, evidence)
    yield from _names(bare, evidence)
    yield from _titles(bare, evidence)
    yield from _degrees(bare, evidence)
    yield from _languages(bare, evidence)
    yield from _skills(bare, evidence)


def _foreign(sentence: str, evidence: Evidence) -> Found:
    own = "\n".join([*evidence.facts.addresses, evidence.text]).casefold()
    for found in _LINK.finditer(sentence):
        quote = found[0].rstrip(".,;)")
        if quote.casefold() not in own:
            yield "link", quote, "It is an address or number that is not yours; a posting can plant one."
    for found in _PLACEHOLDER.finditer(sentence):
        yield "placeholder", found[0], "It is a gap that is still to be filled."
    for found in words.INSTRUCTIONS.finditer(sentence):
        yield "instruction", found[0], "It is no part of an application; a posting can plant instructions."


def _numbers(sentence: str, evidence: Evidence) -> Found:
    spoken = [(words.NUMBERS[found[0].casefold()], found) for found in words.NUMBER_WORDS.finditer(sentence)]
    for value, found in [*numbers(sentence), *spoken]:
        after = sentence[found.end() : found.end() + 60]
        quote = (found[0] + (after.split()[0].join((" ", "")) if after.split() and after[:1] == " " else "")).strip(
            " ,.;"
        )
        if words.YEARS.match(after):
            if reason := _span(value, after, evidence):
                yield "experience", f"{found[0].strip()} {after.split()[0].strip('.,;')}", reason
        elif found.re is words.NUMBER_WORDS and words.HARMLESS.match(after):
            continue
        elif value not in evidence.numbers and value not in _spoken(evidence):
            posting = value in {one for one, _ in numbers(evidence.opening.text)}
            yield "number", quote, f"The resume has no such number{', though the posting has' if posting else ''}."
        elif not _same_matter(sentence, found.start(), found.end(), value, evidence):
            yield "number", quote, "The resume says this number of something else."

    for found in words.AMOUNTS.finditer(sentence):
        decade = found[0].casefold() == "decade" and (evidence.facts.resume.years_experience or 0) >= 9.5
        if not decade and found[0].casefold() not in evidence.tokens:
            yield "number", found[0], "The resume has no such amount."


def _spoken(evidence: Evidence) -> set[str]:
    return {words.NUMBERS[found[0].casefold()] for found in words.NUMBER_WORDS.finditer(evidence.text)}


def _span(value: str, after: str, evidence: Evidence) -> str | None:
    """Why so many years are not backed; None where the dates of the work, or the resume's own words, give them."""
    stated = any(
        one == value and words.YEARS.match(evidence.text[match.end() : match.end() + 30])
        for one, match in [
            *numbers(evidence.text),
            *((words.NUMBERS[m[0].casefold()], m) for m in words.NUMBER_WORDS.finditer(evidence.text)),
        ]
    )
    if stated:
        return None
    total = evidence.facts.resume.years_experience
    topic = skills.extract(after)
    if total is None:
        return "The resume states no years of experience."
    if not float(value) <= total + 0.5:
        return f"The dates of the resume give {total:g} years of work in all."
    if float(value) < total - 1.5 or topic:
        return "The resume does not say so many years of this."
    return None


def _same_matter(sentence: str, start: int, end: int, value: str, evidence: Evidence) -> bool:
    """Whether the words around a number are near it in the resume, too. A year stands for itself."""
    if (value.isdigit() and 1950 <= int(value) <= 2100) or not evidence.same_language:
        return True
    around = {one[:5] for one in _near(sentence, start, end) if one not in words.JOINING and len(one) > 2}
    text = evidence.text
    places = [
        (match.start(), match.end())
        for one, match in [
            *numbers(text),
            *((words.NUMBERS[m[0].casefold()], m) for m in words.NUMBER_WORDS.finditer(text)),
        ]
        if one == value
    ]
    return any(around & {one[:5] for one in _near(text, *place)} for place in places)


def _near(text: str, start: int, end: int) -> list[str]:
    return tokens(text[max(0, start - 80) : start])[-7:] + tokens(text[end : end + 80])[:7]


def _names(sentence: str, evidence: Evidence) -> Found:
    """Employers, schools, products: in English every capitalised name, in other languages what is surely one."""
    if evidence.language != "en":
        for found in [*_DEFINITE.finditer(sentence), *words.AT_NAME.finditer(sentence)]:
            quote = found["name"] if "name" in found.re.groupindex else found[0]
            if not _known_name(quote, sentence, evidence):
                yield "name", quote, "The resume does not name it."
        return
    for found in _DEFINITE.finditer(sentence):
        name = " ".join(_without_starters(found[0].split()))
        if name.casefold() not in evidence.text.casefold() and not _in_head(name, evidence):
            yield "name", name, "The resume does not name it."
    for found in _NAMES.finditer(sentence):
        quote = found[0].rstrip(".'’")
        parts = quote.split()
        if found.start() == _first_letter(sentence):
            parts = _without_starters(parts)
        parts = [part for part in parts if not part.isdigit() and part.casefold().rstrip(".,") not in words.PLAIN]
        while parts and parts[0].casefold() in words.JOINING:
            parts = parts[1:]
        if parts and not _known_name(" ".join(parts), sentence, evidence):
            yield "name", " ".join(parts), "The resume does not name it."
    company = evidence.opening.company
    if company and words.PAST_AT.search(sentence) and company.casefold() in sentence.casefold():
        past = re.search(words.PAST_AT.pattern + re.escape(company), sentence, re.IGNORECASE)
        if past and not evidence.known_words(company):
            yield "name", past[0], "The resume names no work at this employer."


def _without_starters(parts: list[str]) -> list[str]:
    """Without the first words of a sentence, which are capitalised whatever they are."""
    at = next((at for at, part in enumerate(parts) if not words.starter(part)), len(parts))
    return parts[at:]


def _in_head(name: str, evidence: Evidence) -> bool:
    return all(one in evidence.head or one in words.JOINING for one in tokens(name))


def _first_letter(sentence: str) -> int:
    found = re.search(r"\w", sentence)
    return found.start() if found else 0


def _known_name(name: str, sentence: str, evidence: Evidence) -> bool:
    left = [one for one in tokens(name) if one not in evidence.tokens and one not in words.JOINING]
    left = [one for one in left if one not in evidence.head and not _part_known(one, evidence)]
    if not left:
        return True
    # A name out of the posting's text is fine where the sentence speaks of the employer, not of the person.
    about_them = words.SECOND_PERSON.search(sentence) and not words.FIRST_PERSON.search(sentence)
    return bool(about_them) and all(one in evidence.said for one in left)


def _part_known(token: str, evidence: Evidence) -> bool:
    """Whether the parts of a compound ("Airflow-based") or its singular are known."""
    known = evidence.tokens | evidence.head
    parts = [one for one in re.split(r"[-/’']", token) if one]
    if len(parts) > 1:
        return all(one in known or one in words.PLAIN or one == "s" for one in parts)
    return token.rstrip("s") in known or f"{token}s" in known


def _titles(sentence: str, evidence: Evidence) -> Found:
    applying = words.APPLYING.search(sentence)
    for found in words.RANKS.finditer(sentence):
        rank = found[0]
        stem = rank.casefold().removesuffix("in")[:6]
        if evidence.has([stem]):
            continue
        if applying and rank.casefold() in tokens(evidence.opening.title):
            continue
        yield "title", rank, "No title of the resume has this rank."
    for found in words.LED.finditer(sentence):
        if not evidence.has(words.LED_STEMS):
            yield "title", found[0], "The resume does not say that you led anything or anybody."
    as_title = words.AS_TITLE.get(evidence.language)
    for found in as_title.finditer(sentence) if as_title else ():
        title = found["title"].strip()
        if evidence.known_words(title):
            continue
        if applying and all(one in evidence.head or one in words.JOINING for one in tokens(title)):
            continue
        yield "title", title, "The resume has no such title."


def _degrees(sentence: str, evidence: Evidence) -> Found:
    for name, pattern in words.DEGREES.items():
        found = pattern.search(sentence)
        if found is None or (name == "degree" and evidence.facts.studies):
            continue
        own = " ".join(
            [f"{one.degree or ''} {one.area or ''}" for one in evidence.facts.studies]
            + list(evidence.facts.certificates)
        )
        if not pattern.search(own) and not pattern.search(evidence.text):
            yield "degree", found[0], f"The resume names no {name}."


def _languages(sentence: str, evidence: Evidence) -> Found:
    own = {words.LANGUAGES[one] for one in evidence.tokens if one in words.LANGUAGES}
    for found in words.LANGUAGE.finditer(sentence):
        if words.LANGUAGES[found[0].casefold()] not in own:
            yield "language", found[0], "The resume does not name this language."


def _skills(sentence: str, evidence: Evidence) -> Found:
    bare = sentence
    for name in (evidence.opening.title, evidence.opening.company or ""):
        if name:
            bare = re.sub(re.escape(name), " ", bare, flags=re.IGNORECASE)
    found = {one.id: one.quote for one in skills.extract(bare)}
    # Names that are words, too, are told apart by their neighbours; here whoever is asked for them may well claim them.
    for concept, name in evidence.opening.skills:
        word = re.escape(name.partition(" (")[0])
        named = re.search(rf"(?<!\w){word}(?!\w)", bare, re.IGNORECASE)
        if named:
            found.setdefault(concept, named[0])
    for concept, quote in found.items():
        if concept in evidence.concepts or quote.casefold() in words.NO_SKILLS:
            continue
        if evidence.known_words(quote) or quote.casefold() in words.LANGUAGES:
            continue
        also = ", though the posting asks for it" if concept in evidence.asked else ""
        yield "skill", quote, f"The resume does not name it{also}."
