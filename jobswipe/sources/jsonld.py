"""Any careers page: JobPosting as JSON-LD, microdata or RDFa. The board is the page's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from jobswipe.errors import PayloadError, UsageError
from jobswipe.sources import embedded, schemaorg
from jobswipe.sources.base import Fetcher, NotModified, Policy, ReadContext
from jobswipe.sources.payload import Line, documents, plain, to_text
from jobswipe.sources.raw import RawPosting, Rejection
from jobswipe.sources.urls import is_web, split

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

KIND = "jsonld"
POLICY = Policy(spacing=1.0)
MAX_PAGES = 200
"""Postings' own pages that are fetched of one careers page."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([A-Za-z0-9._-]{2,40})", re.IGNORECASE)
_JOB_LINK = re.compile(
    r"/(?:[a-z-]{0,30}(?:jobs?|careers?|positions?|vacanc(?:y|ies)|openings?|opportunit(?:y|ies)|stellen\w{0,10}|offres?)"
    r"|o|j|p)/[^/]",
    re.IGNORECASE,
)
_POSTING = b"JobPosting"


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    payload = plain(payload)
    start = payload[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        yield from _from_json(payload)
    elif not start:
        raise PayloadError("The payload is empty: expected a careers page.")
    else:
        yield from _from_page(payload, context)


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The page itself when it holds postings, else the pages of this site that it links to as postings."""
    if not is_web(board):
        raise UsageError(f"A careers page is named by its web address, {board!r} is none.")
    page = fetcher.get(board, accept="text/html, application/ld+json", conditional=True)
    if page.not_modified:
        raise NotModified
    links = [] if _POSTING in page.body else _links(page.body, page.url)
    found = False
    for link in links[:MAX_PAGES]:
        body = fetcher.get(link, accept="text/html").body
        if _POSTING in body:
            found = True
            yield body
    if not found:
        yield page.body  # it holds the postings, or reading it will say that it holds none


def match_url(url: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: a careers page is not told by its address. The registry takes any address that no other kind knows."""
    return None


def board_url(board: str) -> str:
    return board


def _from_json(payload: bytes) -> Iterator[RawPosting | Rejection]:
    """A JSON-LD document, a list of them, or one a line."""
    nodes: list[dict[str, Any]] = []
    for document in documents(payload, KIND):
        if isinstance(document, Rejection):
            yield document
        else:
            nodes += embedded.postings(document.value if isinstance(document, Line) else document)
    if not nodes:
        raise PayloadError("No JobPosting in this JSON: expected JSON-LD or a careers page.")
    yield from _records(nodes, schemaorg.Page())


def _from_page(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    from selectolax.lexbor import LexborHTMLParser

    charset = _CHARSET.search(payload, 0, 4096)
    tree = LexborHTMLParser(to_text(payload, charset[1].decode() if charset else "utf-8"))
    nodes, failures = embedded.from_scripts(tree)
    nodes = nodes or embedded.from_microdata(tree) or embedded.from_rdfa(tree)
    if not nodes and not failures:
        raise PayloadError(
            "No JobPosting (JSON-LD, microdata or RDFa) on this page: give the address of a page that lists postings."
        )
    yield from failures
    yield from _records(nodes, _page(tree, len(nodes), context))


def _page(tree: LexborHTMLParser, count: int, context: ReadContext) -> schemaorg.Page:
    """The page's own address is a posting's when the page is about that one."""
    meta: dict[str, str] = {}
    for node in tree.css("meta[property], link[rel=canonical]"):
        attributes = node.attributes
        key = attributes.get("property") or "canonical"
        meta.setdefault(key, (attributes.get("content") or attributes.get("href") or "").strip())
    own = next((url for url in (meta.get("canonical"), meta.get("og:url"), context.url) if url and "://" in url), None)
    return schemaorg.Page(url=own if count == 1 else None, site=meta.get("og:site_name") or None)


def _records(nodes: list[dict[str, Any]], page: schemaorg.Page) -> Iterator[RawPosting | Rejection]:
    for number, node in enumerate(nodes, 1):
        raw = schemaorg.posting(node, page)
        if not raw.title:
            yield Rejection(record=raw.external_id[:100] or f"record {number}", reason="it has no title")
        else:
            yield raw


def _links(body: bytes, base: str) -> list[str]:
    from selectolax.lexbor import LexborHTMLParser

    home = split(base)[0]
    found: dict[str, None] = {}
    for node in LexborHTMLParser(body).css("a[href]"):
        try:
            link = urljoin(base, (node.attributes.get("href") or "").strip()).split("#")[0]
        except ValueError:
            continue
        host, path, _ = split(link)
        if host and host == home and link != base and _JOB_LINK.search("/" + "/".join(path)):
            found[link] = None
    return list(found)
