"""Bodies are compressed as the client likes it, never where that tells a secret; what is known is not sent again."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient
from servers.program import prepare

from jobswipe import settings as module
from jobswipe.db.engine import Database
from server.app import create_app
from server.encoding import _chosen


@pytest.fixture
def client(store: Database) -> Any:
    app = create_app(module.load(), store)
    prepare(app)
    with TestClient(app) as found:
        yield found


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.5, zstd;q=0", "gzip"),
        ("GZIP ; q=0.4", "gzip"),
        ("*", "zstd"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", None),
        ("deflate", None),
        ("gzip;q=nonsense", None),
        ("gzip;q=0", None),
    ],
)
def test_the_coding_is_the_clients_choice(accepted: str, coding: str | None) -> None:
    assert _chosen(accepted) == coding


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_large_answer_is_small_on_its_way(client: Any, coding: str) -> None:
    plain = client.get("/big", headers={"accept-encoding": "identity"})
    small = client.get("/big", headers={"accept-encoding": coding})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == coding
    assert int(small.headers["content-length"]) < 1_000 < int(plain.headers["content-length"])
    assert small.json() == plain.json()  # the client unpacks it
    for answer in (plain, small):
        assert answer.headers["vary"] == "Authorization, Cookie, Accept-Encoding"


def test_what_is_small_or_packed_already_is_sent_as_it_is(client: Any) -> None:
    for path in ("/things/1", "/file", "/nothing"):
        assert "content-encoding" not in client.get(path, headers={"accept-encoding": "gzip"}).headers


def test_no_size_tells_a_secret(client: Any) -> None:
    for answer in (client.get("/secret"), client.get("/cookie"), client.post("/login")):
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
        assert "etag" not in answer.headers


def test_what_a_client_has_is_not_sent_again(client: Any) -> None:
    tags = set()
    for coding in ("identity", "gzip", "br", "zstd"):
        asked = {"accept-encoding": coding}
        tag = client.get("/big", headers=asked).headers["etag"]
        tags.add(tag)
        for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            answer = client.get("/big", headers=asked | {"if-none-match": given})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
            assert answer.headers["cache-control"] == "no-store"
            assert "content-type" not in answer.headers
        assert client.get("/big?letter=b", headers=asked | {"if-none-match": tag}).status_code == 200
    assert len(tags) == 4  # strong: of what is sent, byte by byte


def test_a_head_has_the_tag_of_its_get(client: Any) -> None:
    asked = {"accept-encoding": "identity"}
    assert client.head("/big", headers=asked).headers["etag"] == client.get("/big", headers=asked).headers["etag"]


def test_errors_and_changes_have_no_tag(client: Any) -> None:
    assert "etag" not in client.get("/nothing").headers
    assert "etag" not in client.post("/swallow").headers
