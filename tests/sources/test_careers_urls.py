"""Careers URLs to boards, and the registry of kinds."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from jobswipe.errors import InputError, UsageError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.sources import registry

KINDS = """ashby greenhouse hackernews jsonl jsonld lever personio recruitee remoteok remotive rss smartrecruiters
teamtailor workable""".split()


@pytest.mark.parametrize(
    ("url", "kind", "board"),
    [
        ("https://jobs.ashbyhq.com/acme", "ashby", "acme"),
        ("https://jobs.ashbyhq.com/Acme%20Co/0f9e-1/application", "ashby", "Acme Co"),
        ("https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true", "ashby", "acme"),
        ("HTTPS://JOBS.LEVER.CO/Acme", "lever", "Acme"),
        ("https://jobs.lever.co/acme/1-2/apply", "lever", "acme"),
        ("https://jobs.eu.lever.co/acme", "lever", "acme"),
        ("https://api.lever.co/v0/postings/acme?mode=json", "lever", "acme"),
        ("https://boards.greenhouse.io/acme", "greenhouse", "acme"),
        ("https://job-boards.greenhouse.io/acme/jobs/1", "greenhouse", "acme"),
        ("https://boards.eu.greenhouse.io/acme", "greenhouse", "acme"),
        ("https://job-boards.eu.greenhouse.io/acme", "greenhouse", "acme"),
        ("https://boards.greenhouse.io/embed/job_board?for=acme&b=x", "greenhouse", "acme"),
        ("https://boards.greenhouse.io/embed/job_app?token=1&for=acme", "greenhouse", "acme"),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true", "greenhouse", "acme"),
        ("https://apply.workable.com/acme/j/ABC/", "workable", "acme"),
        ("https://acme.workable.com", "workable", "acme"),
        ("https://apply.workable.com/api/v1/widget/accounts/acme?details=true", "workable", "acme"),
        ("https://careers.smartrecruiters.com/Acme", "smartrecruiters", "Acme"),
        ("https://jobs.smartrecruiters.com/Acme/1-x", "smartrecruiters", "Acme"),
        ("https://api.smartrecruiters.com/v1/companies/Acme/postings", "smartrecruiters", "Acme"),
        ("https://acme.recruitee.com/o/x", "recruitee", "acme"),
        ("https://acme.jobs.personio.de/job/1", "personio", "acme"),
        ("https://acme.jobs.personio.com", "personio", "acme"),
        ("https://acme.teamtailor.com/jobs/1-x", "teamtailor", "acme"),
        ("https://acme.na.teamtailor.com/jobs", "teamtailor", "acme.na"),
        ("https://remotive.com/remote-jobs/x/y-1", "remotive", "remotive"),
        ("https://remoteOK.com/remote-jobs/1", "remoteok", "remoteok"),
        ("https://news.ycombinator.com/item?id=123#456", "hackernews", "123"),
        ("https://acme.example/jobs.rss?x=1", "rss", "https://acme.example/jobs.rss?x=1"),
        ("https://acme.example/blog/feed/", "rss", "https://acme.example/blog/feed/"),
        ("https://acme.example/jobs.atom", "rss", "https://acme.example/jobs.atom"),
        ("https://acme.example/careers", "jsonld", "https://acme.example/careers"),
        (" https://www.workable.com/pricing ", "jsonld", "https://www.workable.com/pricing"),
        ("https://evil.example/jobs.lever.co/acme", "jsonld", "https://evil.example/jobs.lever.co/acme"),
        ("https://jobs.lever.co.evil.example/acme", "jsonld", "https://jobs.lever.co.evil.example/acme"),
    ],
)
def test_resolve_url(url: str, kind: str, board: str) -> None:
    assert registry.resolve_url(url) == (kind, board)


@pytest.mark.parametrize("url", ["", "acme", "ftp://x.example", "https://", "http://[::1", "javascript:1"])
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        registry.resolve_url(url)


@pytest.mark.parametrize("kind", KINDS)
def test_foreign_and_odd_addresses_match_nothing(kind: str) -> None:
    adapter = registry.adapter(kind)
    for url in ("https://acme.example/careers/1", "", "nonsense", "https://", "http://[::1", "mailto:a@b", "//x/y"):
        assert adapter.match_url(url) is None
    assert isinstance(adapter.board_url("acme"), str)
    assert kind == adapter.KIND


def test_a_careers_url_leads_back_to_its_board() -> None:
    for kind in sorted(set(KINDS) - {"rss", "jsonl", "jsonld", "hackernews", "remotive", "remoteok"}):
        assert registry.adapter(kind).match_url(registry.adapter(kind).board_url("acme")) == "acme"


def test_kinds_and_aliases() -> None:
    assert registry.kinds() == KINDS
    for alias in ("rss", "atom", "feed", " RSS "):
        assert registry.adapter(alias).KIND == "rss"


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'greenhouse'"):
        registry.adapter("greenhous")
    with pytest.raises(UsageError, match="the kinds are ashby, "):
        registry.adapter("qqqqqq")


def test_first_party_marks_employers_own_boards() -> None:
    shared = {kind for kind in KINDS if not registry.adapter(kind).POLICY.first_party}
    assert shared == {"rss", "remotive", "remoteok", "hackernews", "jsonl"}


def test_listing_kinds_imports_no_adapter() -> None:
    code = (
        "import sys; from jobswipe.sources import registry; registry.kinds(); "
        "heavy = {'jobswipe.sources.ashby', 'jobswipe.places', 'selectolax', 'defusedxml'}; "
        "sys.exit(bool(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("acme_board")
    vars(module).update(
        KIND="acmeboard",
        POLICY=registry.adapter("ashby").POLICY,
        read=None,
        fetch=None,
        match_url=lambda url: "x" if "acmeboard" in url else None,
        board_url=str,
    )
    monkeypatch.setitem(sys.modules, "acme_board", module)
    monkeypatch.setitem(sys.modules, "half_board", types.ModuleType("half_board"))
    points = [
        EntryPoint("acmeboard", "acme_board", registry.GROUP),
        EntryPoint("broken", "no_such_module_anywhere", registry.GROUP),
        EntryPoint("half", "half_board", registry.GROUP),
        EntryPoint("ashby", "jobswipe.sources.ashby", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda **_: points)
    registry._third_party.cache_clear()
    registry.adapter.cache_clear()
    yield
    registry._third_party.cache_clear()
    registry.adapter.cache_clear()


@pytest.mark.usefixtures("third_party")
def test_a_package_adds_a_kind_and_a_broken_one_harms_no_other() -> None:
    assert {"acmeboard", "broken", "half", "ashby"} <= set(registry.kinds())
    assert registry.adapter("acmeboard").KIND == "acmeboard"
    assert registry.resolve_url("https://acmeboard.example") == ("acmeboard", "x")
    assert registry.resolve_url("https://jobs.lever.co/acme") == ("lever", "acme")
    with pytest.raises(UsageError, match=r"'broken' .* cannot be loaded"):
        registry.adapter("broken")
    with pytest.raises(UsageError, match=r"'half' .* lacks KIND, POLICY, read"):
        registry.adapter("half")


@pytest.mark.parametrize(
    "kind", ["ashby", "greenhouse", "lever", "personio", "recruitee", "smartrecruiters", "teamtailor", "workable"]
)
def test_listed_boards_resolve_to_their_slug(kind: str) -> None:
    try:
        path: Path = corpus_dir() / "ats_boards" / f"{kind}.csv.gz"
    except InputError as error:
        pytest.skip(error.message)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    domain = {"recruitee": "recruitee.com"}.get(kind, "")  # a few of Recruitee's have a domain of their own
    wrong = [
        row
        for row in rows
        if domain in row["url"]
        and tuple(map(str.lower, registry.resolve_url(row["url"]))) != (kind, row["slug"].lower())
    ]
    assert len(rows) > 1000
    assert wrong == []
