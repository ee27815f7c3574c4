"""Clusters in the store: join duplicates as they arrive, show one open member, split what was joined wrongly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from jobswipe.errors import NotFoundError
from jobswipe.models import Cluster, ClusterMember, Company, Posting, Source
from jobswipe.models.base import table
from jobswipe.postings import rows
from jobswipe.postings.dedupe import Candidate, Merge, merges, same_place
from jobswipe.postings.keys import company_key, title_key
from jobswipe.postings.posting import Posting as Shape
from jobswipe.sources import registry


def join_duplicates(
    session: Session,
    source: Source,
    fresh: Mapping[int, Shape],
    companies: Mapping[str, int],
    now: datetime,
    sequence: int,
) -> tuple[int, int]:
    """Join just inserted postings with the open ones that they repeat.

    Answers how many of them now stand behind another posting, and the change sequence number reached.
    """
    keys: dict[tuple[int, str], list[int]] = defaultdict(list)
    for posting_id, posting in fresh.items():
        company_id = companies.get(company_key(posting.company))
        if company_id is not None:
            keys[company_id, title_key(posting.title)].append(posting_id)
    if not keys:
        return 0, sequence
    known: dict[tuple[int, str], list[int]] = defaultdict(list)
    closed: dict[tuple[int, str], list[int]] = defaultdict(list)
    by_company: dict[int, list[str]] = defaultdict(list)
    for company_id, key in keys:
        by_company[company_id].append(key)
    postings = table(Posting).c
    for company_id, titles in by_company.items():
        # A statement for each company: SQLite does not use an index for pairs of columns.
        statement = sa_select(postings.id, postings.title_key, postings.state, postings.source_id).where(
            postings.company_id == company_id, postings.title_key.in_(titles)
        )
        for posting_id, key, state, source_id in session.execute(statement):
            if state == "open":
                known[company_id, key].append(posting_id)
            elif source_id == source.id:
                closed[company_id, key].append(posting_id)
    for block, earlier in closed.items():
        _mark_reposts(session, earlier, {posting_id: fresh[posting_id] for posting_id in keys[block]})
    blocks = {key: ids for key, ids in known.items() if len(ids) > 1 and _worth_comparing(source, keys[key], ids)}
    joined: set[int] = set()
    for ids in blocks.values():
        sequence = _join_block(session, sorted(ids), fresh, now, sequence, joined)
    return len(joined & set(fresh)), sequence


def _mark_reposts(session: Session, closed: list[int], fresh: Mapping[int, Shape]) -> None:
    """Point each new posting at the latest closed one of its source with the same company, title and place."""
    shapes = rows.load(session, closed, with_skills=False)
    for posting_id, shape in fresh.items():
        for earlier in sorted(closed, reverse=True):
            if same_place(shapes[earlier], shape):
                session.execute(update(Posting).where(col(Posting.id) == posting_id).values(repost_of_id=earlier))
                break


def _worth_comparing(source: Source, fresh: list[int], everyone: list[int]) -> bool:
    # A first-party board's own postings never merge with each other, so a block of only them holds nothing to join.
    return not registry.adapter(source.kind).POLICY.first_party or len(everyone) > len(fresh)


def _join_block(
    session: Session, ids: list[int], fresh: Mapping[int, Shape], now: datetime, sequence: int, joined: set[int]
) -> int:
    posting, origin, member = table(Posting).c, table(Source).c, table(ClusterMember).c
    statement = (
        sa_select(posting.id, origin.kind, origin.id.label("source_id"), member.split_at)
        .join_from(table(Posting), table(Source), origin.id == posting.source_id)
        .outerjoin(table(ClusterMember), member.posting_id == posting.id)
        .where(posting.id.in_(ids))
    )
    home: dict[int, Any] = {row.id: row for row in session.execute(statement)}
    shapes = rows.load(session, [one for one in ids if one not in fresh], with_skills=False)
    block: list[Candidate] = []
    for posting_id in ids:
        shape = fresh.get(posting_id) or shapes[posting_id]
        origin_row = home[posting_id]
        block.append(
            Candidate(
                id=str(posting_id),
                company=shape.company,
                title=shape.title,
                places=shape.places,
                remote_countries=shape.remote_countries,
                text=shape.description_text,
                source=str(origin_row.source_id),
                first_party=registry.adapter(origin_row.kind).POLICY.first_party,
                requisition_id=shape.requisition_id,
            )
        )
    split = {posting_id for posting_id in ids if home[posting_id].split_at}
    for merge in merges(block):
        first, second = ids[merge.first], ids[merge.second]
        if split & {first, second} or not {first, second} & set(fresh):
            continue
        _join(session, first, second, merge, now)
        joined.update({max(first, second)} & set(fresh) or {first, second} & set(fresh))
    clusters = set(session.exec(select(Posting.cluster_id).where(col(Posting.id).in_(ids))))
    return show_one(session, {one for one in clusters if one is not None}, sequence)


def _join(session: Session, first: int, second: int, merge: Merge, now: datetime) -> None:
    clusters = dict(
        session.exec(select(Posting.id, Posting.cluster_id).where(col(Posting.id).in_([first, second]))).all()
    )
    kept = clusters[first] or clusters[second]
    if kept is None:
        cluster = Cluster(created_at=now)
        session.add(cluster)
        session.flush()
        kept = cluster.id
    gone = clusters[second] if clusters[first] and clusters[second] != kept else None
    if gone is not None:
        session.execute(update(ClusterMember).where(col(ClusterMember.cluster_id) == gone).values(cluster_id=kept))
        session.execute(update(Posting).where(col(Posting.cluster_id) == gone).values(cluster_id=kept))
        session.execute(delete(Cluster).where(col(Cluster.id) == gone))
    for posting_id in (first, second):
        if clusters[posting_id] is None and kept is not None:
            session.add(
                ClusterMember(
                    posting_id=posting_id,
                    cluster_id=kept,
                    reason=merge.verdict.reason,
                    similarity=merge.verdict.similarity,
                    joined_at=now,
                )
            )
            session.execute(update(Posting).where(col(Posting.id) == posting_id).values(cluster_id=kept))
    session.flush()


def show_one(session: Session, cluster_ids: Iterable[int], sequence: int) -> int:
    """Make each cluster show its open member with the smallest id; answers the change sequence number reached."""
    wanted = list(cluster_ids)
    if not wanted:
        return sequence
    statement = (
        select(Posting.id, Posting.cluster_id, Posting.shown, Posting.state)
        .where(col(Posting.cluster_id).in_(wanted))
        .order_by(col(Posting.id))
    )
    shown: set[int | None] = set()
    for posting_id, cluster_id, is_shown, state in session.exec(statement).all():
        should = state == "open" and cluster_id not in shown
        if should:
            shown.add(cluster_id)
        if should != is_shown:
            sequence += 1
            session.execute(
                update(Posting).where(col(Posting.id) == posting_id).values(shown=should, change_seq=sequence)
            )
    return sequence


def members(session: Session, posting_id: int) -> list[tuple[Posting, ClusterMember, str | None]]:
    """The other postings of a posting's cluster, each with why it belongs there and its source's name."""
    posting = session.get(Posting, posting_id)
    if posting is None:
        raise NotFoundError(f"No posting {posting_id}.")
    if posting.cluster_id is None:
        return []
    statement = (
        select(Posting, ClusterMember, Source)
        .join(ClusterMember, col(ClusterMember.posting_id) == col(Posting.id))
        .join(Source, col(Source.id) == col(Posting.source_id))
        .where(Posting.cluster_id == posting.cluster_id, Posting.id != posting_id)
        .order_by(col(Posting.id))
    )
    return [(row, member, f"{source.kind}:{source.board}") for row, member, source in session.exec(statement)]


def split(session: Session, posting_id: int, now: datetime) -> None:
    """Take a posting out of its cluster, for good: it is shown by itself and is not joined again."""
    posting = session.get(Posting, posting_id)
    member = session.get(ClusterMember, posting_id)
    if posting is None or member is None or posting.cluster_id is None:
        raise NotFoundError(f"Posting {posting_id} is not merged with another.")
    left = posting.cluster_id
    counter = rows.lock_changes(session)
    member.split_at = now
    posting.cluster_id = None
    posting.shown = posting.state == "open"
    counter.value += 1
    posting.change_seq = counter.value
    session.add_all([member, posting])
    session.flush()
    rest = session.exec(select(Posting.id).where(Posting.cluster_id == left)).all()
    counter.value = show_one(session, {left}, counter.value)
    if len(rest) == 1:
        # One posting is no cluster. Its membership goes too, so that it may join another later.
        session.execute(delete(ClusterMember).where(col(ClusterMember.posting_id) == rest[0]))
        session.execute(update(Posting).where(col(Posting.id) == rest[0]).values(cluster_id=None))
    session.add(counter)
    session.flush()


def company_name(session: Session, company_id: int | None) -> str | None:
    return session.exec(select(Company.name).where(Company.id == company_id)).one_or_none() if company_id else None
