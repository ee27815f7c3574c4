"""Payload files into the store: which board each belongs to, several files of one board as one poll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.postings.ingest import Progress, Run, Summary
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
    suffixes. Files of one board make one poll, so that none closes another's postings.
    """
    adapter = registry.adapter(kind)
    runs: dict[str, Run] = {}
    unread: list[Summary] = []
    for path in paths:
        context = ReadContext(fetched_at=now, company=company, board=board)
        try:
            records = adapter.read(load(path), context)
            head = list(islice(records, PEEK))
        except JobSwipeError as error:
            known = runs.get(board) if board else None
            if known:
                known.fail(error)
            else:
                unread.append(Summary(source=str(path), status="failed", error=error.message))
            continue
        slug = board or _agreed_board(adapter, head) or _stem(path)
        if slug not in runs:
            with database.write() as session:
                source = catalog.for_files(session, adapter.KIND, slug, now, company=company)
            runs[slug] = Run(database, source, batch=batch, fetched_at=now)
        runs[slug].feed(chain(head, records), context, progress(path) if progress else None)
    return [run.finish() for run in runs.values()] + unread


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
