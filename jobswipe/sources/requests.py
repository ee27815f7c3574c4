"""The requests that boards share: one conditional request for a whole board, and the first host that knows it."""

from __future__ import annotations

from collections.abc import Iterator

from jobswipe.errors import UpstreamError
from jobswipe.sources.base import Fetcher, NotModified

_JSON = "application/json"


def single(fetcher: Fetcher, url: str, *, accept: str = _JSON) -> Iterator[bytes]:
    """The one response that is the whole board. Raises NotModified when it is as it was."""
    response = fetcher.get(url, accept=accept, conditional=True)
    if response.not_modified:
        raise NotModified
    yield response.body


def either(fetcher: Fetcher, urls: list[str], *, accept: str = _JSON) -> Iterator[bytes]:
    """Like `single`, from the first of the addresses that knows the board: regions have hosts of their own."""
    for url in urls[:-1]:
        try:
            yield from single(fetcher, url, accept=accept)
        except UpstreamError as error:
            if error.upstream_status != 404:
                raise
        else:
            return
    yield from single(fetcher, urls[-1], accept=accept)
