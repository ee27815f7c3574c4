"""What searching needs of the features beyond their arrays: columns by group, places by name, sources, hits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from sqlmodel import Session, col, select

from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.models import Posting, Source

_TEXTS_KEPT = 64
_BATCH = 500
_MANY = 20_000
"""Postings beyond which the sources of all are read at once."""


class Listing:
    """One state of the features. Threads share it; each part is made when it is first asked for."""

    def __init__(self, features: Features, earlier: Listing | None = None) -> None:
        self.features = features
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, np.ndarray] = OrderedDict()
        self._sources: np.ndarray | None = None
        # What people call a company or a skill, by kind and value; it hardly ever changes.
        self.labels: dict[tuple[str, str], str] = earlier.labels if earlier is not None else {}
        self._known = earlier.known_sources() if earlier is not None else None

    def known_sources(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(ids ascending, their sources), as far as this listing or the one before it looked."""
        return (self.features.ids, self._sources) if self._sources is not None else self._known

    @cached_property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns of each group of facets, without that of what is unsaid."""
        out: dict[str, list[int]] = {}
        for at, name in enumerate(self.features.names):
            group, _, value = name.partition(":")
            if value != "?":
                out.setdefault(group, []).append(at)
        return {group: np.array(found, np.int64) for group, found in out.items()}

    @cached_property
    def places(self) -> dict[str, list[str]]:
        """Facets of cities and regions by their name in small letters, with and without the country."""
        out: dict[str, list[str]] = {}
        for group in ("city", "region"):
            for at in self.columns.get(group, ()):
                name = self.features.names[at]
                called = name.partition(":")[2].casefold()
                for key in dict.fromkeys((called, called.rpartition(", ")[0])):
                    out.setdefault(key, []).append(name)
        return out

    def text(self, matcher: Matcher, text: str) -> np.ndarray:
        """BM25 of each posting for a query, above 0 where it matches."""
        with self._lock:
            known = self._texts.get(text)
        if known is None:
            hits = matcher.search(text, max(len(self.features), 1))
            known = np.zeros(len(self.features), np.float32)
            # A posting that matches is worth something, however common its words.
            values = np.maximum(np.array([value for _, value in hits], np.float32), 1e-6)
            self._fill(known, np.array([id_ for id_, _ in hits], np.int64), values)
            with self._lock:
                self._texts[text] = known
                while len(self._texts) > _TEXTS_KEPT:
                    self._texts.popitem(last=False)
        return known

    def sources(self, session: Session) -> np.ndarray:
        """The source's id of each posting. A posting never changes its source: only new ones are looked up."""
        if self._sources is None:
            out = np.zeros(len(self.features), np.int64)
            if self._known is not None:
                self._fill(out, *self._known)
            new = self.features.ids[out == 0]
            open_ = (Posting.state == "open", col(Posting.shown).is_(True))
            chunks = (
                [open_]
                if len(new) > _MANY
                else [(col(Posting.id).in_(new[at : at + _BATCH].tolist()),) for at in range(0, len(new), _BATCH)]
            )
            for chosen in chunks:
                rows = session.execute(select(Posting.id, Posting.source_id).where(*chosen)).all()
                self._fill(out, *np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2).T)
            with self._lock:
                self._sources, self._known = out, None
        return self._sources

    def _fill(self, out: np.ndarray, ids: np.ndarray, values: np.ndarray) -> None:
        """Put values at the rows of their ids; ids that have no row are passed over."""
        ours = self.features.ids
        at = np.searchsorted(ours, ids)
        inside = at < len(ours)
        at, ids, values = at[inside], ids[inside], values[inside]
        same = ours[at] == ids
        out[at[same]] = values[same]


def source_names(session: Session) -> dict[int, str]:
    """The names of the sources, such as "ashby:acme"."""
    rows = session.exec(select(Source.id, Source.kind, Source.board))
    return {id_ or 0: f"{kind}:{board}" for id_, kind, board in rows}


_LISTINGS: WeakKeyDictionary[Matcher, Listing] = WeakKeyDictionary()
_LOCK = threading.Lock()


def listing(matcher: Matcher) -> Listing:
    """The listing of a matcher's present features."""
    features = matcher.features
    with _LOCK:
        known = _LISTINGS.get(matcher)
        if known is None or known.features is not features:
            known = _LISTINGS[matcher] = Listing(features, known)
        return known
