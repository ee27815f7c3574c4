"""Builds jobswipe/titles/data/stems.txt: run it after a change of the words that are in it; a test tells when."""

from __future__ import annotations

from pathlib import Path

import snowballstemmer

from jobswipe.titles import roles, vectors

FILE = Path(__file__).parents[1] / "jobswipe" / "titles" / "data" / "stems.txt"
HEAD = "# Words of rules and ranks, each with its English Snowball stem where that is another: build_title_stems.py\n"


def words() -> list[str]:
    """All that are stemmed before the first title is read."""
    return sorted({*roles.rule_words(), *vectors.RANK_WORDS})


def lines() -> list[str]:
    stem = snowballstemmer.stemmer("english").stemWord
    return [word if stem(word) == word else f"{word} {stem(word)}" for word in words()]


def main() -> None:
    FILE.write_text(HEAD + "".join(f"{line}\n" for line in lines()), encoding="utf-8")


if __name__ == "__main__":
    main()
