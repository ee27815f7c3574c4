"""Look at a board once, without storing anything: what it lists, what cannot be read, what its postings say.

Somebody waits for the answer: a few payloads are fetched and the first postings understood, within a stated time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

import msgspec

from jobswipe import clock
from jobswipe.errors import InputError, JobSwipeError
from jobswipe.models import Source
from jobswipe.postings.filled import Filled, rates
from jobswipe.security.urls import shown
from jobswipe.settings import OutboundSettings
from jobswipe.sources import catalog, registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting, Rejection

SECONDS = 20.0
"""The longest that the board is waited for, all requests together."""
MAX_PAYLOADS = 3
"""Payloads that are fetched: the first pages of a board that has more."""
MAX_RECORDS = 1000
"""Records that are read."""
MAX_UNDERSTOOD = 100
"""Postings that are understood, for the rates of their fields."""
MAX_SHOWN = 20
"""Titles and rejections that are shown."""
MAX_BODY_MB = 16
_ATTEMPTS = 2
_LONGEST_WAIT = 5.0


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be read, with the reason."""

    record: str
    reason: str


class Trial(msgspec.Struct, kw_only=True):
    """What a look at a board found.

    `read` = readable + rejected records; `complete`: that was all of the board. `fields`: the share (0 to 1) of the
    first postings that say each field. `error`: why it could not be fetched or read, in a sentence.
    """

    payloads: int = 0
    read: int = 0
    rejected: int = 0
    complete: bool = False
    titles: list[str] = []
    rejections: list[Rejected] = []
    fields: dict[str, float] = {}
    error: str | None = None


def look(source: Source, settings: OutboundSettings, *, seconds: float = SECONDS) -> Trial:
    """Fetch and read. What the board does wrong is in the answer, not raised."""
    from jobswipe.security.outbound import MEGABYTE, Outbound

    trial, raws = Trial(), list[RawPosting]()
    adapter = registry.adapter(source.kind)
    context = ReadContext(fetched_at=clock.now(), company=source.company, board=source.board, url=source.url)
    overdue = threading.Event()
    with Outbound(
        contact=settings.contact,
        timeout=min(settings.timeout, seconds),
        max_bytes=min(settings.max_body_mb, MAX_BODY_MB) * MEGABYTE,
        attempts=_ATTEMPTS,
        longest_wait=_LONGEST_WAIT,
        allow_private=settings.allow_private,
    ) as client:

        def end() -> None:
            overdue.set()
            client.close()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            fetched = adapter.fetch(source.board, client.fetcher(adapter.POLICY))
            for payload in islice(fetched, MAX_PAYLOADS):
                trial.payloads += 1
                if not _read(adapter.read(payload, context), trial, raws):
                    break
            else:
                trial.complete = trial.payloads < MAX_PAYLOADS or next(fetched, None) is None
        except JobSwipeError as error:
            trial.error = error.message
        except Exception as error:  # noqa: BLE001 - an adapter's fault is what the look found
            said = shown(f"{type(error).__name__}: {error}".rstrip(": "))
            trial.error = f"Reading {catalog.name(source)} met a fault of JobSwipe ({said}): please report it."
        finally:
            timer.cancel()
    if overdue.is_set():
        trial.error = f"The board did not answer within {seconds:g} s."
    _understand(raws[:MAX_UNDERSTOOD], source.kind, context, trial)
    return trial


def _read(records: Iterator[RawPosting | Rejection], trial: Trial, raws: list[RawPosting]) -> bool:
    """Count a payload's records; whether all of it was read."""
    for record in records:
        if trial.read >= MAX_RECORDS:
            return False
        trial.read += 1
        if isinstance(record, Rejection):
            _reject(trial, record.record, record.reason)
        else:
            raws.append(record)
    return True


def _reject(trial: Trial, record: str, reason: str) -> None:
    trial.rejected += 1
    if len(trial.rejections) < MAX_SHOWN:
        trial.rejections.append(Rejected(record=record[:200], reason=reason))


def _understand(raws: list[RawPosting], kind: str, context: ReadContext, trial: Trial) -> None:
    from jobswipe.postings.normalise import normalise  # it loads skills, places and titles

    filled = Filled()
    for raw, posting in zip(raws, normalise(raws, kind, context), strict=True):
        if isinstance(posting, InputError):
            _reject(trial, raw.external_id or raw.title, posting.message)
            continue
        filled.add([posting])
        if len(trial.titles) < MAX_SHOWN:
            trial.titles.append(posting.title)
    trial.fields = rates(filled.document())
