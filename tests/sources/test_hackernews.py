"""Hacker News threads: which comments are records, and what a first line says."""

from __future__ import annotations

import pytest
from payloads import HN, one, read

from jobswipe.sources.hnheader import read_header
from jobswipe.sources.raw import RawPosting, Rejection


def test_a_record_for_each_top_level_comment() -> None:
    posting, deleted = read("hackernews", HN)
    assert isinstance(posting, RawPosting)
    assert deleted == Rejection(record="103", reason="it has no text")
    assert (posting.external_id, posting.company, posting.title) == ("101", "Kiteworks Oy", "Senior Rust Developer")
    assert posting.url == "https://news.ycombinator.com/item?id=101"
    assert (posting.workplace_text, posting.salary_text) == ("remote", "$90k-$110k")
    assert posting.employment_text == "Full-time"
    assert [place.text for place in posting.locations] == ["REMOTE (EU)"]


def test_a_recorded_run_and_a_search_without_replies() -> None:
    comment = {"id": 5, "by": "x", "time": 1760000000, "text": "Moth | Welder | Turin | ONSITE"}
    assert one("hackernews", {"total_jobs": 1, "jobs": [comment]}).title == "Welder"
    hits = [
        {"objectID": "7", "comment_text": "Moth | Weaver | Turin", "author": "x", "parent_id": 1, "story_id": 1},
        {"objectID": "8", "comment_text": "Nice!", "author": "y", "parent_id": 7, "story_id": 1},
    ]
    assert one("hackernews", {"hits": hits}).external_id == "7"


@pytest.mark.parametrize(
    "comment", [{"id": 1, "by": "x", "deleted": True, "text": "a"}, {"id": 1, "text": "[flagged]"}]
)
def test_deleted_comments_are_rejected(comment: dict[str, object]) -> None:
    assert read("hackernews", {"jobs": [comment]}) == [Rejection(record="1", reason="it was deleted")]


@pytest.mark.parametrize(
    ("text", "company", "title", "locations", "workplace"),
    [
        (
            "Moth Labs | Data Engineer | Turin, Italy | ONSITE",
            "Moth Labs",
            "Data Engineer",
            ["Turin, Italy", "ONSITE"],
            "onsite",
        ),
        (
            "Moth (YC W21) | REMOTE (US only) | Site Reliability Engineer",
            "Moth",
            "Site Reliability Engineer",
            ["REMOTE (US only)"],
            "remote",
        ),
        ("Moth | Hybrid | Oslo | Full-time | Head of Growth", "Moth", "Head of Growth", ["Hybrid", "Oslo"], "hybrid"),
        (
            'Moth | <a href="https://moth.example">moth</a> | Nurse Manager | Paris or remote',
            "Moth",
            "Nurse Manager",
            ["Paris or remote"],
            "remote",
        ),
        (
            "Moth | Oslo, Norway | ONSITE<p>We make lamps.<p>- Firmware Engineer<br>- Buyer",
            "Moth",
            "Firmware Engineer",
            ["Oslo, Norway", "ONSITE"],
            "onsite",
        ),
        (
            "Moth Labs is hiring a Backend Engineer (Remote, Canada). Join us.",
            "Moth Labs",
            "Backend Engineer",
            ["Remote, Canada"],
            "remote",
        ),
        ("Platform Engineer @ Moth (Lisbon, ONSITE)", "Moth", "Platform Engineer", ["Lisbon, ONSITE"], "onsite"),
        ("Moth - Rust Developer - Fully remote", "Moth", "Rust Developer", ["Fully remote"], "remote"),
        ("Data Engineer | Zorvix", "Zorvix", "Data Engineer", [], None),
        ("Moth (YC W21) Is Hiring<p>Lamps.", "Moth", "Moth (YC W21) Is Hiring", [], None),
        ("Moth | https://moth.example | | Oslo, Norway", "Moth", "Moth | Oslo, Norway", ["Oslo, Norway"], None),
        ("Hi! We build lamps.", None, "We build lamps", [], None),
    ],
)
def test_headers(text: str, company: str | None, title: str, locations: list[str], workplace: str | None) -> None:
    header = read_header(text)
    assert (header.company, header.title, header.workplace) == (company, title, workplace)
    assert header.locations == locations


@pytest.mark.parametrize(
    "text", ["|" * 100_000, "a - " * 30_000, "(" * 100_000, "x" * 100_000, "hiring " * 20_000, "<" * 100_000]
)
def test_long_lines_are_read_in_time(text: str) -> None:
    import time

    started = time.process_time()
    read_header(text)
    assert time.process_time() - started < 1
