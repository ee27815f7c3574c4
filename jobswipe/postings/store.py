"""One batch of read records into the store, in two steps: `plan` without a lock, `apply` in one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jobswipe import skills
from jobswipe.db.insert import insert_missing
from jobswipe.errors import InputError
from jobswipe.models import ChangeCounter, Company, PostingPlace, PostingSkill, PostingVersion, SkillConcept, Source
from jobswipe.models import Posting as PostingRow
from jobswipe.models.base import table
from jobswipe.notifications import events
from jobswipe.places.place import Place
from jobswipe.postings import rows
from jobswipe.postings.clusters import join_duplicates, show_one
from jobswipe.postings.keys import company_key
from jobswipe.postings.normalise import batches, normalise, printable, sound
from jobswipe.postings.posting import Posting
from jobswipe.postings.rows import lock_changes
from jobswipe.skills.skill import Skill
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting, Rejection

NORMALISER = "1"
"""Part of every record's hash: raising it makes the next poll look at all records anew."""

UNLISTED = "the board does not list it publicly"
"""The one rejection that means gone rather than unreadable."""


class Counts(msgspec.Struct, kw_only=True):
    """What became of the records: read = stored + unchanged + merged + rejected; the others are among `stored`."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    changed: int = 0
    reopened: int = 0

    def add(self, other: Counts) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Record(msgspec.Struct, kw_only=True):
    """A record on its way: `posting` is None where its hash says that the store has it as it is."""

    raw: RawPosting
    raw_hash: str
    posting: Posting | None = None


class Plan(msgspec.Struct, kw_only=True):
    """A batch that is ready to be applied."""

    records: list[Record]
    rejections: list[Rejection]
    counts: Counts


def raw_hash(raw: RawPosting) -> str:
    return blake2b(msgspec.msgpack.encode(raw), digest_size=16, person=NORMALISER.encode()).hexdigest()


def plan(session: Session, source: Source, batch: Sequence[RawPosting | Rejection], context: ReadContext) -> Plan:
    """Unite records of one id, drop the unlisted, and normalise what the store does not have as it is."""
    counts = Counts(read=len(batch))
    rejections = [
        Rejection(record=printable(one.record), reason=one.reason) for one in batch if isinstance(one, Rejection)
    ]
    by_id: dict[str, RawPosting] = {}
    for raw in batch:
        if isinstance(raw, Rejection):
            continue
        raw = sound(raw)
        if not raw.listed:
            rejections.append(Rejection(record=raw.external_id, reason=UNLISTED))
        elif raw.external_id in by_id:
            _unite(by_id[raw.external_id], raw)
            counts.merged += 1
        else:
            by_id[raw.external_id] = raw
    known = _known_hashes(session, source, by_id)
    records = [Record(raw=raw, raw_hash=raw_hash(raw)) for raw in by_id.values()]
    fresh = [record for record in records if known.get(record.raw.external_id) != record.raw_hash]
    unread: set[int] = set()
    for together in batches(fresh):
        found = normalise([record.raw for record in together], source.kind, context)
        for record, posting in zip(together, found, strict=True):
            if isinstance(posting, InputError):
                rejections.append(Rejection(record=record.raw.external_id or record.raw.title, reason=posting.message))
                unread.add(id(record))
            else:
                record.posting = posting
    counts.rejected = len(rejections)
    records = [record for record in records if id(record) not in unread]
    return Plan(records=records, rejections=rejections, counts=counts)


def apply(session: Session, source: Source, run_id: int, prepared: Plan, now: datetime, context: ReadContext) -> Counts:
    """Write a prepared batch. The change counter's lock makes batches of all processes follow one another."""
    writer = _Writer(session, source, run_id, now)
    if any(record.posting is not None for record in prepared.records):
        writer.lock()
    counts = prepared.counts
    stored = _stored(session, source, [record.raw.external_id for record in prepared.records])
    fresh: list[Record] = []
    for record in prepared.records:
        row = stored.get(record.raw.external_id)
        if row is None:
            record.posting = record.posting or _again(record, source, context)
            fresh.append(record)
        elif record.posting is None and row.raw_hash == record.raw_hash:
            writer.seen(row, counts)
        else:
            record.posting = record.posting or _again(record, source, context)
            writer.review(row, record, counts)
    writer.insert(fresh, counts)
    writer.flush()
    return counts


def _again(record: Record, source: Source, context: ReadContext) -> Posting:
    """The posting of a record that was stored when planned and is not any more: another process was faster."""
    (posting,) = normalise([record.raw], source.kind, context)
    if isinstance(posting, InputError):
        raise posting
    return posting


