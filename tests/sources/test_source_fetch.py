"""What each adapter asks for over the network, page by page, against a fetcher that answers from a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from payloads import ASHBY, HN, LD, LEVER, SAMPLES, SMARTRECRUITERS, FakeFetcher, page

from jobswipe.errors import UpstreamError, UsageError
from jobswipe.sources import ashby, hackernews, jsonld, lever, personio, registry, smartrecruiters
from jobswipe.sources.base import NotModified

SINGLE = {
    "ashby": ("acme", "https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true"),
    "greenhouse": ("acme", "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"),
    "workable": ("acme", "https://apply.workable.com/api/v1/widget/accounts/acme?details=true"),
    "recruitee": ("acme", "https://acme.recruitee.com/api/offers/"),
    "teamtailor": ("acme.na", "https://acme.na.teamtailor.com/jobs.rss"),
    "personio": ("acme", "https://acme.jobs.personio.com/xml?language=en"),
    "remotive": ("remotive", "https://remotive.com/api/remote-jobs"),
    "remoteok": ("remoteok", "https://remoteok.com/api"),
    "rss": ("https://x.example/jobs.rss", "https://x.example/jobs.rss"),
    "jsonl": ("https://x.example/jobs.jsonl", "https://x.example/jobs.jsonl"),
}


def fetched(kind: str, board: str, fetcher: FakeFetcher) -> list[bytes]:
    return list(registry.adapter(kind).fetch(board, fetcher))


@pytest.mark.parametrize("kind", sorted(SINGLE))
def test_single_response_boards(kind: str) -> None:
    board, url = SINGLE[kind]
    fetcher = FakeFetcher({url: SAMPLES[kind]})
    assert fetched(kind, board, fetcher) == [SAMPLES[kind]]
    assert fetcher.asked == [url]
    assert fetcher.conditional == [True]


@pytest.mark.parametrize("kind", sorted(SINGLE))
def test_an_unchanged_board_says_so(kind: str) -> None:
    with pytest.raises(NotModified):
        fetched(kind, SINGLE[kind][0], FakeFetcher({}, not_modified=True))


@pytest.mark.parametrize("kind", ["rss", "jsonl", "jsonld"])
def test_a_board_that_is_an_address_has_to_be_one(kind: str) -> None:
    with pytest.raises(UsageError):
        fetched(kind, "acme", FakeFetcher({}))


@pytest.mark.parametrize("kind", ["recruitee", "teamtailor", "personio"])
@pytest.mark.parametrize("board", ["evil.example/x", "a b", "a@b", "../x", ""])
def test_a_board_cannot_name_another_host(kind: str, board: str) -> None:
    fetcher = FakeFetcher({})
    with pytest.raises(UsageError):
        fetched(kind, board, fetcher)
    assert fetcher.asked == []


def test_a_board_name_is_quoted_in_a_path() -> None:
    fetcher = FakeFetcher({})
    with pytest.raises(UpstreamError):
        fetched("ashby", "A B/../c?x", fetcher)
    assert fetcher.asked == [f"{ashby.BASE}/posting-api/job-board/A%20B%2F..%2Fc%3Fx?includeCompensation=true"]


def test_recruitee_custom_domain() -> None:
    fetcher = FakeFetcher({"https://jobs.acme.example/api/offers/": SAMPLES["recruitee"]})
    assert len(fetched("recruitee", "jobs.acme.example", fetcher)) == 1


def _lever(total: int, base: str = lever.API) -> Any:
    def answer(url: str) -> list[dict[str, Any]] | None:
        if not url.startswith(base):
            return None
        query = parse_qs(urlsplit(url).query)
        skip, limit = int(query["skip"][0]), int(query["limit"][0])
        return [{**LEVER, "id": str(number)} for number in range(skip, min(total, skip + limit))]

    return answer


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (7, 1), (100, 1), (101, 2), (250, 3)])
def test_lever_pages(total: int, pages: int) -> None:
    bodies = fetched("lever", "acme", FakeFetcher(_lever(total)))
    assert len(bodies) == pages
    read = [one for body in bodies for one in lever.read(body, _context())]
    assert len(read) == total


def test_lever_falls_back_to_the_eu_host() -> None:
    fetcher = FakeFetcher(_lever(3, lever.API_EU))
    assert len(fetched("lever", "acme", fetcher)) == 1
    assert len(fetcher.asked) == 2


def test_lever_stops_at_its_page_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lever, "MAX_PAGES", 2)
    with pytest.raises(UpstreamError, match="more than 2 pages"):
        fetched("lever", "acme", FakeFetcher(_lever(1000)))


def test_personio_falls_back_to_the_other_domain() -> None:
    fetcher = FakeFetcher({"https://acme.jobs.personio.de/xml?language=en": SAMPLES["personio"]})
    assert fetched("personio", "acme", fetcher) == [SAMPLES["personio"]]
    with pytest.raises(UpstreamError):
        fetched("personio", "nobody", FakeFetcher({}))
    assert personio.DOMAINS == ("com", "de")


def test_smartrecruiters_pages_and_details() -> None:
    base = f"{smartrecruiters.API}/acme/postings"
    listed = [{"id": str(number), "name": f"Keeper {number}"} for number in range(150)]

    def answer(url: str) -> Any:
        parts = urlsplit(url)
        if url.startswith(f"{base}?"):
            offset = int(parse_qs(parts.query)["offset"][0])
            return {"totalFound": 150, "content": listed[offset : offset + 100]}
        key = parts.path.rsplit("/", 1)[1]
        return None if key == "149" else {**SMARTRECRUITERS, "id": key}

    bodies = fetched("smartrecruiters", "acme", FakeFetcher(answer))
    read = [one for body in bodies for one in smartrecruiters.read(body, _context())]
    assert [one.external_id for one in read] == [str(number) for number in range(150)]
    assert read[0].description_html
    assert read[149].title == "Keeper 149"  # closed meanwhile: as the list has it


def test_smartrecruiters_empty_board() -> None:
    body = {"totalFound": 0, "content": []}
    assert len(fetched("smartrecruiters", "acme", FakeFetcher(lambda _: body))) == 1


def test_hackernews_finds_the_newest_thread() -> None:
    hits = [
        {"objectID": "99", "title": "Ask HN: Who wants to be hired?"},
        {"objectID": "100", "title": "Ask HN: Who is hiring?"},
    ]
    search = f"{hackernews.API}/search_by_date?tags=story,author_whoishiring&hitsPerPage=20"
    fetcher = FakeFetcher({search: {"hits": hits}, f"{hackernews.API}/items/100": HN})
    assert len(fetched("hackernews", "whoishiring", fetcher)) == 1
    assert len(fetched("hackernews", "100", fetcher)) == 1
    assert fetcher.asked == [search, f"{hackernews.API}/items/100", f"{hackernews.API}/items/100"]


def test_a_careers_page_with_postings_or_links_to_them() -> None:
    assert len(fetched("jsonld", "https://mews.example/jobs", FakeFetcher(lambda _: page(LD).encode()))) == 1
    links = b'<a href="/jobs/1">1</a><a href="/jobs/1#x">1</a><a href="/about">a</a><a href="https://other.example/jobs/2">2</a>'
    fetcher = FakeFetcher({"https://mews.example/": links, "https://mews.example/jobs/1": page(LD).encode()})
    assert fetched("jsonld", "https://mews.example/", fetcher) == [page(LD).encode()]
    assert fetcher.asked == ["https://mews.example/", "https://mews.example/jobs/1"]


def test_a_careers_page_links_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonld, "MAX_PAGES", 3)
    links = "".join(f'<a href="/jobs/{number}">x</a>' for number in range(50)).encode()
    fetcher = FakeFetcher(lambda url: links if url.endswith("/") else page(LD).encode())
    assert len(fetched("jsonld", "https://mews.example/", fetcher)) == 3


def test_failures_are_not_swallowed() -> None:
    for kind in (*sorted(SINGLE), "lever", "smartrecruiters", "hackernews"):
        board = SINGLE[kind][0] if kind in SINGLE else "1"
        with pytest.raises(UpstreamError):
            fetched(kind, board, FakeFetcher({}))


def _context() -> Any:
    from payloads import context

    return context()


def test_fetch_is_lazy() -> None:
    fetcher = FakeFetcher({})
    assert isinstance(ashby.fetch("acme", fetcher), Iterator)
    assert fetcher.asked == []
    assert ASHBY["id"]


def test_a_feed_whose_terms_bar_it_is_not_polled() -> None:
    fetcher = FakeFetcher(lambda _: SAMPLES["rss"])
    with pytest.raises(UsageError, match="terms"):
        fetched("rss", "https://weworkremotely.com/remote-jobs.rss", fetcher)
    assert fetcher.asked == []
