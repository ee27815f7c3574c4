"""The event lake: Parquet files that grow with the store, append-only, so that reports never scan the database.

lake/postings/FROM-TO.parquet   a posting as it became at each change, by change sequence number
lake/skills/FROM-TO.parquet     the skills of those postings, likewise
lake/swipes/FROM-TO.parquet     verdicts, by id
lake/events/FROM-TO.parquet     what happened to applications, by id
lake/snapshots/FROM-TO.parquet  figures of the store at moments of the past, by id

A file's name holds the numbers that it covers. It is written under another name and then renamed, so that a killed
process leaves no half file; the next append goes on from the highest number. All of it is derived: delete it at will.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Select, func, select
from sqlmodel import Session, SQLModel

from jobswipe.db.engine import Database
from jobswipe.models import (
    Application,
    ApplicationEvent,
    ChangeCounter,
    Company,
    MetricSnapshot,
    Posting,
    PostingPlace,
    PostingSkill,
    SkillConcept,
    Source,
    Swipe,
)
from jobswipe.models.base import table
from jobswipe.pay import convert

CHUNK = 20_000
"""Numbers that one file covers at most when it is appended."""
MAX_FILES = 32
"""Files of one table from which on they are put together into one."""

_MOMENT = pa.timestamp("us", tz="UTC")
SCHEMAS: dict[str, pa.Schema] = {
    "postings": pa.schema(
        [
            ("seq", pa.int64()),
            ("posting_id", pa.int64()),
            ("source", pa.string()),
            ("company", pa.string()),
            ("title", pa.string()),
            ("state", pa.string()),
            ("shown", pa.bool_()),
            ("country", pa.string()),
            ("city", pa.string()),
            ("workplace", pa.string()),
            ("employment_type", pa.string()),
            ("seniority", pa.string()),
            ("salary_currency", pa.string()),
            ("salary_year_min", pa.float64()),
            ("salary_year_max", pa.float64()),
            ("language", pa.string()),
            ("posted_at", _MOMENT),
            ("first_seen_at", _MOMENT),
            ("closed_at", _MOMENT),
        ]
    ),
    "skills": pa.schema([("seq", pa.int64()), ("posting_id", pa.int64()), ("skill", pa.string())]),
    "swipes": pa.schema(
        [
            ("seq", pa.int64()),
            ("person_id", pa.int64()),
            ("posting_id", pa.int64()),
            ("verdict", pa.string()),
            ("undoes_id", pa.int64()),
            ("score", pa.float64()),
            ("deck_position", pa.int64()),
            ("explored", pa.bool_()),
            ("at", _MOMENT),
        ]
    ),
    "events": pa.schema(
        [
            ("seq", pa.int64()),
            ("person_id", pa.int64()),
            ("application_id", pa.int64()),
            ("kind", pa.string()),
            ("from_stage", pa.string()),
            ("to_stage", pa.string()),
            ("at", _MOMENT),
        ]
    ),
    "snapshots": pa.schema(
        [
            ("seq", pa.int64()),
            ("at", _MOMENT),
            ("figure", pa.string()),
            ("label", pa.string()),
            ("value", pa.float64()),
        ]
    ),
}
_BY_ID: dict[str, type[SQLModel]] = {"swipes": Swipe, "events": ApplicationEvent, "snapshots": MetricSnapshot}
"""Tables of the store whose rows are only added, by that of the lake."""
_NAME = re.compile(r"(\d{12})-(\d{12})\.parquet\Z")


class Lake:
    """The lake of one data directory. `append` brings it up to the store; two processes take turns."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def pattern(self, name: str) -> str:
        """The glob of a table's files, for DuckDB."""
        return str(self.directory / name / "*.parquet")

    def append(self, database: Database) -> dict[str, int]:
        """Write what the store has and the lake has not; answers the rows added by table."""
        for name in SCHEMAS:
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        added = dict.fromkeys(SCHEMAS, 0)
        with self._lock(), database.read() as session:
            for name in ("postings", *_BY_ID):
                last, high = self._reached(name), _high(session, name)
                if last > high:  # another or an older store: what the lake says is not of this one
                    self._forget(name)
                    last = 0
                while last < high:
                    upto = min(last + CHUNK, high)
                    added[name] += self._write(name, last, upto, _rows(session, name, last, upto))
                    if name == "postings":
                        added["skills"] += self._write("skills", last, upto, _skills(session, last, upto))
                    last = upto
            for name in SCHEMAS:
                if not self._files(name):
                    self._write(name, 0, 0, [])  # a table without a row is a table, too
                self._compact(name)
        return added

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.directory / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _files(self, name: str) -> list[tuple[int, int, Path]]:
        found = []
        for path in (self.directory / name).iterdir():
            match = _NAME.match(path.name)
            if match:
                found.append((int(match[1]), int(match[2]), path))
            else:
                path.unlink()  # left by a killed process
        return sorted(found)

    def _reached(self, name: str) -> int:
        """The highest number up to which nothing is missing; what lies beyond a gap or cannot be read is dropped."""
        reached = 0
        for first, last, path in self._files(name):
            if first != reached or not _readable(path, SCHEMAS[name]):
                path.unlink()
            else:
                reached = last
        if name == "postings":
            # Both are written in turn: a process killed in between leaves the skills behind.
            reached = min(reached, self._reached("skills"))
            for _, last, path in self._files(name):
                if last > reached:
                    path.unlink()
        return reached

    def _forget(self, name: str) -> None:
        for each in ("postings", "skills") if name == "postings" else (name,):
            shutil.rmtree(self.directory / each)
            (self.directory / each).mkdir()

    def _write(self, name: str, first: int, last: int, rows: Sequence[Sequence[Any]]) -> int:
        schema = SCHEMAS[name]
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        self._put(name, first, last, pa.Table.from_arrays(arrays, schema=schema))
        return len(rows)

    def _put(self, name: str, first: int, last: int, content: pa.Table) -> None:
        final = self.directory / name / f"{first:012d}-{last:012d}.parquet"
        partial = final.with_suffix(".partial")
        pq.write_table(content, partial, compression="zstd")
        partial.replace(final)

    def _compact(self, name: str) -> None:
        files = self._files(name)
        if len(files) < MAX_FILES:
            return
        content = pa.concat_tables(pq.read_table(path) for _, _, path in files)
        partial = self.directory / name / "compacted.partial"
        pq.write_table(content, partial, compression="zstd")
        # The files go first: killed here, the next append writes them again from the store.
        for _, _, path in files:
            path.unlink()
        partial.replace(self.directory / name / f"{0:012d}-{files[-1][1]:012d}.parquet")


