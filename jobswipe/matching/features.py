"""Features of all open, shown postings in arrays, kept up to date by change sequence and cached on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe import titles
from jobswipe.matching import cachefile
from jobswipe.matching import facets as f
from jobswipe.matching.names import NAMES
from jobswipe.matching.tables import Tables
from jobswipe.matching.watermark import Watermark, belongs, head
from jobswipe.models import Company, Posting, PostingPlace, PostingSkill, SkillConcept
from jobswipe.titles.families import FAMILIES

FORMAT = 2
"""Grows with every change of what is stored; an older cache is rebuilt."""
BATCH = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS: dict[str, Any] = {
    "ids": np.int64,
    "company": np.int32,
    "posted": np.int32,
    "family": np.int8,
    "level": np.int8,
    "workplace": np.int8,
    "employment": np.int8,
    "pay_low": np.float32,
    "pay_high": np.float32,
}

_TAKEN = frozenset({*_COLUMNS, "vectors", "matrix"})

_READ: Any = (
    Posting.id, Posting.company_id, Posting.title, Posting.workplace, Posting.remote_countries, Posting.remote_regions,
    Posting.employment_type, Posting.seniority, Posting.salary_min, Posting.salary_max, Posting.salary_currency,
    Posting.salary_period, Posting.language, Posting.posted_at, Posting.first_seen_at,
)  # fmt: skip


class Features:
    """One row a posting, in the order of `ids`.

    `company` is a facet's column (-1: unknown), `posted` days since 1970 (-1: unsaid); `family`, `level`, `workplace`
    and `employment` are codes (-1: unsaid), `pay_low` and `pay_high` US dollars a year (NaN: unsaid), `vectors` title
    vectors times 127 as int8. `matrix` has the facets as ones in CSR, named by `names`; `where` their latitude and
    longitude in degrees (NaN for all that are no city). `rows` counts the postings that the store had, open or not.
    """

    def __init__(self, arrays: dict[str, np.ndarray], names: list[str]) -> None:
        self.ids = arrays["ids"]
        self.company = arrays["company"]
        self.posted = arrays["posted"]
        self.family = arrays["family"]
        self.level = arrays["level"]
        self.workplace = arrays["workplace"]
        self.employment = arrays["employment"]
        self.pay_low = arrays["pay_low"]
        self.pay_high = arrays["pay_high"]
        self.vectors = arrays["vectors"]
        self.where = arrays["where"]
        self.names = names
        self.column = {name: at for at, name in enumerate(names)}
        self.matrix = sp.csr_matrix(
            (np.ones(len(arrays["indices"]), np.float32), arrays["indices"], arrays["indptr"]),
            shape=(len(self.ids), len(names)),
        )
        self.population = len(self.ids)
        self.rows: int | None = None
        self.tables = Tables(self)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row(self) -> dict[int, int]:
        """The row of each posting."""
        return {int(id_): at for at, id_ in enumerate(self.ids)}

    def ids_of(self, rows: np.ndarray) -> list[int]:
        """The ids of a few rows."""
        found: list[int] = self.ids[rows].tolist()
        return found

    def rows_of(self, ids: np.ndarray) -> np.ndarray:
        """The rows of the postings with these ids; some may be unknown."""
        return _found(self.ids, ids)

    def facets(self, row: int) -> list[str]:
        """The names of a posting's facets."""
        start, end = self.matrix.indptr[row], self.matrix.indptr[row + 1]
        return [self.names[column] for column in self.matrix.indices[start:end].tolist()]

    @cached_property
    def counts(self) -> np.ndarray:
        """How many postings have each facet."""
        return np.bincount(self.matrix.indices, minlength=len(self.names))

    @cached_property
    def numbers(self) -> np.ndarray:
        """The number that each facet's name has in this process."""
        return NAMES.numbers(self.names)

    @cached_property
    def _of_number(self) -> np.ndarray:
        out = np.full(int(self.numbers.max(initial=-1)) + 2, -1, np.int32)
        out[self.numbers] = np.arange(len(self.numbers), dtype=np.int32)
        return out

    def columns(self, numbers: np.ndarray) -> np.ndarray:
        """The columns of facets by their names' numbers; -1 for what no posting has."""
        known = self._of_number
        return np.asarray(known[np.minimum(numbers, len(known) - 1)])

    def take(self, at: np.ndarray) -> Features:
        """The chosen rows, ascending. `counts` and `population` stay those of all: a row is worth the same in both."""
        return _Chosen(self, at)

    def arrays(self) -> dict[str, np.ndarray]:
        out = {name: getattr(self, name) for name in _COLUMNS}
        return out | {
            "vectors": self.vectors,
            "where": self.where,
            "indices": self.matrix.indices,
            "indptr": self.matrix.indptr,
        }