class _Writer:
    """Collects a batch's row changes and writes them with few statements."""

    def __init__(self, session: Session, source: Source, run_id: int, now: datetime) -> None:
        assert source.id is not None  # noqa: S101 - a stored source has its id; this is for the type checker
        self.session, self.source, self.source_id = session, source, source.id
        self.run_id, self.now = run_id, now
        self.counter: ChangeCounter | None = None
        self.sequence = 0
        self.touched: list[int] = []
        self.reshown: set[int] = set()
        self.news: list[events.Change] = []

    def lock(self) -> None:
        """Take the change counter's row lock, once. A batch that changes nothing does without."""
        if self.counter is None:
            self.counter = lock_changes(self.session)
            self.sequence = self.counter.value

    def next_sequence(self) -> int:
        self.lock()
        self.sequence += 1
        return self.sequence

    def seen(self, row: Any, counts: Counts) -> None:
        """The record is as it was."""
        if row.last_run_id == self.run_id:
            counts.merged += 1
            return
        if row.state == "closed" and not self._over(row.valid_through):
            self._reopen(row, counts)
        else:
            counts.unchanged += 1
        self.touched.append(row.id)

    def _over(self, valid_through: datetime | None) -> bool:
        """Whether a posting's own end has passed: a board that still lists it does not open it again."""
        return valid_through is not None and valid_through < self.now

    def _reopen(self, row: Any, counts: Counts) -> None:
        self._version(row.id, "reopened", ["state"], {"state": "closed", "closed_at": _iso(row.closed_at)})
        self.session.execute(
            update(table(PostingRow))
            .where(table(PostingRow).c.id == row.id)
            .values(state="open", closed_at=None, shown=True, change_seq=self.next_sequence())
        )
        if row.cluster_id is not None:
            self.reshown.add(row.cluster_id)
        counts.reopened += 1
        counts.stored += 1

    def review(self, row: Any, record: Record, counts: Counts) -> None:
        """The record differs from the one that was read last: keep what it said before, if that changes the posting."""
        posting = record.posting
        assert posting is not None  # noqa: S101 - the caller normalised it
        before = rows.load(self.session, [row.id], with_skills=False)[row.id]
        if row.last_run_id == self.run_id:
            # A second record of one id in one poll: only its places can add something.
            posting = msgspec.structs.replace(before, places=_united(before.places, posting.places))
        changed = [name for name in rows.CONTENT if getattr(before, name) != getattr(posting, name)]
        if row.last_run_id == self.run_id:
            counts.merged += 1
        elif row.state == "closed" and not self._over(posting.valid_through):
            self._reopen(row, counts)
            counts.changed += bool(changed)
        elif changed:
            counts.changed += 1
            counts.stored += 1
        else:
            counts.unchanged += 1
        values: dict[str, Any] = {"raw_hash": record.raw_hash, "last_run_id": self.run_id, "last_seen_at": self.now}
        if row.last_run_id == self.run_id:
            values.pop("raw_hash")
        if changed:
            if row.last_run_id != self.run_id:
                old = {name: msgspec.to_builtins(getattr(before, name)) for name in changed}
                new = {name: msgspec.to_builtins(getattr(posting, name)) for name in changed}
                self._version(row.id, "changed", changed, old, new)
            values |= rows.columns(posting) | {"change_seq": self.next_sequence()}
            if "company" in changed:
                values["company_id"] = _company_ids(self.session, [posting.company]).get(company_key(posting.company))
            reads_skills = bool({"title", "description_text"} & set(changed))
            self._replace_details(row.id, posting, with_skills=reads_skills)
            if reads_skills:
                values["skills_edition"] = skills.EDITION
        self.session.execute(update(table(PostingRow)).where(table(PostingRow).c.id == row.id).values(**values))

    def _replace_details(self, posting_id: int, posting: Posting, *, with_skills: bool) -> None:
        places = table(PostingPlace)
        self.session.execute(places.delete().where(places.c.posting_id == posting_id))
        if posting.places:
            self.session.execute(insert(places), rows.place_rows(posting_id, posting.places))
        if with_skills:
            listed = table(PostingSkill)
            self.session.execute(listed.delete().where(listed.c.posting_id == posting_id))
            insert_skills(self.session, [(posting_id, posting.skills)])

    def _version(
        self,
        posting_id: int,
        kind: str,
        changed: list[str],
        before: dict[str, Any],
        after: dict[str, Any] | None = None,
    ) -> None:
        number = add_version(self.session, posting_id, kind, changed, before, self.now)
        self.news.append(
            events.Change(posting_id=posting_id, number=number, kind=kind, before=before, after=after or {})
        )

    def insert(self, records: Sequence[Record], counts: Counts) -> None:
        """New postings with their places and skills, then the duplicates among them."""
        if not records:
            return
        postings = [record.posting for record in records if record.posting is not None]
        companies = _company_ids(self.session, [posting.company for posting in postings])
        values = [
            rows.columns(posting)
            | {
                "source_id": self.source_id,
                "external_id": record.raw.external_id,
                "company_id": companies.get(company_key(posting.company)),
                "state": "open",
                "shown": True,
                "change_seq": self.next_sequence(),
                "raw_hash": record.raw_hash,
                "last_run_id": self.run_id,
                "first_seen_at": self.now,
                "last_seen_at": self.now,
                "skills_edition": skills.EDITION,
            }
            for record, posting in zip(records, postings, strict=True)
        ]
        ids = list(
            self.session.scalars(
                insert(table(PostingRow)).returning(table(PostingRow).c.id, sort_by_parameter_order=True), values
            )
        )
        pairs = list(zip(ids, postings, strict=True))
        place_rows = [row for posting_id, posting in pairs for row in rows.place_rows(posting_id, posting.places)]
        if place_rows:
            self.session.execute(insert(table(PostingPlace)), place_rows)
        insert_skills(self.session, [(posting_id, posting.skills) for posting_id, posting in pairs])
        joined, self.sequence = join_duplicates(
            self.session, self.source, dict(pairs), companies, self.now, self.sequence
        )
        counts.merged += joined
        counts.stored += len(ids) - joined

    def flush(self) -> None:
        if self.touched:
            postings = table(PostingRow)
            self.session.connection().execute(
                update(postings)
                .where(postings.c.id == bindparam("posting"))
                .values(last_run_id=self.run_id, last_seen_at=self.now),
                [{"posting": posting_id} for posting_id in self.touched],
            )
        self.sequence = show_one(self.session, self.reshown, self.sequence)
        events.postings(self.session, self.news, self.now)
        if self.counter is not None:
            self.counter.value = self.sequence
            self.session.add(self.counter)


