"""Find the postings of an archive in this store: by what their source calls them, else by their address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from jobswipe.accounts.archive import PostingRef
from jobswipe.models import Posting, Source

_CHUNK = 500


class Finder:
    """Looks all of them up at once; `of` then answers each."""

    def __init__(self, session: Session, refs: Sequence[PostingRef]) -> None:
        self._known: dict[tuple[str, str, str], int] = {}
        self._urls: dict[str, int] = {}
        wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for one in refs:
            wanted[one.kind, one.board].add(one.external_id)
        for (kind, board), ids in wanted.items():
            source_id = session.exec(select(Source.id).where(Source.kind == kind, Source.board == board)).first()
            for chunk in _chunks(ids) if source_id is not None else ():
                statement: Any = select(Posting.external_id, Posting.id).where(
                    Posting.source_id == source_id, col(Posting.external_id).in_(chunk)
                )
                for external_id, id_ in session.exec(statement):
                    self._known[kind, board, external_id] = id_
        missing = {one.url for one in refs if one.url and _key(one) not in self._known}
        for chunk in _chunks(missing):
            found: Any = select(Posting.url, Posting.id).where(col(Posting.url).in_(chunk))
            for url, id_ in session.exec(found.order_by(col(Posting.id).desc())):
                self._urls[url] = id_

    def of(self, ref: PostingRef) -> int | None:
        """The posting's id in this store; the first one of an address. None: it is not there."""
        found = self._known.get(_key(ref))
        return found if found is not None else self._urls.get(ref.url or "")


def _key(ref: PostingRef) -> tuple[str, str, str]:
    return ref.kind, ref.board, ref.external_id


def _chunks(values: set[str]) -> list[list[str]]:
    listed = sorted(values)
    return [listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK)]
