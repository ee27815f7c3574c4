"""A posting's location from all that its source says."""

from __future__ import annotations

from typing import Any

import pytest

from jobswipe.places.place import Location
from jobswipe.postings.location import locate
from jobswipe.sources.raw import RawLocation, RawPosting


def _located(*locations: RawLocation | str, description: str | None = None, **fields: Any) -> Location:
    raw = [RawLocation(text=item) if isinstance(item, str) else item for item in locations]
    fields.setdefault("title", "Baker")
    return locate(RawPosting(external_id="1", locations=raw, **fields), description)


def test_texts_and_fields_are_one_place_each() -> None:
    found = _located("Berlin", RawLocation(city="Berlin", country="Germany"), "Paris, France")
    assert [(place.city, place.country) for place in found.places] == [("Berlin", "DE"), ("Paris", "FR")]
    assert found.workplace is None


def test_fields_decide_an_ambiguous_text() -> None:
    [place] = _located(RawLocation(text="Cambridge", city="Cambridge", region="MA", country="USA")).places
    assert (place.text, place.region, place.country) == ("Cambridge", "Massachusetts", "US")


def test_fields_place_an_unknown_text() -> None:
    [place] = _located(RawLocation(text="Riverbend Mall", city="Calgary", region="Alberta", country="Canada")).places
    assert (place.text, place.city, place.country) == ("Riverbend Mall", "Calgary", "CA")


def test_an_address_elsewhere_does_not_move_a_clear_text() -> None:
    [place] = _located(RawLocation(text="London, UK", city="Boston", region="MA", country="US")).places
    assert (place.city, place.country) == ("London", "GB")


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Cambridge", "GB", ("Cambridge", "England", "GB")),
        ("London", "CA", ("London", "Ontario", "CA")),
        ("London", "US", ("London", "England", "GB")),
        ("Georgia", "GE", (None, None, "GE")),
        ("Riverbend Mall", "CA", (None, None, "CA")),
    ],
)
def test_a_country_beside_the_text_helps_it(text: str, country: str, expected: tuple[str | None, ...]) -> None:
    [place] = _located(RawLocation(text=text, country=country)).places
    assert (place.city, place.region, place.country) == expected


def test_of_an_office_beside_remote_only_the_country_is_taken() -> None:
    found = _located(RawLocation(text="Remote", city="Boston", region="MA", country="US"), remote_flag=True)
    assert [(place.city, place.country) for place in found.places] == [(None, "US")]
    assert (found.workplace, found.remote_countries) == ("remote", ())


@pytest.mark.parametrize(
    ("location", "countries"),
    [
        ("Remote - US", ("US",)),
        ("Germany", ("DE",)),
        ("San Francisco", ()),
        ("Remote", ()),
    ],
)
def test_remote_countries_are_those_that_the_texts_tie_to_remote_work(
    location: str, countries: tuple[str, ...]
) -> None:
    assert _located(location, remote_flag=True).remote_countries == countries


def test_a_posting_that_is_not_remote_has_no_remote_countries() -> None:
    assert _located("Germany", workplace_text="Hybrid", remote_within=["Germany"]).remote_countries == ()


def test_the_sources_restriction_names_countries_and_regions() -> None:
    found = _located(remote_only_board=True, remote_within=["USA Only", "Georgia", "Europe"])
    assert found.workplace == "remote"
    assert found.remote_countries == ("US", "GE")
    assert found.remote_regions == ("Europe",)
    assert [place.country for place in found.places] == ["US", "GE"]


def test_the_title_names_where_remote_work_is_allowed() -> None:
    found = _located(title="Baker (Remote, Canada)")
    assert (found.workplace, found.remote_countries) == ("remote", ("CA",))


def test_the_description_names_where_remote_work_is_allowed() -> None:
    found = _located(description="This role is fully remote within the United States.")
    assert (found.workplace, found.remote_countries) == ("remote", ("US",))


def test_a_second_location_of_remote_is_an_option() -> None:
    found = _located("New York, NY", "Remote")
    assert (found.workplace, [place.city for place in found.places]) == ("remote", ["New York"])


def test_a_city_field_that_says_remote_is_no_city() -> None:
    found = _located(RawLocation(city="Remote", country="PL"))
    assert (found.workplace, found.places[0].city, found.remote_countries) == ("remote", None, ("PL",))


def test_a_remote_board_is_remote_unless_its_text_says_otherwise() -> None:
    assert _located("Worldwide", remote_only_board=True).workplace == "remote"
    assert _located("Hybrid - Oslo", remote_only_board=True).workplace == "hybrid"


def test_ten_thousand_locations_are_capped() -> None:
    assert len(_located(*[f"Town {n}, Ohio; Berlin" for n in range(10_000)]).places) <= 250