def insert_skills(session: Session, pairs: Sequence[tuple[int, Sequence[Skill]]]) -> None:
    """The skills of postings that have none stored, best first."""
    known = _skill_ids(session, {skill.id: skill.name for _, found in pairs for skill in found})
    listed = [
        {"posting_id": posting_id, "position": position, "skill_id": known[skill.id], "quote": skill.quote}
        for posting_id, found in pairs
        for position, skill in enumerate(found)
    ]
    if listed:
        session.execute(insert(table(PostingSkill)), listed)


def add_version(
    session: Session, posting_id: int, kind: str, changed: list[str], before: dict[str, Any], now: datetime
) -> int:
    """Append to a posting's history; the number of the version."""
    last = session.exec(
        select(PostingVersion.number)
        .where(PostingVersion.posting_id == posting_id)
        .order_by(col(PostingVersion.number).desc())
        .limit(1)
    ).first()
    number = (last or 0) + 1
    session.add(PostingVersion(posting_id=posting_id, number=number, at=now, kind=kind, changed=changed, before=before))
    session.flush()
    return number


# Built once: composing a statement costs more than running it.
_POSTINGS = table(PostingRow).c
_OF_SOURCE = (
    _POSTINGS.source_id == bindparam("source_id"),
    _POSTINGS.external_id.in_(bindparam("external_ids", expanding=True)),
)
_HASHES = select_columns(_POSTINGS.external_id, _POSTINGS.raw_hash).where(*_OF_SOURCE)
_STORED = select_columns(
    _POSTINGS.external_id,
    _POSTINGS.id,
    _POSTINGS.raw_hash,
    _POSTINGS.state,
    _POSTINGS.closed_at,
    _POSTINGS.last_run_id,
    _POSTINGS.cluster_id,
    _POSTINGS.valid_through,
).where(*_OF_SOURCE)


def _known_hashes(session: Session, source: Source, external_ids: Iterable[str]) -> dict[str, str]:
    found = session.execute(_HASHES, {"source_id": source.id, "external_ids": list(external_ids)})
    return {row.external_id: row.raw_hash for row in found}


def _stored(session: Session, source: Source, external_ids: list[str]) -> dict[str, Any]:
    found = session.execute(_STORED, {"source_id": source.id, "external_ids": external_ids})
    return {row.external_id: row for row in found}


def _company_ids(session: Session, names: Iterable[str | None]) -> dict[str, int]:
    by_key = {company_key(name): name for name in names if name and company_key(name)}
    statement = select(Company.key, Company.id).where(col(Company.key).in_(list(by_key)))
    found: dict[str, Any] = dict(session.exec(statement).all())
    missing = [{"key": key, "name": name} for key, name in by_key.items() if key not in found]
    if missing:
        insert_missing(session, table(Company), missing, ["key"])
        found = dict(session.exec(statement).all())
    return found


def _skill_ids(session: Session, names: dict[str, str]) -> dict[str, int]:
    statement = select(SkillConcept.concept, SkillConcept.id).where(col(SkillConcept.concept).in_(list(names)))
    found: dict[str, Any] = dict(session.exec(statement).all())
    missing = [{"concept": concept, "name": name} for concept, name in names.items() if concept not in found]
    if missing:
        insert_missing(session, table(SkillConcept), missing, ["concept"])
        found = dict(session.exec(statement).all())
    return found


def _unite(kept: RawPosting, other: RawPosting) -> None:
    """Two records of one id in one payload: a board that lists a posting once for each place."""
    kept.locations = kept.locations + [place for place in other.locations if place not in kept.locations]


def _united(one: tuple[Place, ...], other: tuple[Place, ...]) -> tuple[Place, ...]:
    return one + tuple(place for place in other if place not in one)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
