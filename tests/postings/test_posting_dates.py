"""Dates of every notation that boards use, and nothing for nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.postings.dates import AHEAD, EARLIEST, moment

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-10T21:10:27.371+00:00", "2026-10-10T21:10:27.371+00:00"),
        ("2026-07-28T05:41:06-04:00", "2026-07-28T09:41:06+00:00"),
        ("2025-12-05 21:44:46 UTC", "2025-12-05T21:44:46+00:00"),
        ("2026-10-01", "2026-10-01T00:00:00+00:00"),
        ("Fri, 07 Aug 2026 10:00:00 +0200", "2026-08-07T08:00:00+00:00"),
        (1760000000, "2025-10-09T08:53:20+00:00"),
        (1760000000000, "2025-10-09T08:53:20+00:00"),
        ("1760000000", "2025-10-09T08:53:20+00:00"),
        ("3 days ago", "2026-10-29T12:00:00+00:00"),
        ("Posted Yesterday", "2026-10-31T12:00:00+00:00"),
        ("posted today", "2026-11-01T12:00:00+00:00"),
        ("an hour ago", "2026-11-01T11:00:00+00:00"),
        ("2w", "2026-10-18T12:00:00+00:00"),
    ],
)
def test_known_notations(value: str | float, expected: str) -> None:
    assert moment(value, NOW) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "value",
    [None, "", 0, "1970-01-01", "2999-01-01T00:00:00Z", "Posted 30+ Days Ago", "soon", "99/99/9999", float("inf"), -5,
     float("nan"), True, "9" * 400, "2026-13-45", "0000-00-00"],
)  # fmt: skip
def test_nonsense_is_nothing(value: str | float | None) -> None:
    assert moment(value, NOW) is None


def test_a_closing_date_may_lie_ahead() -> None:
    assert moment("2027-06-30", NOW) is None
    assert moment("2027-06-30", NOW, closing=True) == datetime(2027, 6, 30, tzinfo=UTC)


@given(st.one_of(st.text(max_size=70), st.floats(), st.integers()))
def test_anything_is_read_or_nothing(value: str | float) -> None:
    found = moment(value, NOW)
    assert found is None or EARLIEST <= found <= NOW + AHEAD + timedelta(seconds=1)
