"""All recorded payloads of the built-in kinds are read: no crash, and a posting in each that holds one."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobswipe.errors import InputError, PayloadError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.sources import ashby, registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.payload import load
from jobswipe.sources.raw import RawPosting, Rejection

CONTEXT = ReadContext(fetched_at=datetime(2026, 11, 1, tzinfo=UTC))
SAME_NAME = ("ashby", "greenhouse", "lever", "workable", "smartrecruiters", "recruitee", "personio", "teamtailor")
OTHERS = {
    "ats_raw/jsonld_html": "jsonld",
    "ats_raw/neogov": "rss",
    "ats_raw/avature": "rss",
    "ats_raw/google_careers": "rss",
    "ats_raw/jazzhr": "rss",
    "hn": "hackernews",
}
FILES = {
    "boards_raw/remotive.json": "remotive",
    "boards_raw/remoteok.json": "remoteok",
    "boards_raw/feed_sample.rss": "rss",
    "boards_raw/weworkremotely.rss": "rss",
}
# A page without structured data, and a detail response without its posting's id and title.
HOLD_NONE = {"avature_job.html", "posting_detail.json"}
# Boards on domains of their own, which no address tells.
OWN_DOMAINS = {"recruitee"}


@pytest.fixture(scope="module")
def corpus() -> Path:
    try:
        return corpus_dir()
    except InputError as error:
        pytest.skip(error.message)


def test_every_recorded_payload_is_read(corpus: Path) -> None:
    folders = {f"ats_raw/{kind}": kind for kind in SAME_NAME} | OTHERS
    files = [(path, kind) for folder, kind in folders.items() for path in sorted((corpus / folder).iterdir())]
    files += [(corpus / name, kind) for name, kind in FILES.items()]
    empty = []
    for path, kind in files:
        try:
            found = list(registry.adapter(kind).read(load(path), CONTEXT))
        except PayloadError:
            found = []
        if not any(isinstance(one, RawPosting) for one in found):
            empty.append(path.name)
        assert all(one.external_id and one.title for one in found if isinstance(one, RawPosting))
        rejected = [one for one in found if isinstance(one, Rejection)]
        assert len(rejected) <= max(2, len(found) // 20), path
    assert set(empty) == HOLD_NONE


def test_every_recorded_ashby_posting_is_read_with_its_board(corpus: Path) -> None:
    found = list(ashby.read(load(corpus / "corpus/ashby_postings.jsonl.gz"), CONTEXT))
    postings = [one for one in found if isinstance(one, RawPosting)]
    assert len(postings) == len(found) == 7272
    assert all(one.company and one.description_html for one in postings)


@pytest.mark.parametrize("kind", SAME_NAME)
def test_every_known_board_address_gives_its_slug(corpus: Path, kind: str) -> None:
    text = gzip.decompress((corpus / f"ats_boards/{kind}.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    wrong = []
    for row in rows:
        found, board = registry.resolve_url(row["url"])
        own_domain = kind in OWN_DOMAINS and f"{kind}.com" not in row["url"]
        if not own_domain and (found, board.lower()) != (kind, row["slug"].lower()):
            wrong.append(row["url"])
    assert wrong == []