class _Chosen(Features):
    """Some rows of others. Of the columns only those that are asked for are taken."""

    def __init__(self, of: Features, at: np.ndarray) -> None:
        self._of = of
        self._at = at
        self.where, self.names, self.column = of.where, of.names, of.column
        self.numbers = of.numbers
        self.population, self.counts, self.rows = of.population, of.counts, None
        self.tables = Tables(self, of, at)

    def __len__(self) -> int:
        return len(self._at)

    def __getattr__(self, name: str) -> Any:
        if name not in _TAKEN:
            raise AttributeError(name)
        self.__dict__[name] = taken = getattr(self._of, name)[self._at]
        return taken

    def columns(self, numbers: np.ndarray) -> np.ndarray:
        return self._of.columns(numbers)

    # Of what is asked of a few rows or ids nothing is taken for all.
    def ids_of(self, rows: np.ndarray) -> list[int]:
        return self._of.ids_of(self._at[rows])

    def rows_of(self, ids: np.ndarray) -> np.ndarray:
        return _found(self._at, self._of.rows_of(ids))

    def facets(self, row: int) -> list[str]:
        return self._of.facets(int(self._at[row]))


def _found(those: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where the wanted are in an ascending array, without those that it has not."""
    at = np.searchsorted(those, wanted)
    there = at < len(those)
    at, wanted = at[there], wanted[there]
    return np.asarray(at[those[at] == wanted])


def empty() -> Features:
    arrays: dict[str, np.ndarray] = {name: np.zeros(0, kind) for name, kind in _COLUMNS.items()}
    arrays |= {
        "vectors": np.zeros((0, titles.DIM), np.int8),
        "where": np.zeros((0, 2), np.float32),
        "indices": np.zeros(0, np.int32),
        "indptr": np.zeros(1, np.int32),
    }
    return Features(arrays, [])


def load(path: Path) -> tuple[Features, Watermark]:
    """The cached features with their watermark; empty ones where there is no usable cache."""
    found = cachefile.read(path)
    if found is None or found[0].get("format") != FORMAT:
        return empty(), Watermark()
    header, arrays = found
    blob = bytes(arrays.pop("names")).decode()
    features = Features(arrays, blob.split("\n") if blob else [])
    features.rows = header.get("rows")
    return features, msgspec.convert(header["mark"], Watermark)


def save(path: Path, features: Features, mark: Watermark) -> None:
    blob = np.frombuffer("\n".join(features.names).encode(), np.uint8)
    header = {"format": FORMAT, "mark": msgspec.to_builtins(mark), "rows": features.rows}
    cachefile.write(path, header, features.arrays() | {"names": blob})


def catch_up(session: Session, features: Features, mark: Watermark) -> tuple[Features, Watermark]:
    """The features brought to the store's present state; rebuilt when they are not of this store."""
    if not belongs(session, mark):
        features, mark = empty(), Watermark()
    now = head(session)
    rows = session.exec(select(func.count()).select_from(Posting)).one()
    if (now.seq, rows) == (mark.seq, features.rows):
        return features, now  # to count those that are open would read every posting
    if now.seq > mark.seq:
        changed = list(
            session.exec(select(Posting.id).where(Posting.change_seq > mark.seq, Posting.change_seq <= now.seq))
        )
        kept = ~np.isin(features.ids, np.array(changed, np.int64)) if len(features) else np.zeros(0, bool)
        fresh = (Posting.state == "open", col(Posting.shown).is_(True), Posting.change_seq > mark.seq,
                 Posting.change_seq <= now.seq)  # fmt: skip
        features = _joined(features, kept, _read(session, fresh, _Rows(features.names)))
    live = session.exec(
        select(func.count()).select_from(Posting).where(Posting.state == "open", col(Posting.shown).is_(True))
    ).one()
    if live != len(features):  # rows may vanish with their source without a change that tells
        there = session.exec(select(Posting.id).where(Posting.state == "open", col(Posting.shown).is_(True)))
        kept = np.isin(features.ids, np.array(list(there), np.int64))
        features = _joined(features, kept, _Rows(features.names))
    features.rows = rows
    return features, now


def of(session: Session, ids: Sequence[int]) -> Features:
    """The features of certain postings, closed and hidden ones too, as the store has them now."""
    return _joined(empty(), np.zeros(0, bool), _read(session, (col(Posting.id).in_(ids),), _Rows([])))


class _Rows:
    """New rows as they are read; `names` continues the known facets."""

    def __init__(self, names: list[str]) -> None:
        self.column = {name: at for at, name in enumerate(names)}
        self.values: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        self.vectors: list[np.ndarray] = []
        self.indices: list[int] = []
        self.indptr = [0]
        self.where: dict[str, tuple[float, float]] = {}

    def add(self, row: Any, company_key: str, places: Sequence[Any], skills: Sequence[str]) -> None:
        family = titles.family(row.title)
        pay = f.yearly_pay(row)
        named = f.facets(row, company_key, titles.tokens(row.title), family, places, skills, pay)
        columns = [self.column.setdefault(name, len(self.column)) for name in named]
        for place in places:
            if place.city and place.country and place.latitude is not None:
                self.where[f"city:{place.city}, {place.country}"] = (place.latitude, place.longitude)
        moment = row.posted_at or row.first_seen_at
        self.values["ids"].append(row.id)
        self.values["company"].append(self.column[f"company:{company_key}"] if company_key else -1)
        self.values["posted"].append((moment - _EPOCH).days if moment else -1)
        self.values["family"].append(f.code(family, FAMILIES))
        self.values["level"].append(f.code(row.seniority, f.LEVELS))
        self.values["workplace"].append(f.code(row.workplace, f.WORKPLACES))
        self.values["employment"].append(f.code(row.employment_type, f.EMPLOYMENTS))
        self.values["pay_low"].append(pay[0])
        self.values["pay_high"].append(pay[1])
        self.vectors.append(np.rint(titles.vector(row.title) * 127).astype(np.int8))
        self.indices += sorted(columns)
        self.indptr.append(len(self.indices))


def _joined(old: Features, kept: np.ndarray, new: _Rows) -> Features:
    matrix = old.matrix[kept]
    arrays = {
        name: np.concatenate([getattr(old, name)[kept], np.array(new.values[name], kind)])
        for name, kind in _COLUMNS.items()
    }
    fresh = np.stack(new.vectors) if new.vectors else np.zeros((0, titles.DIM), np.int8)
    arrays["vectors"] = np.concatenate([old.vectors[kept], fresh])
    arrays["indices"] = np.concatenate([matrix.indices, np.array(new.indices, np.int32)]).astype(np.int32)
    arrays["indptr"] = np.concatenate([matrix.indptr, matrix.indptr[-1] + np.array(new.indptr[1:], np.int64)]).astype(
        np.int32
    )
    names = list(new.column)
    where = np.full((len(names), 2), np.nan, np.float32)
    where[: len(old.where)] = old.where
    for name, point in new.where.items():
        where[new.column[name]] = point
    arrays["where"] = where
    return _compact(arrays, names)


def _compact(arrays: dict[str, np.ndarray], names: list[str]) -> Features:
    """Rows in the order of their ids; without facets that no posting has."""
    order = np.argsort(arrays["ids"], kind="stable")
    used = np.bincount(arrays["indices"], minlength=len(names)) > 0
    renamed = np.cumsum(used) - 1
    matrix = sp.csr_matrix(
        (np.ones(len(arrays["indices"]), np.float32), renamed[arrays["indices"]], arrays["indptr"]),
        shape=(len(order), int(used.sum())),
    )[order]
    matrix.sort_indices()
    company = arrays["company"]
    company[company >= 0] = renamed[company[company >= 0]]
    out = {name: arrays[name][order] for name in (*_COLUMNS, "vectors")}
    out |= {
        "where": arrays["where"][used],
        "indices": matrix.indices.astype(np.int32),
        "indptr": matrix.indptr.astype(np.int32),
    }
    return Features(out, [name for name, use in zip(names, used, strict=True) if use])


def _read(session: Session, which: Sequence[Any], rows: _Rows) -> _Rows:
    """`rows` with the postings that fulfil the conditions."""
    companies: dict[int | None, str] = dict(session.exec(select(Company.id, Company.key)).all())
    concepts: dict[int | None, str] = dict(session.exec(select(SkillConcept.id, SkillConcept.concept)).all())
    statement: Any = select(*_READ).where(*which).order_by(col(Posting.id))
    for batch in _batches(session.exec(statement)):
        places = _by_posting(
            session,
            batch,
            PostingPlace.posting_id,
            PostingPlace.country,
            PostingPlace.region,
            PostingPlace.city,
            PostingPlace.latitude,
            PostingPlace.longitude,
        )
        skills = _by_posting(session, batch, PostingSkill.posting_id, PostingSkill.skill_id, PostingSkill.position)
        for row in batch:
            named = [concepts[skill.skill_id] for skill in skills.get(row.id, ()) if skill.skill_id in concepts]
            rows.add(row, companies.get(row.company_id, ""), places.get(row.id, ()), named)
    return rows


def _by_posting(session: Session, batch: Sequence[Any], key: Any, *columns: Any) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = {}
    ids = [row.id for row in batch]
    for start in range(0, len(ids), 500):  # well below the engines' limits on parameters
        for row in session.exec(select(key, *columns).where(key.in_(ids[start : start + 500]))):
            out.setdefault(row[0], []).append(row)
    return out


def _batches(rows: Any) -> Iterator[list[Any]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
