"""Dates and ranges in the notations of resumes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.resumes.dates import find_date, find_range, to_iso


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Jan 2020 – Present", "2020-01", None),
        ("January 2020 to present", "2020-01", None),
        ("01/2020 - 03/2022", "2020-01", "2022-03"),
        ("2018–2020", "2018", "2020"),
        ("2018-20", "2018", "2020"),
        ("seit 2021", "2021", None),
        ("seit März 2021", "2021-03", None),
        ("Mai 2019 bis heute", "2019-05", None),
        ("03.2019 – 12.2020", "2019-03", "2020-12"),
        ("01.03.2019 - 31.12.2020", "2019-03-01", "2020-12-31"),
        ("janvier 2020 - aujourd'hui", "2020-01", None),
        ("de février 2018 à août 2019", "2018-02", "2019-08"),
        ("enero 2019 – actualidad", "2019-01", None),
        ("de 2015 a 2018", "2015", "2018"),
        ("março 2018 até hoje", "2018-03", None),
        ("gennaio 2017 - oggi", "2017-01", None),
        ("mei 2016 - heden", "2016-05", None),
        ("Iunie 2018 - decembrie 2020", "2018-06", "2020-12"),
        ("May – Aug 2020", "2020-05", "2020-08"),
        ("Nov – Feb 2020", "2019-11", "2020-02"),
        ("2014-09 – 2018-06", "2014-09", "2018-06"),
        ("Jan’20 – Mar’21", "2020-01", "2021-03"),
        ("Jun-08 to Jul-10", "2008-06", "2010-07"),
        ("since March 2019", "2019-03", None),
        ("Mar. 2016 - Exp. Jun. 2017", "2016-03", "2017-06"),
        ("1 January 2019 to 2 Feb 2020", "2019-01-01", "2020-02-02"),
        ("2019 –", "2019", None),
    ],
)
def test_ranges(text: str, start: str, end: str | None) -> None:
    for line in (text, f"Baker, Brot GmbH\t{text}", f"{text} | Baker"):
        if text.endswith("–") and not line.endswith("–"):
            continue
        found = find_range(line)
        assert found is not None, line
        assert (found.start, found.end) == (start, end)
        assert found.ongoing is (end is None)


def test_the_place_of_a_range_is_exact() -> None:
    found = find_range("Müller & Söhne, März 2018 – Juni 2020, Köln")
    assert found is not None
    assert "Müller & Söhne, März 2018 – Juni 2020, Köln"[found.begin : found.stop] == "März 2018 – Juni 2020"


@pytest.mark.parametrize(
    "text", ["no date", "grew sales by 20 - 30 %", "10,000 - 20,000 users", "ISO 27001", "12345-67890", "v2.10"]
)
def test_no_range(text: str) -> None:
    assert find_range(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2019", "2019"),
        ("May 2019", "2019-05"),
        ("31 May 2019", "2019-05-31"),
        ("May 31, 2019", "2019-05-31"),
        ("05/2019", "2019-05"),
        ("2019-05-31", "2019-05-31"),
        ("Summer 2022", "2022"),
        ("mai 2019", "2019-05"),
        ("nothing", None),
    ],
)
def test_single(text: str, iso: str | None) -> None:
    assert to_iso(text) == iso
    found = find_date(f"Brot GmbH {text}")
    assert (found.end if found else None) == iso


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for found in (find_range(text), find_date(text)):
        assert found is None or 0 <= found.begin < found.stop <= len(text)


def test_a_long_adversarial_line_is_quick() -> None:
    begun = time.process_time()
    for line in ("2020 - " * 15_000, "January " * 12_000, "1" * 100_000, " " * 100_000 + "2020", "jan 20" * 17_000):
        find_range(line)
        find_date(line)
    assert time.process_time() - begun < 1
