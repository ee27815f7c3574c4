"""Conditional requests: a board is "not modified" as a whole or not at all, for every kind that polls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from payloads import HN, LD, LEVER, SAMPLES, SMARTRECRUITERS, FakeFetcher, page

from jobswipe.errors import UpstreamError
from jobswipe.postings.validators import BoardFetcher, StoredValidators
from jobswipe.sources import hackernews, registry
from jobswipe.sources.base import NotModified, Response

WHOLE = (
    "ashby",
    "greenhouse",
    "jsonl",
    "personio",
    "recruitee",
    "remoteok",
    "remotive",
    "rss",
    "teamtailor",
    "workable",
)
ADDRESS = "https://x.example/jobs"


def board(kind: str) -> str:
    return ADDRESS if kind in ("rss", "jsonl", "jsonld") else "100" if kind == "hackernews" else kind


class Whole(StoredValidators):
    """Validators without a store: only whether they may vouch for the board."""

    def __init__(self) -> None:
        self.whole = True


def fetched(kind: str, fetcher: FakeFetcher) -> bool:
    """Fetch a board to its end; whether validators may vouch for it."""
    validators = Whole()
    list(registry.adapter(kind).fetch(board(kind), BoardFetcher(fetcher, validators)))
    return validators.whole


@pytest.mark.parametrize("kind", registry.kinds())
def test_not_modified_comes_before_any_payload(kind: str) -> None:
    fetcher = FakeFetcher(lambda _: [], not_modified=True)
    seen: list[bytes] = []
    try:
        seen.extend(registry.adapter(kind).fetch(board(kind), fetcher))
    except NotModified:
        assert seen == []
    else:
        assert not any(fetcher.conditional)


@pytest.mark.parametrize("kind", WHOLE)
def test_one_response_may_vouch_for_the_board(kind: str) -> None:
    assert fetched(kind, FakeFetcher(lambda _: SAMPLES[kind]))


def test_the_second_host_may_vouch_too() -> None:
    def answer(url: str) -> Any:
        return SAMPLES["personio"] if ".personio.de/" in url else None

    assert fetched("personio", FakeFetcher(answer))


def test_a_thread_may_vouch_once_it_is_found() -> None:
    assert fetched("hackernews", FakeFetcher({f"{hackernews.API}/items/100": HN}))
    search = {"hits": [{"objectID": "100", "title": "Ask HN: Who is hiring?"}]}
    fetcher = FakeFetcher(lambda url: search if "search" in url else HN)
    validators = Whole()
    list(hackernews.fetch("whoishiring", BoardFetcher(fetcher, validators)))
    assert validators.whole
    assert fetcher.conditional == [False, True]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("lever", lambda _: [LEVER]),
        ("smartrecruiters", lambda url: {"content": [SMARTRECRUITERS]} if "limit=" in url else SMARTRECRUITERS),
        ("jsonld", lambda url: b'<a href="/jobs/1">1</a>' if url == ADDRESS else page(LD).encode()),
    ],
)
def test_pages_after_the_first_are_not_vouched_for(kind: str, answer: Callable[[str], Any]) -> None:
    assert not fetched(kind, FakeFetcher(answer))


def test_a_page_that_fails_ends_the_poll_as_a_whole() -> None:
    """No half of a board passes for all of it: the second page's failure is raised, not swallowed."""

    class Failing(FakeFetcher):
        def get(self, url: str, *, accept: str | None = None, conditional: bool = False) -> Response:
            if "skip=100" in url or "offset=100" in url:
                raise UpstreamError("jobs.example has a fault of its own.", upstream_status=500)
            return super().get(url, accept=accept, conditional=conditional)

    lever = [{**LEVER, "id": str(number)} for number in range(100)]
    with pytest.raises(UpstreamError):
        fetched("lever", Failing(lambda _: lever))
    listed = {"content": [{"id": str(number), "name": "Keeper"} for number in range(100)]}
    with pytest.raises(UpstreamError):
        fetched("smartrecruiters", Failing(lambda url: listed if "limit=" in url else SMARTRECRUITERS))
