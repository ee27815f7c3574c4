"""ETag and Last-Modified of boards, kept in the store once what they vouch for is stored."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import col

from jobswipe.db.engine import Database
from jobswipe.models import HttpValidator


class StoredValidators:
    """The validators of one source run: read from the store, and written by `save` when the run is complete.

    Written sooner, a run that then failed would be told "not modified" about postings that were never stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fresh: dict[str, tuple[str | None, str | None]] = {}

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        with self._database.read() as session:
            found = session.get(HttpValidator, url)
            return (found.etag, found.last_modified) if found else None

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self._fresh[url] = (etag, last_modified)

    def save(self) -> None:
        if not self._fresh:
            return
        with self._database.write() as session:
            session.execute(delete(HttpValidator).where(col(HttpValidator.url).in_(list(self._fresh))))
            session.add_all(
                HttpValidator(url=url, etag=etag, last_modified=modified)
                for url, (etag, modified) in self._fresh.items()
                if etag or modified
            )
