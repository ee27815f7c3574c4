"""A request's head by name: of several headers the first, or all of them where they are a list."""

from __future__ import annotations

from typing import Any

from server import heads


def scope(*headers: tuple[bytes, bytes]) -> Any:
    return {"type": "http", "headers": list(headers), "state": {}}


def test_of_several_the_first_counts() -> None:
    one = scope((b"host", b"a"), (b"x-request-id", b"first"), (b"x-request-id", b"second"), (b"x-other", b"\xff"))
    assert heads.first(one, b"x-request-id") == "first"
    assert heads.first(one, b"x-other") == "\xff"
    assert heads.first(one, b"accept") is None
    assert heads.by_name(one)[b"host"] == b"a"


def test_a_list_is_all_of_them_in_order() -> None:
    one = scope((b"accept", b"text/html"), (b"host", b"a"), (b"accept", b"*/*;q=0.1"), (b"accept", b""))
    assert heads.joined(one, b"accept") == "text/html, */*;q=0.1, "
    assert heads.joined(one, b"accept-encoding") == ""


def test_the_heads_of_two_requests_are_two() -> None:
    first, second = scope((b"host", b"a")), scope((b"host", b"b"))
    assert [heads.first(one, b"host") for one in (first, second, first)] == ["a", "b", "a"]
