"""What a client accepts, and what a route can answer with."""

from __future__ import annotations

import pytest
from servers.described import described

from server.accept import quality


@pytest.mark.parametrize(
    ("accepted", "weight"),
    [
        ("", 1),
        ("*/*", 1),
        ("application/json", 1),
        ("Application/JSON; charset=utf-8", 1),
        ("application/*;q=0.4", 0.4),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", 0.8),
        ("text/csv", 0),
        ("application/json;q=0", 0),
        # The narrowest range counts, whatever the order.
        ("*/*, application/json;q=0", 0),
        ("application/json;q=0.2, application/*;q=0, */*", 0.2),
        ("application/json;q=nonsense, text/csv", 0),
        ("application/json;q=nan, */*;q=0.3", 0.3),
        ("application/json;q=0, application/json;q=0.5", 0.5),
        # Nothing that can be read says nothing.
        ("application/json;q=7", 1),
        (";;,,", 1),
        ("json", 1),
        ("\x00", 1),
        ("application/problem+json", 0),
    ],
)
def test_the_weight_of_a_media_type(accepted: str, weight: float) -> None:
    assert quality(accepted, "application/json") == weight


def test_a_long_header_takes_no_time() -> None:
    assert quality("a/b," * 100_000 + "application/json", "application/json") == 0


def test_what_can_be_answered_is_what_is_described() -> None:
    for path, item in described()["paths"].items():
        for method, operation in item.items():
            (status,) = (one for one in operation["responses"] if one.startswith(("2", "3")))
            assert ("406" in operation["responses"]) == bool(operation["responses"][status].get("content")), (
                method,
                path,
            )
