"""Structured places and countries as sources write them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.places import country_code, country_name, resolve


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("usa", "US"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("Deutschland", "DE"),
        ("DEU", "DE"),
        ("de", "DE"),
        ("Österreich", "AT"),
        ("España", "ES"),
        ("Brasil", "BR"),
        ("The Netherlands", "NL"),
        ("Pays-Bas", "NL"),
        ("Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Czechia", "CZ"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("UAE", "AE"),
        ("Virgin Islands, British", "VG"),
        ("日本", "JP"),
        ("Polska", "PL"),
        ("Viet Nam", "VN"),
        ("Europe", None),
        ("Berlin", None),
        ("", None),
        ("XX", None),
    ],
)
def test_a_country_is_known_as_people_write_it(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_a_code_has_a_name() -> None:
    assert country_name("DE") == "Germany"
    assert country_name("ZZ") is None


def test_fields_give_a_place_with_its_position() -> None:
    place = resolve(city="Munich", region="BY", country="Germany")
    assert place is not None
    assert (place.text, place.city, place.region, place.country) == ("Munich, BY, Germany", "Munich", "Bavaria", "DE")
    assert place.latitude == pytest.approx(48.1, abs=0.1)


def test_fields_decide_what_the_text_leaves_open() -> None:
    place = resolve(text="Cambridge office", city="Cambridge", country="GB")
    assert place is not None
    assert (place.text, place.region, place.country) == ("Cambridge office", "England", "GB")


def test_the_sources_own_coordinates_come_first() -> None:
    place = resolve(city="Berlin", country="DE", latitude=52.4, longitude=13.3)
    assert place is not None
    assert (place.latitude, place.longitude) == (52.4, 13.3)


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (91.0, 8.0), (float("nan"), 1.0), (10.0, None)])
def test_impossible_coordinates_are_left_out(latitude: float, longitude: float | None) -> None:
    place = resolve(city="Nowhereville", country="US", latitude=latitude, longitude=longitude)
    assert place is not None
    assert (place.city, place.latitude, place.longitude) == ("Nowhereville", None, None)


def test_a_region_alone_names_its_country() -> None:
    place = resolve(region="Ontario")
    assert place is not None
    assert (place.city, place.region, place.country) == (None, "Ontario", "CA")


def test_a_city_without_a_country_is_read_like_a_text() -> None:
    place = resolve(city="San Francisco", region="CA")
    assert place is not None
    assert (place.city, place.region, place.country) == ("San Francisco", "California", "US")


@pytest.mark.parametrize("city", ["Remote", "N/A", "Multiple locations", "", " "])
def test_fields_that_say_nothing_give_nothing(city: str) -> None:
    assert resolve(city=city) is None


def test_the_text_is_read_where_the_fields_say_nothing() -> None:
    place = resolve(text="Oslo, Norway", country="")
    assert place is not None
    assert (place.city, place.country) == ("Oslo", "NO")


@settings(max_examples=100, deadline=None)
@given(city=st.text(max_size=40), region=st.text(max_size=20), country=st.text(max_size=20))
def test_any_fields_give_a_real_country_or_none(city: str, region: str, country: str) -> None:
    place = resolve(city=city, region=region, country=country)
    assert place is None or place.country is None or country_name(place.country) is not None


def test_importing_reads_no_data() -> None:
    code = "import jobswipe.places, jobswipe.places.gazetteer as g; print(g._cities.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
