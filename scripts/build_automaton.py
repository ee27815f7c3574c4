"""Builds jobswipe/skills/data/automaton.msgpack.z: `python scripts/build_automaton.py --corpus DIR`.

Run it after `build_skills.py`, and after a change of the automaton's library. DIR/corpus holds postings that show which
states a search visits most; nothing of them is in the file.
"""

from __future__ import annotations

import argparse
import gzip
import json
from importlib import metadata
from pathlib import Path

from daachorse import MATCH_KIND_LEFTMOST_LONGEST, DoubleArrayAhoCorasick

from jobswipe.skills import automaton
from jobswipe.skills.canonical import canonical
from jobswipe.skills.matcher import Matcher
from jobswipe.text.html import to_text

FILE = Path(__file__).parents[1] / "jobswipe" / "skills" / "data" / automaton.FILE
ONE_IN = 20  # postings that are looked at: a few hundred show as much as all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    with gzip.open(parser.parse_args().corpus / "corpus" / "ashby_postings.jsonl.gz", "rt", encoding="utf-8") as file:
        jobs = [json.loads(line)["job"] for number, line in enumerate(file) if number % ONE_IN == 0]
    texts = [b" " + canonical(to_text(job.get("descriptionHtml") or "")) + b" " for job in jobs]
    matcher = Matcher()
    searched = matcher.searched()
    states = DoubleArrayAhoCorasick(searched, MATCH_KIND_LEFTMOST_LONGEST, texts).serialize()
    size = automaton.Packed(matcher.version, metadata.version("daachorse"), states).write(FILE)
    print(f"{len(searched)} patterns, {len(states):,} bytes of states, {size:,} packed")


if __name__ == "__main__":
    main()
