"""Hacker News "Who is hiring" threads: each top-level comment is one posting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.sources.base import Fetcher, NotModified, Policy, ReadContext
from jobswipe.sources.fields import date, first, records, text, word
from jobswipe.sources.hnheader import read_header
from jobswipe.sources.payload import decoded
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, Unreadable, read_json
from jobswipe.sources.urls import segment, split

KIND = "hackernews"
POLICY = Policy(poll_floor=3600, spacing=1.0, concurrency=1, first_party=False, names_employer=False)
API = "https://hn.algolia.com/api/v1"
SITE = "https://news.ycombinator.com"
LATEST = "whoishiring"
"""The board that stands for the newest thread; any other board is a thread's number."""

_DELETED = ("[deleted]", "[dead]", "[flagged]", "[dupe]")


def _envelope(document: dict[str, Any]) -> list[Any] | None:
    """A thread's comments, a recorded run's, or a search's; a comment's own children are replies."""
    for key in ("jobs", "hits"):
        if isinstance(document.get(key), list):
            return list(document[key])
    thread = document.get("type") == "story" or (document.get("title") and not document.get("text"))
    children = document.get("children")
    return list(children) if isinstance(children, list) and thread else None


def _is_reply(entry: dict[str, Any]) -> bool:
    """A comment under another comment: no posting. Also a thread itself among a search's hits."""
    parent, story = word(entry.get("parent_id")), word(entry.get("story_id"))
    return bool(parent and story and parent != story) or entry.get("type") == "story"


_SHAPE = Shape(KIND, envelope=_envelope, skip=_is_reply)


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The top-level comments of a thread, of a search's hits or of a recorded run."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(comment: dict[str, Any], _origin: Origin) -> RawPosting:
    key = first(word(comment.get("id")), word(comment.get("objectID")))
    html = first(text(comment.get("text")), text(comment.get("comment_text")))
    if not key:
        raise Unreadable("it has no id")
    if comment.get("deleted") is True or comment.get("dead") is True or (html and html.strip() in _DELETED):
        raise Unreadable("it was deleted")
    if not html:
        raise Unreadable("it has no text")
    header = read_header(html)
    return RawPosting(
        external_id=key,
        title=header.title,
        company=header.company,
        url=f"{SITE}/item?id={key}",
        locations=[RawLocation(text=one) for one in header.locations],
        workplace_text=header.workplace,
        employment_text=header.employment,
        salary_text=header.salary,
        description_html=html,
        posted_at=date(comment.get("time")) or date(comment.get("created_at_i")) or date(comment.get("created_at")),
    )


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """A thread with its comments, in one response; the newest thread is searched for first."""
    number = board if board.isdigit() else _latest(fetcher)
    if number is None:
        return
    answer = fetcher.get(f"{API}/items/{segment(number)}", accept="application/json", conditional=True)
    if answer.not_modified:
        raise NotModified
    yield answer.body


def _latest(fetcher: Fetcher) -> str | None:
    """The newest "Who is hiring?" of the account that also posts "Who wants to be hired?" and "Freelancer?"."""
    address = f"{API}/search_by_date?tags=story,author_whoishiring&hitsPerPage=20"
    found = decoded(fetcher.get(address, accept="application/json").body)
    for hit in records(found.get("hits") if isinstance(found, dict) else None):
        if "who is hiring" in (text(hit.get("title")) or "").lower():
            return word(hit.get("objectID"))
    return None


def match_url(url: str) -> str | None:
    """The number of an item: a thread's, or a posting's own."""
    if "ycombinator.com" not in url and "hn.algolia.com" not in url:
        return None
    host, path, query = split(url)
    if host == "news.ycombinator.com" and path[:1] == ["item"]:
        number = next((one[3:] for one in query.split("&") if one.startswith("id=")), "")
    elif host == "news.ycombinator.com" and path[:1] == ["submitted"] and "id=whoishiring" in query:
        return LATEST
    elif host == "hn.algolia.com" and "items" in path[:-1]:
        number = path[path.index("items") + 1]
    else:
        return None
    return number if number.isdigit() and len(number) < 20 else None


def board_url(board: str) -> str:
    return f"{SITE}/item?id={segment(board)}" if board.isdigit() else f"{SITE}/submitted?id=whoishiring"
