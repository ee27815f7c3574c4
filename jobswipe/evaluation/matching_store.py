"""A store of the corpus's postings, made once a process in a temporary directory, for matching and learning."""

from __future__ import annotations

import gzip
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from sqlmodel import func, select

from jobswipe.db import migrate
from jobswipe.db.engine import Database
from jobswipe.errors import InputError
from jobswipe.matching.engine import Matcher
from jobswipe.matching.openings import openings
from jobswipe.matching.persona import Opening
from jobswipe.models import Posting
from jobswipe.postings.files import ingest_files
from jobswipe.settings import load
from jobswipe.sources.payload import expand

POSTINGS = Path("corpus") / "ashby_postings.jsonl.gz"
"""Lines {board, job}: a board's slug and a posting as its public API gave it."""
_BATCH = 500


class CorpusStore:
    """A matcher over the corpus, the openings as personas see them, and the day after the newest posting."""

    def __init__(self, corpus: Path, every: int) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="jobswipe-eval-")
        home = Path(self._directory.name)
        boards = home / "boards"
        boards.mkdir()
        for board, jobs in _boards(corpus, every).items():
            (boards / f"{board}.json").write_bytes(msgspec.json.encode({"jobs": jobs}))
        settings = load(home)
        self.database = Database(f"sqlite:///{home / 'jobswipe.db'}")
        migrate.upgrade(self.database)
        ingest_files(self.database, "ashby", expand([boards]), datetime.now(UTC), batch=_BATCH)
        self.matcher = Matcher(self.database, settings)
        self.matcher.refresh()
        with self.database.read() as session:
            self.openings: list[Opening] = openings(session)
            newest = session.exec(select(func.max(Posting.posted_at))).one()
        self.now: datetime = (newest or datetime.now(UTC)) + timedelta(days=1)


@lru_cache(maxsize=1)
def corpus_store(corpus: Path, every: int = 1) -> CorpusStore:
    """The store of each `every`-th board of the corpus. Raises InputError where the corpus lacks the postings."""
    return CorpusStore(corpus, every)


def _boards(corpus: Path, every: int) -> dict[str, list[Any]]:
    path = corpus / POSTINGS
    if not path.is_file():
        raise InputError(f"No postings at {path}: the labelled data lacks them.")
    out: dict[str, list[Any]] = defaultdict(list)
    with gzip.open(path) as lines:
        for line in lines:
            record = msgspec.json.decode(line)
            out["".join(c if c.isalnum() else "-" for c in record["board"])].append(record["job"])
    return {board: jobs for at, (board, jobs) in enumerate(sorted(out.items())) if at % every == 0}
