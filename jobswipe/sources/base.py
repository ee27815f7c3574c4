"""The contract of a source adapter: one module per kind, found through the entry-point group `jobswipe.sources`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import msgspec

from jobswipe.sources.raw import RawPosting, Rejection


class ReadContext(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the payload. `fetched_at` is aware UTC: relative dates count from it."""

    fetched_at: datetime
    company: str | None = None
    board: str | None = None
    url: str | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A source's terms, in seconds: `poll_floor` between two polls, `spacing` between two requests to a host.

    `first_party`: an employer's own board, whose every id is a requisition of its own (an aggregator repeats itself).
    `names_employer`: a board's slug may stand for the employer's name (not that of a site with many employers).
    """

    poll_floor: int = 3600
    spacing: float = 0.5
    concurrency: int = 2
    attribution: str | None = None
    redistribute: bool = True
    enabled_by_default: bool = True
    first_party: bool = True
    names_employer: bool = True


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A finished answer of the polite client: 2xx, or 304 with `not_modified` and an empty body."""

    url: str
    status: int
    content_type: str
    body: bytes
    not_modified: bool = False


class Fetcher(Protocol):
    """What `fetch` is given: a polite client of one source run. Raises UpstreamError, RefusedUrlError or LimitError.

    With `conditional` the stored ETag and Last-Modified of that URL are sent, and a 304 comes back as `not_modified`.
    """

    def get(self, url: str, *, accept: str | None = None, conditional: bool = False) -> Response: ...


class NotModified(Exception):
    """Raised by `fetch` when the whole board is as it was at the last poll."""


class Adapter(Protocol):
    """A source kind. Modules implement it with module-level names; `read` is a pure function.

    `read` yields one RawPosting or Rejection per record and raises PayloadError when the whole payload is not of its
    kind. `fetch` yields payloads for `read`; running to its end means that the poll was complete. `match_url` answers
    the board slug of a careers URL of this kind, or None.
    """

    KIND: str
    POLICY: Policy

    def read(self, payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]: ...

    def fetch(self, board: str, fetcher: Fetcher) -> Iterator[bytes]: ...

    def match_url(self, url: str) -> str | None: ...

    def board_url(self, board: str) -> str: ...
