"""How far the text index is behind the store, read without opening the index."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import func
from sqlmodel import Session, select

from jobswipe.models import Posting


class _Seq(msgspec.Struct):
    seq: int = 0


class _Mark(msgspec.Struct):
    mark: _Seq


def lag(session: Session, directory: Path) -> int:
    """Changes of postings that the index has not taken; all of them where there is no index."""
    newest = session.exec(select(func.max(Posting.change_seq))).one() or 0
    try:
        seen = msgspec.json.decode((directory / "mark.json").read_bytes(), type=_Mark).mark.seq
    except (OSError, msgspec.DecodeError):
        seen = 0
    return max(newest - seen, 0)
