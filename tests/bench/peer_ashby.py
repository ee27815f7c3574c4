"""The peer of `jobswipe parse posting --kind ashby`: ats-scrapers reads, parses and writes the same payload file."""

from __future__ import annotations

import json
import sys

from ats_scrapers.scrapers.ashby import AshbyScraper


def main(path: str) -> None:
    scraper = AshbyScraper("board")
    with open(path, encoding="utf-8") as handle:  # noqa: PTH123 - a peer, written as its users would
        payload = json.load(handle)
    for item in payload["jobs"]:
        sys.stdout.write(scraper._parse_job(item).model_dump_json() + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
