"""Quiet hours go by the person's own clock, also on the nights when it is changed; what preferences may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobswipe.errors import UsageError
from jobswipe.notifications.preferences import decode, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")


def until(now: str, begin: str, end: str, tz: ZoneInfo = BERLIN) -> str | None:
    """The end of the quiet hours as UTC and local time, for a moment in UTC."""
    preferences = decode({"quiet": {"from": begin, "to": end}})
    found = quiet_until(preferences, tz, datetime.fromisoformat(now).replace(tzinfo=UTC))
    return None if found is None else f"{found:%d %H:%M} {found.astimezone(tz):%H:%M%z}"


def test_over_midnight_and_within_a_day() -> None:
    assert until("2026-01-10T20:59", "22:00", "07:00") is None
    assert until("2026-01-10T21:00", "22:00", "07:00") == "11 06:00 07:00+0100"
    assert until("2026-01-11T05:59:59", "22:00", "07:00") == "11 06:00 07:00+0100"
    assert until("2026-01-11T06:00", "22:00", "07:00") is None
    assert until("2026-07-10T11:30", "13:00", "14:00") == "10 12:00 14:00+0200"


def test_the_night_that_is_an_hour_short() -> None:
    # 29 March 2026, 02:00 becomes 03:00.
    assert until("2026-03-28T21:30", "22:00", "07:00") == "29 05:00 07:00+0200"
    # An end that the clock skips: quiet until the clock shows something later.
    assert until("2026-03-28T21:30", "22:00", "02:30") == "29 01:00 03:00+0200"
    # A beginning that it skips.
    assert until("2026-03-29T00:59", "02:30", "07:00") is None
    assert until("2026-03-29T01:00", "02:30", "07:00") == "29 05:00 07:00+0200"


def test_the_night_that_is_an_hour_long() -> None:
    # 25 October 2026, 03:00 becomes 02:00: 02:30 comes twice.
    assert until("2026-10-24T20:30", "22:00", "07:00") == "25 06:00 07:00+0100"
    assert until("2026-10-24T23:00", "22:00", "02:30") == "25 00:30 02:30+0200"
    assert until("2026-10-25T00:30", "22:00", "02:30") is None
    # The clock shows 02:10 again, and the person said: until 02:30.
    assert until("2026-10-25T01:10", "22:00", "02:30") == "25 01:30 02:30+0100"


def test_other_zones() -> None:
    assert until("2026-03-08T06:30", "01:00", "02:30", ZoneInfo("America/New_York")) == "08 07:00 03:00-0400"
    assert until("2026-06-01T18:00", "23:30", "06:15", ZoneInfo("Asia/Kolkata")) == "02 00:45 06:15+0530"


def test_the_end_is_never_in_the_past() -> None:
    preferences = decode({"quiet": {"from": "22:00", "to": "02:30"}})
    for night in (datetime(2026, 3, 28, 18, tzinfo=UTC), datetime(2026, 10, 24, 18, tzinfo=UTC)):
        for minute in range(0, 14 * 60, 7):
            now = night + timedelta(minutes=minute, seconds=13)
            end = quiet_until(preferences, BERLIN, now)
            assert end is None or end > now


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"timezone": "Europe/Berlim"}, "Europe/Berlin"),
        ({"timezone": "berlin"}, "Europe/Berlin"),
        ({"timezone": "../etc/passwd"}, "no IANA time zone"),
        ({"timezone": "Europe"}, "no IANA time zone"),
        ({"timezone": ""}, "no IANA time zone"),
        ({"timezone": 7}, "no IANA time zone"),
        ({"quiet": {"from": "22:00", "to": "22:00"}}, "begins when it ends"),
        ({"quiet": {"from": "25:00", "to": "07:00"}}, "time of day"),
        ({"quiet": "22-7"}, "must look like"),
        ({"digest_at": "8"}, "digest_at"),
        ({"min_score": 2}, "min_score"),
        ({"min_score": True}, "min_score"),
        ({"kinds": {"strong_mach": {"mode": "now"}}}, "strong_match"),
        ({"kinds": {"strong_match": {"mode": "later"}}}, "off, now, digest"),
        ({"kinds": {"digest": {"mode": "digest"}}}, "off, now."),
        ({"kinds": {"digest": "now"}}, "must look like"),
        ({"kinds": {"follow_up": {"channels": "phone"}}}, "list of channel names"),
        ({"kinds": []}, None),
        ({"colour": 1}, "there is timezone"),
        ([], "one JSON object"),
    ],
)
def test_what_makes_no_sense_is_said(value: Any, said: str | None) -> None:
    if said is None:
        decode(value)
        return
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        decode(value)


def test_the_public_shape_reads_back() -> None:
    given = {
        "timezone": "Asia/Tokyo",
        "quiet": {"from": "22:00", "to": "07:05"},
        "digest_at": "18:30",
        "min_score": 0.7,
        "kinds": {"strong_match": {"mode": "now", "channels": ["phone"]}, "digest": {"mode": "off"}},
    }
    shape = decode(given).to_dict()
    assert decode(shape).to_dict() == shape
    assert shape["kinds"]["strong_match"] == {"mode": "now", "channels": ["phone"]}
    assert shape["kinds"]["follow_up"] == {"mode": "now", "channels": None}
