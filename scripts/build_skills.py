"""Builds jobswipe/skills/data/taxonomy.msgpack.gz: `python scripts/build_skills.py --corpus DIR`.

Reads ESCO (labels, alternatives), O*NET (technology skills, skills) from DIR/taxonomies, and the room's
own plain files: `aliases.txt` (today's names), `labels.txt`, `words.txt` (what is too common to be a skill). Names and
ids are shipped, descriptions are not. `build_automaton.py` comes next.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from skill_phrases import build

from jobswipe.skills.canonical import key
from jobswipe.skills.patterns import Case, Kind, Table
from jobswipe.text.html import to_text

ROOM = Path(__file__).parents[1] / "jobswipe" / "skills" / "data"
LONGEST = 4  # words of a name: longer ones are sentences that nobody repeats to the letter
LONGEST_ALTERNATIVE = 3  # ESCO has 80,000 longer alternatives; each would slow the start
COMMON = 0.003  # share of the postings that hold a word in lower case: from there on a single word is no skill's name
_ALTERNATIVE = re.compile(r"\n|, (?=[a-z])")
_PARENTHESIS = re.compile(r"\s*\([^)]*\)")
_ACRONYM = re.compile(r"^(.+?) ([A-Z][A-Za-z0-9/]*[A-Z0-9][A-Za-z0-9/]*)$")
_VENDOR = re.compile(
    r"^(?:Microsoft|Adobe Systems|Adobe|Oracle|Google|IBM|Apache|Autodesk|SAP|Atlassian|Amazon|Apple|Intuit|Cisco) "
)
_IZE = (
    "analog|author|categor|custom|digit|final|harmon|local|maxim|minim|mobil|optim|organ|personal|priorit|real|recogn|special"
    "|standard|summar|synchron|synthes|util|visual"
)
_SPELLING = [
    (re.compile(british), american)
    for british, american in (
        (r"isation(s?)\b", r"ization\1"), (r"ising\b", "izing"), (rf"\b({_IZE})ise\b", r"\1ize"),
        (r"analyse\b", "analyze"), (r"\bbehaviour", "behavior"), (r"\bcolour", "color"), (r"\blabour", "labor"),
        (r"\bcentre", "center"), (r"\bprogramme(s?)\b", r"program\1"), (r"modelling\b", "modeling"),
        (r"\blicence", "license"), (r"\bdefence", "defense"), (r"catalogue\b", "catalog"),
        (r"\bpaediatric", "pediatric"), (r"\banaesthe", "anesthe"), (r"\borthopaedic", "orthopedic"),
    )
]  # fmt: skip
SECTIONS = {"tools": Kind.TOOL, "fields": Kind.FIELD, "general": Kind.GENERAL}
FUNCTION = frozenset("a an and as at be by for from in into is of on or other others the to with".split())
MARKS = {"^": Case.CONTEXT, "~": Case.CAPITALS, "=": Case.EXACT}


class Alias(NamedTuple):
    text: str
    case: Case


class Concept(msgspec.Struct):
    id: str
    name: str
    aliases: dict[str, Alias]
    alternatives: list[str] = []


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def lines(name: str) -> list[str]:
    return [line.strip() for line in (ROOM / name).read_text().splitlines() if line.strip() and line[0] != "#"]


def slug(name: str) -> str:
    named = name.replace("++", " plus plus").replace("#", " sharp").replace("&", " and ")
    return re.sub(r"[^a-z0-9.]+", "-", named.lower()).strip("-.")


def spaced(text: str) -> str:
    return " ".join(text.split())


def esco(corpus: Path) -> list[tuple[str, str, list[str], str]]:
    """URI, preferred label, alternatives and description of every ESCO skill."""
    told = {
        row["original_id"]: (
            spaced(row["skill_name"]),
            [spaced(text) for text in _ALTERNATIVE.split(row["aliases"]) if text.strip()],
            row["description"],
        )
        for row in rows(corpus / "taxonomies" / "skills_esco_onet_ukos_osn.csv.gz")
        if row["taxonomy"] == "ESCO"
    }
    labels = {
        spaced(line)
        for line in (corpus / "benchmarks" / "esco_skill_extraction" / "skills_en_label.txt").read_text().splitlines()
    }
    labels -= {name for name, _, _ in told.values()}
    labels |= set(lines("labels.txt"))
    out = []
    for row in rows(corpus / "taxonomies" / "esco_skills_uri_labels.csv.gz"):
        if row["id"] in told:
            out.append((row["id"], *told[row["id"]]))
            continue
        words = row["description"].split()
        size = next((n for n in range(min(len(words), 16), 0, -1) if " ".join(words[:n]) in labels), 0) or _label_size(
            words
        )
        end = _described(words, size)
        rest = [" ".join(words[size:end])] if end > size else []
        out.append((row["id"], " ".join(words[:size]), _segments(words[:end], size) + rest, " ".join(words[end:])))
    return out


def _label_size(words: list[str]) -> int:
    """Words of a label that runs on into its alternatives: they mostly begin or end like the label."""
    for at in range(1, min(len(words), 9)):
        if words[at].lower() == words[0].lower():
            return at
    return min(2, len(words))


def _described(words: list[str], size: int) -> int:
    """Where a description begins: at the first sentence-like capital after the label."""
    pairs = zip(words[size:], words[size + 1 :], strict=False)
    return next((at for at, (word, after) in enumerate(pairs, size) if word.istitle() and after.islower()), size)


def _segments(words: list[str], size: int) -> list[str]:
    """The alternatives that begin with the label's first word; the others cannot be told apart."""
    starts = [at for at in range(size, len(words)) if words[at].lower() == words[0].lower()]
    return [" ".join(words[at:stop]) for at, stop in pairwise(starts) if stop - at <= LONGEST]


