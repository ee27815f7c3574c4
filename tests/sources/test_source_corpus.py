"""Every recorded payload of the built-in kinds is read, whole, and sensibly."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from payloads import context

from jobswipe.errors import InputError, PayloadError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.sources import registry
from jobswipe.sources.payload import load
from jobswipe.sources.raw import RawPosting, Rejection

try:
    DATA: Path | None = corpus_dir()
except InputError:
    DATA = None
pytestmark = pytest.mark.skipif(DATA is None, reason="no labelled data: set JOBSWIPE_CORPUS to its directory")

_TAG = re.compile(r"</?[a-z]+[ />]")
_FOLDERS = {
    kind: kind for kind in "ashby greenhouse lever personio recruitee smartrecruiters teamtailor workable".split()
}
_FOLDERS |= {"avature": "rss", "google_careers": "rss", "neogov": "rss", "jsonld_html": "jsonld"}
_FILES = [
    ("remotive", "remotive.json"),
    ("remoteok", "remoteok.json"),
    ("rss", "feed_sample.rss"),
    ("rss", "weworkremotely.rss"),
]


def _recorded() -> list[tuple[str, Path]]:
    if DATA is None:
        return []
    found = [
        (kind, file) for folder, kind in _FOLDERS.items() for file in sorted((DATA / "ats_raw" / folder).iterdir())
    ]
    found += [(kind, DATA / "boards_raw" / name) for kind, name in _FILES]
    return found + [("hackernews", file) for file in sorted((DATA / "hn").iterdir())]


@pytest.mark.parametrize(
    ("kind", "path"), _recorded(), ids=lambda value: value if isinstance(value, str) else value.name
)
def test_recorded_payloads(kind: str, path: Path) -> None:
    if path.name == "avature_job.html":  # a page without a JobPosting
        with pytest.raises(PayloadError, match="No JobPosting"):
            list(registry.adapter(kind).read(load(path), context()))
        return
    found = list(registry.adapter(kind).read(load(path), context()))
    assert found
    postings = [one for one in found if isinstance(one, RawPosting)]
    if "jobAd" not in path.read_text("utf-8", "replace")[:20]:  # a detail cut down to its text has no id
        assert len(postings) >= 0.95 * len(found)
    for one in postings:
        assert one.external_id
        assert one.title
        assert not _TAG.search(one.title)
    for one in found:
        if isinstance(one, Rejection):
            assert one.reason[0].islower()


def test_ashby_corpus_is_read_whole_and_fast() -> None:
    assert DATA is not None
    payload = load(DATA / "corpus" / "ashby_postings.jsonl.gz")
    started = time.process_time()
    found = list(registry.adapter("ashby").read(payload, context()))
    took = time.process_time() - started
    assert len(found) == 7272
    assert not [one for one in found if isinstance(one, Rejection)]
    assert took / len(found) < 500e-6  # decoding the JSON too, on a busy machine; about 30 µs alone
    assert sum(bool(one.salaries) for one in found if isinstance(one, RawPosting)) > 1500
