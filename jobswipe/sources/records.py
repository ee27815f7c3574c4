"""The journey of a JSON payload to records: envelopes opened, each record read by its adapter, bad ones rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from jobswipe.errors import PayloadError
from jobswipe.sources.base import ReadContext
from jobswipe.sources.fields import text, word
from jobswipe.sources.lookalike import display, guess, has_marks
from jobswipe.sources.payload import Line, documents
from jobswipe.sources.raw import RawPosting, Rejection

MAX_DEPTH = 8
"""Envelopes in envelopes: a recorded response of a list of offices, each with departments, each with jobs."""

CHECKED = 5
"""Records in which a payload's kind is looked for: the first may be a notice."""


class Origin(msgspec.Struct, frozen=True):
    """What is known around a record: the board and the company that its envelope names, the reader's context."""

    board: str | None
    company: str | None
    context: ReadContext


class Shape(msgspec.Struct, frozen=True):
    """Where a kind keeps its records: `lists` are the envelope's keys, `company` its key for the employer's name.

    `envelope` answers the records of an envelope where its keys alone do not tell it from a record, None for a record.
    `single` are the keys under which a detail response keeps its one record.
    `skip` answers the entries that are no records, as a legal notice.
    """

    kind: str
    lists: tuple[str, ...] = ()
    company: str | None = None
    single: tuple[str, ...] = ()
    envelope: Callable[[dict[str, Any]], list[Any] | None] | None = None
    skip: Callable[[dict[str, Any]], bool] | None = None

    def opened(self, document: dict[str, Any]) -> list[Any] | None:
        if self.envelope:
            return self.envelope(document)
        return next((found for key in self.lists if isinstance(found := document.get(key), list)), None)


class Unreadable(Exception):
    """Raised by an adapter for a record that is no posting; the message is the reason, in half a sentence."""


Make = Callable[[dict[str, Any], Origin], RawPosting]


def read_json(payload: bytes, context: ReadContext, shape: Shape, make: Make) -> Iterator[RawPosting | Rejection]:
    """Read every record of a payload with `make`. Raises PayloadError when the payload is not of the kind."""
    outer = Origin(None, None, context)
    position = 0
    checked = False
    for document in documents(payload, shape.kind):
        if isinstance(document, Rejection):
            yield document
            continue
        line = document if isinstance(document, Line) else None
        try:
            opened = list(_open(line.value if line else document, shape, outer, 0))
        except PayloadError:
            if line is None or (not checked and guess(line.value) not in (None, shape.kind)):
                raise
            yield Rejection(record=f"line {line.number}", reason=f"it is no {display(shape.kind)} record")
            continue
        for entry, origin in opened:
            position += 1
            if not isinstance(entry, dict):
                yield Rejection(record=f"record {position}", reason="it is not an object")
                continue
            if not checked:
                checked = _check(entry, shape.kind) or position >= CHECKED
            yield read_one(entry, origin, make, position)


def read_one(entry: dict[str, Any], origin: Origin, make: Make, position: int) -> RawPosting | Rejection:
    try:
        raw = make(entry, origin)
    except Unreadable as reason:
        return Rejection(record=_name(entry, position), reason=str(reason))
    if not raw.external_id:
        return Rejection(record=_name(entry, position), reason="it has no id")
    if not raw.title:
        return Rejection(record=_name(entry, position), reason="it has no title")
    return raw


def _name(entry: dict[str, Any], position: int) -> str:
    keys = ("id", "shortcode", "guid", "external_id", "objectID", "title", "text", "name", "position")
    named = next((found for key in keys if (found := word(entry.get(key)))), None)
    return named[:100] if named else f"record {position}"


def _check(entry: dict[str, Any], kind: str) -> bool:
    """Whether the record tells its kind. Raises PayloadError when it is plainly another one."""
    other = guess(entry, expected=kind)
    if other and other != kind:
        raise PayloadError(f"This is no {display(kind)} payload: it looks like {display(other)}, use --kind {other}.")
    return other is not None or has_marks(entry, kind)


def _open(document: Any, shape: Shape, origin: Origin, depth: int) -> Iterator[tuple[Any, Origin]]:
    """The records of a document: a list, the board's envelope, a detail response, or a recording of one of these."""
    if isinstance(document, list) and depth < MAX_DEPTH:
        for one in document:
            if isinstance(one, dict) and _is_envelope(one, shape):
                yield from _open(one, shape, origin, depth + 1)
            elif not (shape.skip and isinstance(one, dict) and shape.skip(one)):
                yield one, origin
        return
    if not isinstance(document, dict):
        raise PayloadError(f"This is no {display(shape.kind)} payload: its JSON holds no records.")
    if depth < MAX_DEPTH:
        recorded = _recorded(document, shape, origin, depth)
        if recorded is not None:
            yield from recorded
            return
        if shape.envelope is None and has_marks(document, shape.kind):
            yield document, origin
            return
        for key in shape.single:
            if isinstance(document.get(key), dict):
                yield document[key], origin
                return
        inside = shape.opened(document)
        if inside is not None:
            named = text(document.get(shape.company)) if shape.company else None
            inner = Origin(origin.board, named, origin.context) if named else origin
            yield from _open(inside, shape, inner, depth + 1)
            return
    if shape.envelope and has_marks(document, shape.kind):
        yield document, origin
        return
    raise PayloadError(f"This is no {display(shape.kind)} payload{_why(document, shape.kind)}.")


def _is_envelope(entry: dict[str, Any], shape: Shape) -> bool:
    if isinstance(entry.get("job"), dict) or isinstance(entry.get("body"), dict | list):
        return True
    if shape.envelope is None and has_marks(entry, shape.kind):
        return False
    return shape.opened(entry) is not None


def _recorded(
    document: dict[str, Any], shape: Shape, origin: Origin, depth: int
) -> Iterator[tuple[Any, Origin]] | None:
    """What a recording holds: {"ats", "board", "job"} names its board, {"uri", "body"} is a recorded response."""
    job, body = document.get("job"), document.get("body")
    if isinstance(job, dict) and not has_marks(document, shape.kind):
        recorded_kind = text(document.get("ats"))
        if recorded_kind and recorded_kind != shape.kind:
            raise PayloadError(
                f"This is no {display(shape.kind)} payload: its records are {display(recorded_kind)}'s, "
                f"use --kind {recorded_kind}."
            )
        board = text(document.get("board")) or origin.board
        return iter([(job, Origin(board, origin.company, origin.context))])
    if isinstance(body, dict | list) and "uri" in document:
        return _open(body, shape, origin, depth + 1)
    return None


def _why(document: dict[str, Any], kind: str) -> str:
    other = guess(document)
    if other and other != kind:
        return f": it looks like {display(other)}, use --kind {other}"
    said = next((found for key in ("error", "message") if (found := text(document.get(key)))), None)
    if said:
        return f": the board answered {said[:120]!r}"
    return ": its JSON has none of the fields that such a board answers with"


def company_of(named: str | None, origin: Origin) -> str | None:
    """The payload's name for the employer, else the recording's board where the reader was told nothing."""
    if named or origin.company:
        return named or origin.company
    told = origin.context.company or origin.context.board
    return None if told else origin.board