def common_words(corpus: Path) -> set[str]:
    """Words that so many postings hold in lower case that they name no skill."""
    seen: Counter[str] = Counter()
    total = 0
    with gzip.open(corpus / "corpus" / "ashby_postings.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            total += 1
            text = to_text(msgspec.json.decode(line)["job"].get("descriptionHtml") or "")
            seen.update(set(re.findall(r"(?<![A-Za-z0-9])[a-z][a-z-]+(?![A-Za-z0-9])", text)))
    return {word for word, count in seen.items() if count >= COMMON * total}


def spellings(text: str) -> list[str]:
    """A text in British and American spelling."""
    american = text
    for pattern, change in _SPELLING:
        american = pattern.sub(change, american)
    return [text] if american == text else [text, american]


class Builder:
    def __init__(self, corpus: Path) -> None:
        self.concepts: list[Concept] = []
        self.kinds: dict[int, Kind] = {}
        self.by_name: dict[str, int] = {}  # key of a preferred name
        self.by_alternative: dict[str, int] = {}  # key of an ESCO alternative
        self.patterns: dict[str, tuple[int, Case]] = {}
        self.written: defaultdict[str, list[str]] = defaultdict(list)  # how a pattern of case EXACT is written
        self.common = common_words(corpus)
        words = lines("words.txt")
        self.allowed = {key(word[1:]) for word in words if word[0] == "+"}
        self.denied = {key(word[1:]) for word in words if word[0] == "-"}
        self.esco = esco(corpus)
        self.verbs = {name.split()[0] for _, name, alternatives, _ in self.esco if alternatives and " " in name}
        for uri, name, alternatives, _ in self.esco:
            self.add(uri, name, alternatives)
            for alternative in alternatives:
                self.by_alternative.setdefault(key(alternative), len(self.concepts) - 1)
        self.esco_count = len(self.concepts)
        seen: set[str] = set()
        for row in rows(corpus / "taxonomies" / "onet" / "technology_skills.csv.gz"):
            if row["Example"] not in seen:
                seen.add(row["Example"])
                self.add("onet:" + slug(row["Example"]), row["Example"], [])
        for row in rows(corpus / "taxonomies" / "skills_esco_onet_ukos_osn.csv.gz"):
            if row["taxonomy"] == "ONET_SKILL":
                self.add("onet:" + slug(row["skill_name"]), spaced(row["skill_name"]), [])

    def add(self, id_: str, name: str, alternatives: list[str]) -> None:
        if key(name) in self.by_name or not key(name):
            return
        self.by_name[key(name)] = len(self.concepts)
        bare = key(_PARENTHESIS.sub("", name))
        if bare and " " in bare:
            self.by_name.setdefault(bare, len(self.concepts))
        self.concepts.append(Concept(id_, name, {}, alternatives))

    def pattern(self, text: str, concept: int, case: Case) -> None:
        """The first to claim a pattern keeps it: hand-written aliases, then names, then alternatives."""
        for spelling in spellings(text):
            made = key(spelling)
            if made and made not in self.denied:
                kept, strict = self.patterns.setdefault(made, (concept, case))
                if case == Case.EXACT == strict and kept == concept and spelling not in self.written[made]:
                    self.written[made].append(spelling)

    def by_hand(self) -> None:
        own = 0
        kind = Kind.FIELD
        for line in (ROOM / "aliases.txt").read_text().splitlines():
            if line.startswith("## "):
                kind = SECTIONS[line[3:].partition(":")[0]]
            if not line.strip() or line.startswith("#"):
                continue
            name, _, listed = line.partition(":")
            mark, name = name[0] if name[0] in "+*" else "", name.lstrip("+*").strip()
            concept = self.by_name.get(key(name))
            if concept is None and mark == "+" and key(name) in self.by_alternative:
                concept = self.by_alternative[key(name)]
                print(f"  {name} → {self.concepts[concept].name}")
            if concept is None:
                if not mark:
                    print(f"! no taxonomy has {name!r}")
                own += 1
                self.add("jobswipe:" + slug(name), name, [])
                concept = self.by_name[key(name)]
            marked = bool(re.search(r"[:,] [=^]", line))
            self.kinds[concept] = (
                Kind.TOOL if kind == Kind.FIELD and marked and not re.search(r"[:,] =[A-Z]+(?:,|$)", line) else kind
            )
            for alias in listed.split(","):
                text = alias.strip()
                if text == "!":
                    text = name
                case = MARKS.get(text[0], Case.ANY)
                text = text[1:] if case else text
                self.pattern(text, concept, Case.LETTER if case == Case.CONTEXT and len(text) == 1 else case)
        print(f"{own} concepts of our own")

    def names(self) -> None:
        """Patterns from the taxonomies' own names, then from ESCO's alternatives."""
        for at, concept in enumerate(self.concepts):
            for text in self.forms(concept, at):
                self.automatic(text, at)
        counts = Counter(key(text) for concept in self.concepts for text in concept.alternatives)
        for at, concept in enumerate(self.concepts):
            for text in concept.alternatives:
                words = key(text).split()
                if counts[key(text)] != 1 or not 0 < len(words) <= LONGEST_ALTERNATIVE:
                    continue
                if len(words) == 1 and text == text.lower():
                    continue  # "paint", "skin": a plain word that only stands in for a longer label
                plain = words[0] in self.verbs and all(word in self.common for word in words)
                if not plain and words[0] not in FUNCTION and words[-1] not in FUNCTION:
                    self.automatic(text, at)

    def forms(self, concept: Concept, at: int) -> Iterator[str]:
        yield concept.name
        if at < self.esco_count:
            bare = _PARENTHESIS.sub("", concept.name)
            if bare != concept.name and " " in bare:
                yield bare
            return
        if concept.id.startswith("onet:"):
            bare = re.sub(r" (?:software|systems?)$", "", concept.name)
            split = _ACRONYM.match(bare)
            if split and "".join(word[0] for word in re.split(r"[\s-]+", split[1])).lower().startswith(
                split[2][:2].lower()
            ):
                yield split[1]
            if bare != concept.name and " " in bare and key(bare) not in self.by_name:
                yield bare
            product = _VENDOR.sub("", bare)
            if product != bare and " " in product and key(product) not in self.by_name:
                yield product

    def automatic(self, text: str, concept: int) -> None:
        made = key(text)
        words = made.split()
        if not words or len(words) > LONGEST or len(made) < 3 or made.isdigit():
            return
        if len(words) == 1:
            if text.lower() in self.common and made not in self.allowed:
                return
            proper = text != text.lower()
            self.pattern(text, concept, Case.EXACT if proper else Case.ANY)
        elif any(word not in self.common for word in words) or concept < self.esco_count:
            self.pattern(text, concept, Case.ANY)

    def plurals(self) -> None:
        """Singulars of plural names and plurals in -ies; a plural in -s is the matcher's own work."""
        for made, (concept, case) in list(self.patterns.items()):
            if case != Case.ANY:
                continue
            if made.endswith("ies") and " " in made:
                self.patterns.setdefault(made[:-3] + "y", (concept, case))
            elif re.search(r"(?:[^aeious]y)$", made) and " " in made:
                self.patterns.setdefault(made[:-1] + "ies", (concept, case))
            if re.search(r"(?:[^suia]s)$", made) and " " in made and made[:-1] not in self.denied:
                self.patterns.setdefault(made[:-1], (concept, case))

    def table(self) -> Table:
        used = sorted({concept for concept, _ in self.patterns.values()} | set(range(self.esco_count)))
        place = {concept: at for at, concept in enumerate(used)}
        made = sorted(self.patterns)
        return Table(
            version="",
            ids=[self.concepts[at].id for at in used],
            names=[self.concepts[at].name for at in used],
            kinds=bytes(
                self.kinds.get(at, Kind.TOOL if self.concepts[at].id.startswith("onet:") else Kind.FIELD) for at in used
            ),
            patterns="\n".join(made),
            concepts=np.array([place[self.patterns[text][0]] for text in made], "<u2").tobytes(),
            cases=bytes(self.patterns[text][1] for text in made),
            written={text: self.written[text] for text in made if text in self.written},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    builder = Builder(parser.parse_args().corpus)
    builder.by_hand()
    builder.names()
    builder.plurals()
    table = builder.table()
    size = table.write(ROOM / "taxonomy.msgpack.gz")
    listed = {row[0]: row for row in builder.esco}
    phrases = build([listed[id_] for id_ in table.ids if id_ in listed], ROOM / "phrases.msgpack.gz")
    kinds = defaultdict(int)
    for id_ in table.ids:
        kinds[id_.partition(":")[0]] += 1
    print(
        f"{len(table.ids)} concepts {dict(kinds)}, {len(table.cases)} patterns, {size:,} bytes;"
        f" phrases {phrases:,} bytes"
    )


if __name__ == "__main__":
    main()
