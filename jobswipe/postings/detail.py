"""One posting in full: its shape, its life, its versions, and what it is merged with."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe.errors import NotFoundError
from jobswipe.models import Posting, PostingVersion, Source
from jobswipe.postings import clusters, rows


def detail(session: Session, posting_id: int) -> dict[str, Any]:
    """The public posting shape, with `posting_id`, `life`, `versions` and `merged`. Raises NotFoundError."""
    row = session.get(Posting, posting_id)
    if row is None:
        raise NotFoundError(f"No posting {posting_id}.", hint="'jobswipe match' shows the ids")
    source = session.get(Source, row.source_id)
    shape = msgspec.to_builtins(rows.load(session, [posting_id])[posting_id])
    versions = session.exec(
        select(PostingVersion).where(PostingVersion.posting_id == posting_id).order_by(col(PostingVersion.number))
    )
    return {
        "posting_id": posting_id,
        **shape,
        "life": {
            "source": f"{source.kind}:{source.board}" if source else None,
            "state": row.state,
            "shown": row.shown,
            "first_seen_at": row.first_seen_at,
            "last_seen_at": row.last_seen_at,
            "closed_at": row.closed_at,
            "repost_of": row.repost_of_id,
        },
        "versions": [
            {"number": one.number, "at": one.at, "kind": one.kind, "changed": one.changed, "before": one.before}
            for one in versions
        ],
        "merged": [
            {
                "posting_id": other.id,
                "source": source_name,
                "url": other.url,
                "state": other.state,
                "reason": member.reason,
                "similarity": member.similarity,
            }
            for other, member, source_name in clusters.members(session, posting_id)
        ],
    }
