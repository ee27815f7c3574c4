"""Payload files into the store: which board each belongs to, several files of one board as one poll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.models import Source
from jobswipe.postings import repeats
from jobswipe.postings.ingest import Progress, Run, Summary, repeated
from jobswipe.postings.normalise import sound
from jobswipe.sources import catalog, registry
from jobswipe.sources.base import Adapter, ReadContext
from jobswipe.sources.payload import STDIN, load
from jobswipe.sources.raw import RawPosting, Rejection

PEEK = 50
"""Records that are looked at to tell a payload's board."""

_SUFFIXES = (".gz", ".jsonl", ".ndjson", ".json", ".xml", ".rss", ".atom", ".html", ".htm", ".txt")


def ingest_files(
    database: Database,
    kind: str,
    paths: Sequence[Path],
    now: datetime,
    *,
    batch: int,
    board: str | None = None,
    company: str | None = None,
    progress: Callable[[Path], Progress] | None = None,
) -> list[Summary]:
    """Store payload files; a summary for each board, and one for each file that could not be read at all.

    A file's board is `board`, else the one that its postings' addresses agree on, else the file's name without its
    suffixes. Files of one board make one poll, so that none closes another's postings. Files that are just those of a
    board's last complete poll are not read again.
    """
    intake = _Intake(database, registry.adapter(kind), now, batch, board, company, progress)
    for path in paths:
        intake.take(path)
    return intake.finish()


class _Intake:
    """Files on their way: read at once, or held back while they may be what their board's last poll read."""

    def __init__(
        self,
        database: Database,
        adapter: Adapter,
        now: datetime,
        batch: int,
        board: str | None,
        company: str | None,
        progress: Callable[[Path], Progress] | None,
    ) -> None:
        self.database, self.adapter, self.now, self.batch = database, adapter, now, batch
        self.board, self.company, self.progress = board, company, progress
        self.context = ReadContext(fetched_at=now, company=company, board=board)
        with database.read() as session:
            self.known = repeats.sources(session, adapter.KIND)
        self.runs: dict[str, Run] = {}
        self.digests: dict[str, list[str]] = {}
        self.held: dict[str, tuple[Source, dict[str, Path]]] = {}
        self.done: list[Summary] = []
        self.unread: list[Summary] = []

    def take(self, path: Path) -> None:
        try:
            payload = load(path)
        except JobSwipeError as error:
            self._refuse(path, error)
            return
        digest = repeats.digest(payload, self.context)
        source = self.known.get(digest) if path != STDIN else None  # what was piped cannot be read a second time
        if source is not None and source.board not in self.runs:
            self.held.setdefault(source.board, (source, {}))[1][digest] = path
        else:
            self._read(path, payload, digest)

    def finish(self) -> list[Summary]:
        for board, (source, files) in self.held.items():
            summary = repeated(self.database, source, list(files), self.now) if board not in self.runs else None
            if summary is not None:
                self.done.append(summary)
            else:
                self._read_again(files.values())
        return self.done + [run.finish(self.digests[slug]) for slug, run in self.runs.items()] + self.unread

    def _read_again(self, paths: Iterable[Path]) -> None:
        for path in paths:
            try:
                payload = load(path)
            except JobSwipeError as error:
                self._refuse(path, error)
            else:
                # A new digest: the file may have changed since it was held back.
                self._read(path, payload, repeats.digest(payload, self.context))

    def _read(self, path: Path, payload: bytes, digest: str) -> None:
        try:
            records = self.adapter.read(payload, self.context)
            head = list(islice(records, PEEK))
        except JobSwipeError as error:
            self._refuse(path, error)
            return
        slug = self.board or _agreed_board(self.adapter, head) or _stem(path)
        if slug not in self.runs:
            with self.database.write() as session:
                source = catalog.for_files(session, self.adapter.KIND, slug, self.now, company=self.company)
            self.runs[slug] = Run(self.database, source, batch=self.batch, fetched_at=self.now)
        self.digests.setdefault(slug, []).append(digest)
        self.runs[slug].feed(chain(head, records), self.context, self.progress(path) if self.progress else None)

    def _refuse(self, path: Path, error: JobSwipeError) -> None:
        known = self.runs.get(self.board) if self.board else None
        if known:
            known.fail(error)
        else:
            self.unread.append(Summary(source=str(path), status="failed", error=error.message))


def _agreed_board(adapter: Adapter, head: Sequence[RawPosting | Rejection]) -> str | None:
    """The board that all the addresses name; None for a mixed payload, or where they name none."""
    boards = Counter(adapter.match_url(url) for one in head if isinstance(one, RawPosting) and (url := sound(one).url))
    boards.pop(None, None)
    return next(iter(boards)) if len(boards) == 1 and adapter.KIND != "jsonld" else None


def _stem(path: Path) -> str:
    # A name that is no UTF-8 comes with surrogates, which no database stores.
    name = "stdin" if path == STDIN else path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    while name.lower().endswith(_SUFFIXES):
        name = name[: name.rindex(".")]
    return name or path.name
