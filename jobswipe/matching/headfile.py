"""What cards show of all open postings in one file that processes share: a new deck reads no posting from the store.

The file is of its mark's moment. What has changed since is not taken from it; where that is much, it is written anew.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from sqlmodel import Session, select

from jobswipe import skills
from jobswipe.matching import cachefile, turns
from jobswipe.matching.heads import Head, read
from jobswipe.matching.watermark import Watermark, belongs
from jobswipe.models import Posting
from jobswipe.observability.logs import logger
from jobswipe.postings.shown import Shown

FORMAT = 1
"""Grows with every change of what is stored; an older file, or one of other skills, is written anew."""
LACKS, SHARE = 1_000, 0.02
"""How many postings may be read from the store instead before it is written anew: so many, or this share of all."""
_BATCH = 1_000
_PATIENCE = 60.0
"""Seconds that another process's writing is waited for: 100,000 postings take 6."""
_DECODER: msgspec.msgpack.Decoder[tuple[Shown, tuple[int, ...]]] = msgspec.msgpack.Decoder(
    tuple[Shown, tuple[int, ...]]
)
_log = logger(__name__)


@dataclass(frozen=True)
class HeadFile:
    """`ids` ascending; record `i` is `data[starts[i]:starts[i + 1]]` with the CRC-32 `sums[i]`: what is shown of the
    posting, and numbers in `skills`, (concept, name). `valid`: what has not changed since `mark`.
    """

    mark: Watermark
    ids: np.ndarray
    starts: np.ndarray
    sums: np.ndarray
    skills: list[tuple[str, str]]
    data: memoryview
    valid: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def get(self, posting_id: int) -> Head | None:
        """What is shown of a posting; None where the file does not have it as it is now."""
        at = bisect_left(self.ids, posting_id)
        if at == len(self.ids) or self.ids[at] != posting_id or not self.valid[at]:
            return None
        record = self.record(at)
        if record is None:
            return None
        shown, numbers = _DECODER.decode(record)
        return Head(shown, tuple(self.skills[number] for number in numbers))

    def record(self, at: int) -> memoryview | None:
        """The record with that index; None where it is damaged."""
        record = self.data[self.starts[at] : self.starts[at + 1]]
        return record if zlib.crc32(record) == self.sums[at] else None


def _format() -> list[int]:
    return [FORMAT, skills.EDITION]


def _empty() -> HeadFile:
    none = np.zeros(0, np.int64)
    return HeadFile(Watermark(), none, np.zeros(1, np.int64), none, [], memoryview(b""), np.zeros(0, bool))


def load(path: Path) -> HeadFile:
    """The file as it is on disk, mapped; an empty one where there is no usable one."""
    found = cachefile.mapped(path)
    if found is None or found[0].get("format") != _format():
        return _empty()
    header, arrays, data = found
    named = msgspec.msgpack.decode(arrays["skills"].tobytes(), type=list[tuple[str, str]])
    mark = msgspec.convert(header["mark"], Watermark)
    ids = arrays["ids"]
    return HeadFile(mark, ids, arrays["starts"], arrays["sums"], named, data, np.ones(len(ids), bool))


def catch_up(session: Session, path: Path, known: HeadFile | None, wanted: np.ndarray, now: Watermark) -> HeadFile:
    """The file with what it has of the postings `wanted`, whose ids ascend, of the store whose mark is `now`.

    It is written anew where it lacks many of them or many have changed; not for a store that is small.
    """
    allowed = max(LACKS, int(SHARE * len(wanted)))
    if known is not None and (file := _fitting(session, known, wanted, allowed)) is not None:
        return file
    if len(wanted) <= allowed:
        return _empty()
    try:
        with turns.alone(path.with_suffix(".lock"), _PATIENCE):
            there = load(path)  # another process may have written it meanwhile
            if (file := _fitting(session, there, wanted, allowed)) is not None:
                return file
            if not belongs(session, there.mark):
                there = _empty()
            return _written(path, _joined(_without(there, _changed(session, there), wanted), session, wanted, now))
    except OSError as error:  # a directory that may not be written
        _log.warning("heads not kept", error=str(error))
        return _empty()


def _written(path: Path, file: HeadFile) -> HeadFile:
    """The file as it is mapped now; where it cannot be written, as it is in memory."""
    try:
        _save(path, file)
    except OSError as error:
        _log.warning("heads not kept", error=str(error))
        return file
    there = load(path)
    return there if there.mark == file.mark else file


def _fitting(session: Session, file: HeadFile, wanted: np.ndarray, allowed: int) -> HeadFile | None:
    """The file without what has changed, if it still has nearly all that is wanted."""
    if not belongs(session, file.mark):
        return None
    changed = _changed(session, file, allowed + 1)
    if len(changed) > allowed:
        return None
    file = _without(file, changed, wanted)
    return file if len(wanted) - int(file.valid.sum()) <= allowed else None


def _changed(session: Session, file: HeadFile, most: int | None = None) -> np.ndarray:
    """Postings that have changed since the file's mark, `most` of them at most."""
    if not len(file):
        return np.zeros(0, np.int64)
    statement = select(Posting.id).where(Posting.change_seq > file.mark.seq).limit(most)
    return np.array(session.exec(statement).all(), np.int64)


def _without(file: HeadFile, changed: np.ndarray, wanted: np.ndarray) -> HeadFile:
    return replace(file, valid=np.isin(file.ids, wanted) & ~np.isin(file.ids, changed))


def _joined(file: HeadFile, session: Session, wanted: np.ndarray, now: Watermark) -> HeadFile:
    """A file of all that is wanted: what is valid of this one, and the others as the store has them."""
    valid: list[int] = np.flatnonzero(file.valid).tolist()
    records = {int(file.ids[at]): bytes(record) for at in valid if (record := file.record(at)) is not None}
    numbers = {skill: at for at, skill in enumerate(file.skills)}
    lacking = [posting_id for posting_id in wanted.tolist() if posting_id not in records]
    for start in range(0, len(lacking), _BATCH):
        for posting_id, head in read(session, lacking[start : start + _BATCH]).items():
            asked = [numbers.setdefault(skill, len(numbers)) for skill in head.skills]
            records[posting_id] = msgspec.msgpack.encode((head.shown, asked))
    ids = np.array(sorted(records), np.int64)
    ordered = [records[posting_id] for posting_id in ids.tolist()]
    return HeadFile(
        mark=now,
        ids=ids,
        starts=np.concatenate([[0], np.cumsum([len(record) for record in ordered], dtype=np.int64)]),
        sums=np.array([zlib.crc32(record) for record in ordered], np.uint32),
        skills=list(numbers),
        data=memoryview(b"".join(ordered)),
        valid=np.ones(len(ids), bool),
    )


def _save(path: Path, file: HeadFile) -> None:
    named = np.frombuffer(msgspec.msgpack.encode(file.skills), np.uint8)
    arrays = {"ids": file.ids, "starts": file.starts, "sums": file.sums, "skills": named}
    cachefile.write(path, {"format": _format(), "mark": msgspec.to_builtins(file.mark)}, arrays, tail=file.data)
