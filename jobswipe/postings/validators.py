"""ETag and Last-Modified of a source's board, kept in the store together with what they vouch for."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col

from jobswipe import __version__
from jobswipe.db.engine import Database
from jobswipe.models import HttpValidator, Source
from jobswipe.postings.store import NORMALISER
from jobswipe.sources.base import Fetcher, Response

READER = f"{__version__}/{NORMALISER}"
"""What reads answers now. A newer one may see more in an answer that has not changed, so it asks for all of it."""


class StoredValidators:
    """The validators of one source: read from the store, and written by `save` where its run is complete.

    Written sooner, a run that then failed would be told "not modified" about postings that were never stored.
    """

    def __init__(self, database: Database, source: Source) -> None:
        assert source.id is not None  # noqa: S101 - a stored source has its id; this is for the type checker
        self._database, self._source_id = database, source.id
        self._fresh: dict[str, tuple[str | None, str | None]] = {}
        self.whole = True

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        with self._database.read() as session:
            found = session.get(HttpValidator, (self._source_id, url))
            return (found.etag, found.last_modified) if found and found.reader == READER else None

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self._fresh[url] = (etag, last_modified)

    def save(self, session: Session) -> None:
        if self.whole:
            session.add_all(
                HttpValidator(source_id=self._source_id, url=url, etag=etag, last_modified=last_modified, reader=READER)
                for url, (etag, last_modified) in self._fresh.items()
                if etag or last_modified
            )


class BoardFetcher:
    """A fetcher that notices whether validators can vouch for the board.

    They cannot where pages were asked for after the conditional one: a posting's own page may change while the list
    that links to it stays as it was.
    """

    def __init__(self, fetcher: Fetcher, validators: StoredValidators) -> None:
        self._fetcher, self._validators = fetcher, validators

    def get(self, url: str, *, accept: str | None = None, conditional: bool = False) -> Response:
        self._validators.whole = conditional
        return self._fetcher.get(url, accept=accept, conditional=conditional)


def forget(session: Session, source: Source) -> None:
    """Drop a source's validators: from here on the store is not what they vouch for."""
    session.execute(delete(HttpValidator).where(col(HttpValidator.source_id) == source.id))
