"""Postings over HTTP: search with counts, the whole of one, and those that are like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from api_store import REFUSED, code, fill
from small_store import NOW

from jobswipe.db.engine import Database
from jobswipe.models import Cluster, ClusterMember, Posting, PostingVersion
from jobswipe.text.display import to_html

if TYPE_CHECKING:
    from .conftest import SignedIn

POSTINGS = "/api/v1/postings"


def test_search_answers_cards_counts_and_pages(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    page = client.get(
        POSTINGS, params={"q": "engineer", "country": "DE", "workplace": ["remote", "onsite"], "limit": 5}
    )
    assert page.status_code == 200, page.text
    first = page.json()
    assert first["total"] == 8
    assert len(first["items"]) == 5
    assert {one["value"]: one["count"] for one in first["facets"]["country"]} == {"DE": 8, "US": 4}
    assert first["facets"]["seniority"] == [{"value": "senior", "label": "Senior", "count": 8}]
    rest = client.get(
        POSTINGS,
        params={
            "q": "engineer", "country": "DE", "workplace": ["remote", "onsite"], "limit": 5, "cursor": first["next"],
        },
    ).json()  # fmt: skip
    assert rest["next"] is None
    assert rest["facets"] is None
    assert len({one["posting_id"] for one in first["items"] + rest["items"]}) == 8


def test_every_filter_is_taken(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    for params, total in (
        ({"company": "company 3"}, 9),
        ({"place": "Berlin"}, 20),
        ({"remote_country": "DE"}, 10),
        ({"seniority": "entry"}, 15),
        ({"employment_type": "full_time"}, 60),
        ({"skill": ["SQL", "Tableau"]}, 12),
        ({"source": "ashby:sample"}, 60),
        ({"salary_min": "119000"}, 1),
        ({"salary_min": "1", "currency": "EUR"}, 30),
        ({"posted_since": "2026-02-24"}, 60),
        ({"posted_since": "2026-03-01"}, 0),
        ({"sort": "posted"}, 60),
    ):
        answer = client.get(POSTINGS, params=params)
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == total, params


def test_wrong_searches_are_refused(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    for params in (
        {"limit": "0"}, {"limit": "101"}, {"workplace": "moon"}, {"seniority": "boss"}, {"country": "Germany"},
        {"country": "QQ"}, {"salary_min": "-1"}, {"salary_min": "nan"}, {"salary_min": "inf"}, {"salary_min": "x"},
        {"salary_min": "1", "currency": "XXQ"}, {"posted_since": "soon"}, {"sort": "price"}, {"q": "x" * 501},
        {"q": "a\0b"}, {"cursor": "zzz"}, {"company": ["x"] * 51},
    ):  # fmt: skip
        answer = client.get(POSTINGS, params=params)
        assert answer.status_code in REFUSED, (params, answer.text[:300])
        assert code(answer)


def test_a_posting_is_shown_with_versions_and_duplicates(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    with database.write() as session:
        one, other = session.get_one(Posting, ids[0]), session.get_one(Posting, ids[1])
        one.description_text = "We <script>alert(1)</script> & <b>you</b>:\n\n- O'Brien's team\n- 🙂 שלום\n\nLine\nnext"
        one.salary_provenance = other.salary_provenance = "structured"
        cluster = Cluster(created_at=NOW)
        session.add(cluster)
        session.flush()
        for posting in (one, other):
            posting.cluster_id = cluster.id
            session.add(posting)
            session.add(
                ClusterMember(
                    posting_id=posting.id or 0, cluster_id=cluster.id or 0, reason="same text", similarity=0.9,
                    joined_at=NOW,
                )
            )  # fmt: skip
        session.add(
            PostingVersion(
                posting_id=ids[0], number=1, at=NOW, kind="changed", changed=["title", "url"],
                before={"title": "Old title", "url": None},
            )
        )  # fmt: skip
    found = client.get(f"{POSTINGS}/{ids[0]}").json()
    assert found["description_text"].startswith("We <script>")
    assert found["description_html"] == (
        "<p>We &lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;you&lt;/b&gt;:</p>\n"
        "<ul><li>O'Brien's team</li><li>🙂 שלום</li></ul>\n<p>Line<br>next</p>"
    )
    assert found["life"]["source"] == "ashby:sample"
    assert found["versions"] == [
        {"number": 1, "at": "2026-03-01T12:00:00Z", "kind": "changed", "changed": ["title", "url"],
         "before": {"title": "Old title"}}
    ]  # fmt: skip
    assert [one["posting_id"] for one in found["merged"]] == [ids[1]]
    assert found["skills"][0]["name"]
    paid = next(id_ for id_ in ids if client.get(f"{POSTINGS}/{id_}").json()["life"]["state"] == "open")
    assert paid


def test_similar_postings_are_cards(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    answer = client.get(f"{POSTINGS}/{ids[0]}/similar", params={"limit": 5})
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert len(items) == 5
    assert "Backend Engineer" in items[0]["title"]
    assert items[0]["shared_skills"]
    assert ids[0] not in [one["posting_id"] for one in items]


@pytest.mark.parametrize("id_", ["0", "-1", "x", "2147483648", str(2**70), "999999"])
def test_a_posting_that_is_none(signed_in: SignedIn, id_: str) -> None:
    client = signed_in()
    for path in (f"{POSTINGS}/{id_}", f"{POSTINGS}/{id_}/similar"):
        answer = client.get(path)
        assert answer.status_code in REFUSED | {404}
        assert "jobswipe match" not in answer.text


def test_html_of_a_text_is_always_well_formed() -> None:
    for text in ("", "-", "- ", "<", "&amp;", "a\n\n\n\nb", "\r\n- x\r\n", "<img src=x onerror=alert(1)>", "]]>"):
        made = to_html(text)
        assert "<img" not in made
        assert made.count("<p>") == made.count("</p>")
