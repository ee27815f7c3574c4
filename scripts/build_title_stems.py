"""Builds jobswipe/titles/data/stems.txt: run it after a change of data/family_rules.txt; a test tells when."""

from __future__ import annotations

from pathlib import Path

import snowballstemmer

from jobswipe.titles import roles

FILE = Path(__file__).parents[1] / "jobswipe" / "titles" / "data" / "stems.txt"
HEAD = "# Words of family_rules.txt, each with its English Snowball stem where that is another: build_title_stems.py\n"


def lines() -> list[str]:
    stem = snowballstemmer.stemmer("english").stemWord
    return [word if stem(word) == word else f"{word} {stem(word)}" for word in roles.rule_words()]


def main() -> None:
    FILE.write_text(HEAD + "".join(f"{line}\n" for line in lines()), encoding="utf-8")


if __name__ == "__main__":
    main()