def _readable(path: Path, schema: pa.Schema) -> bool:
    try:
        return bool(pq.read_schema(path).equals(schema))
    except (OSError, pa.ArrowException):
        return False


def _high(session: Session, name: str) -> int:
    if name == "postings":
        counter = session.get(ChangeCounter, "posting")
        return counter.value if counter else 0
    return session.execute(select(func.max(table(_BY_ID[name]).c.id))).scalar() or 0


def _rows(session: Session, name: str, first: int, last: int) -> list[tuple[Any, ...]]:
    if name == "postings":
        return [_posting(row) for row in session.execute(_postings(first, last))]
    if name == "swipes":
        swipe = table(Swipe).c
        query: Select[Any] = select(
            swipe.id, swipe.person_id, swipe.posting_id, swipe.verdict, swipe.undoes_id, swipe.score,
            swipe.deck_position, swipe.explored, swipe.at,
        ).where(swipe.id > first, swipe.id <= last)  # fmt: skip
    elif name == "snapshots":
        one = table(MetricSnapshot).c
        query = select(one.id, one.at, one.figure, one.label, one.value).where(one.id > first, one.id <= last)
    else:
        event, application = table(ApplicationEvent).c, table(Application).c
        query = (
            select(
                event.id, application.person_id, event.application_id, event.kind, event.from_stage, event.to_stage,
                event.at,
            )
            .join_from(table(ApplicationEvent), table(Application))
            .where(event.id > first, event.id <= last)
        )  # fmt: skip
    return [tuple(row) for row in session.execute(query)]


def _postings(first: int, last: int) -> Select[Any]:
    posting, source, company, place = table(Posting).c, table(Source).c, table(Company).c, table(PostingPlace).c
    return (
        select(
            posting.change_seq, posting.id, source.kind, source.board, company.name, posting.title, posting.state,
            posting.shown, place.country, place.city, posting.workplace, posting.employment_type, posting.seniority,
            posting.salary_currency, posting.salary_min, posting.salary_max, posting.salary_period, posting.language,
            posting.posted_at, posting.first_seen_at, posting.closed_at,
        )
        .join_from(table(Posting), table(Source), source.id == posting.source_id)
        .outerjoin(table(Company), company.id == posting.company_id)
        .outerjoin(table(PostingPlace), (place.posting_id == posting.id) & (place.position == 0))
        .where(posting.change_seq > first, posting.change_seq <= last)
    )  # fmt: skip


def _posting(row: Any) -> tuple[Any, ...]:
    (seq, posting_id, kind, board, company, title, state, shown, country, city, workplace, employment, seniority,
     currency, low, high, period, language, posted_at, first_seen_at, closed_at) = row  # fmt: skip
    yearly = [
        convert(amount, currency, period, currency, "year") if amount is not None and currency else None
        for amount in (low, high)
    ]
    return (seq, posting_id, f"{kind}:{board}", company, title, state, shown, country, city, workplace, employment,
            seniority, currency, *yearly, language, posted_at, first_seen_at, closed_at)  # fmt: skip


def _skills(session: Session, first: int, last: int) -> list[tuple[Any, ...]]:
    posting, listed, skill = table(Posting).c, table(PostingSkill).c, table(SkillConcept).c
    query = (
        select(posting.change_seq, posting.id, skill.name)
        .join_from(table(Posting), table(PostingSkill), listed.posting_id == posting.id)
        .join(table(SkillConcept), skill.id == listed.skill_id)
        .where(posting.change_seq > first, posting.change_seq <= last)
    )
    return [tuple(row) for row in session.execute(query)]
