"""The full-text index of open, shown postings: it follows the store by change sequence and mends itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import tantivy
from sqlmodel import Session, col, select

from jobswipe.matching import turns
from jobswipe.matching.watermark import Watermark, belongs, head
from jobswipe.models import Company, Posting

FORMAT = 2
"""Grows with every change of the schema or the analyser; an older index is rebuilt."""
_MARK = "mark.json"
_LOCK = "lock"
_ANALYSER = "jobswipe"
_HEAP = 64_000_000
_BATCH = 1_000
_TITLE_BOOST = 3.0
_READ: Any = (
    Posting.id, Posting.company_id, Posting.state, Posting.shown, Posting.title, Posting.description_text,
)  # fmt: skip


class _State(msgspec.Struct):
    format: int
    mark: Watermark


class TextIndex:
    """A tantivy index in `directory`. One process writes at a time; the others read what there is."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._index: tantivy.Index | None = None
        self.mark = Watermark()
        self._open()

    def refresh(self, session: Session, wait: float = 0.5) -> bool:
        """Bring the index to the store's present state. False when another process was writing for `wait` seconds."""
        now = head(session)
        if self._sound(session) and now.seq == self.mark.seq:
            self._reload()
            return True
        with turns.alone(self.directory / _LOCK, wait) as alone:
            if not alone:
                self._open()
                return False
            # Whoever held the lock may have done the work meanwhile.
            if not self._sound(session):
                self._remake()
            if now.seq > self.mark.seq and self._index is not None:
                writer = self._index.writer(_HEAP, 1)
                self._follow(session, writer, self.mark.seq, now.seq)
                writer.wait_merging_threads()
                self._write_mark(now)
        self._reload()
        return True

    def scores(self, terms: dict[str, float], ids: np.ndarray, limit: int) -> np.ndarray:
        """BM25 of the postings `ids` (ascending) for weighted terms, highest 1; 0 for all but the best `limit`."""
        out = np.zeros(len(ids), np.float32)
        if self._index is None or not terms or not len(ids):
            return out
        queries = []
        for term, weight in terms.items():
            for field, boost in (("title", _TITLE_BOOST), ("body", 1.0)):
                query = tantivy.Query.term_query(self._index.schema, field, term, "freq")
                queries.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight * boost)))
        found, scores = self._hits(tantivy.Query.boolean_query(queries), limit)
        at = np.searchsorted(ids, found)
        known = (at < len(ids)) & (ids[np.minimum(at, len(ids) - 1)] == found)
        if known.any():
            out[at[known]] = scores[known] / max(float(scores[known].max()), 1e-9)
        return out

    def search(self, query: str, limit: int = 20) -> list[tuple[int, float]]:
        """(posting id, BM25) of the postings that match a person's query, best first. Any text is a query."""
        if self._index is None or not query.strip():
            return []
        parsed, _ = self._index.parse_query_lenient(
            query[:1000], ["title", "company", "body"], field_boosts={"title": _TITLE_BOOST, "company": 2.0},
            conjunction_by_default=True,
        )  # fmt: skip
        found, scores = self._hits(parsed, limit)
        return [(int(id_), float(score)) for id_, score in zip(found, scores, strict=True)]

    def terms(self, text: str) -> list[str]:
        """The terms of a text as the index has them."""
        return analyser().analyze(text)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a term of the text, 0 where no posting has it."""
        if self._index is None:
            return 0.0
        searcher = self._index.searcher()
        frequency = searcher.doc_freq("body", term)
        return float(np.log1p((searcher.num_docs - frequency + 0.5) / (frequency + 0.5))) if frequency > 0 else 0.0

    def _hits(self, query: Any, limit: int) -> tuple[np.ndarray, np.ndarray]:
        if self._index is None:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        return np.array(ids, np.int64), np.array([score for score, _ in hits], np.float32)

    def _follow(self, session: Session, writer: Any, after: int, until: int) -> None:
        companies = dict(session.exec(select(Company.id, Company.name)).all())
        statement: Any = (
            select(*_READ)
            .where(Posting.change_seq > after, Posting.change_seq <= until)
            .order_by(col(Posting.change_seq))
            .execution_options(yield_per=_BATCH)
        )
        for row in session.exec(statement):
            if after:
                writer.delete_documents_by_term("id", row.id)
            if row.state == "open" and row.shown:
                document = tantivy.Document()
                document.add_integer("id", row.id)
                document.add_text("title", row.title)
                document.add_text("company", companies.get(row.company_id) or "")
                document.add_text("body", row.description_text or "")
                writer.add_document(document)
        writer.commit()

    def _open(self) -> None:
        self._index = None
        state = self._state()
        if state is None:
            return
        try:
            index = tantivy.Index.open(str(self._path))
            index.register_tokenizer(_ANALYSER, analyser())
            index.searcher()
        except (ValueError, OSError):
            return
        self._index = index
        self.mark = state.mark

    def _remake(self) -> None:
        self._index = None
        (self.directory / _MARK).unlink(missing_ok=True)
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(parents=True, exist_ok=True)
        self.mark = Watermark()
        self._index = tantivy.Index(_schema(), path=str(self._path))
        self._index.register_tokenizer(_ANALYSER, analyser())

    def _sound(self, session: Session) -> bool:
        """Whether there is an index of this format and store; reads its mark anew."""
        state = self._state()
        if state is None:
            return False
        self.mark = state.mark
        if self._index is None:
            self._open()
        return self._index is not None and belongs(session, self.mark)

    def _reload(self) -> None:
        if self._index is not None:
            self._index.reload()

    @property
    def _path(self) -> Path:
        return self.directory / "text"

    def _state(self) -> _State | None:
        try:
            state = msgspec.json.decode((self.directory / _MARK).read_bytes(), type=_State)
        except (OSError, msgspec.DecodeError):
            return None
        return state if state.format == FORMAT else None

    def _write_mark(self, mark: Watermark) -> None:
        # After the commit: whoever is killed between the two takes the same changes again, which changes nothing.
        draft = self.directory / f".{_MARK}"
        draft.write_bytes(msgspec.json.encode(_State(FORMAT, mark)))
        draft.replace(self.directory / _MARK)
        self.mark = mark


def analyser() -> tantivy.TextAnalyzer:
    """Words in lower case without accents, stemmed as English ones."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: tantivy-py 0.27 deletes nothing by a term of an unsigned field, for it takes the number for a signed one.
    builder.add_integer_field("id", indexed=True, fast=True)
    for name in ("title", "company", "body"):
        builder.add_text_field(name, tokenizer_name=_ANALYSER, index_option="position")
    return builder.build()
