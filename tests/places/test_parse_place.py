"""Free location texts: every place that is named, the way of working, from where remote work is allowed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.places import country_name, parse
from jobswipe.places.parser import MAX_PLACES


def _places(text: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(place.city, place.region, place.country) for place in parse(text).places]


@pytest.mark.parametrize(
    ("text", "city", "region", "country"),
    [
        ("Cambridge, MA", "Cambridge", "Massachusetts", "US"),
        ("Cambridge, UK", "Cambridge", "England", "GB"),
        ("Paris, TX", "Paris", "Texas", "US"),
        ("Paris", "Paris", "Île-de-France", "FR"),
        ("Paris, Paris, France", "Paris", "Île-de-France", "FR"),
        ("Portland, OR", "Portland", "Oregon", "US"),
        ("San Francisco, CA", "San Francisco", "California", "US"),
        ("Toronto, CA", "Toronto", "Ontario", "CA"),
        ("London, ON", "London", "Ontario", "CA"),
        ("Birmingham, AL", "Birmingham", "Alabama", "US"),
        ("Washington, D.C.", "Washington", "District of Columbia", "US"),
        ("Bangalore, Karnataka, India", "Bengaluru", "Karnataka", "IN"),
        ("Tel Aviv - IL", "Tel Aviv", "Tel Aviv", "IL"),
        ("Darmstadt, DE", "Darmstadt", "Hesse", "DE"),
        ("Wilmington, DE", "Wilmington", "Delaware", "US"),
        ("Zurich, CH", "Zurich", "Zurich", "CH"),
        ("Campinas - SP", "Campinas", "São Paulo", "BR"),
        ("US, CA, Mountain View", "Mountain View", "California", "US"),
        ("NZ-Auckland-Harbour", "Auckland", "Auckland", "NZ"),
        ("Austin TX", "Austin", "Texas", "US"),
        ("Mountain View CA USA", "Mountain View", "California", "US"),
        ("Atlanta, Georgia", "Atlanta", "Georgia", "US"),
        ("Tbilisi, Georgia", "Tbilisi", "T'bilisi", "GE"),
        ("Georgia, US", None, "Georgia", "US"),
        ("Ontario", None, "Ontario", "CA"),
        ("Ontario, California", "Ontario", "California", "US"),
        ("New York", "New York", "New York", "US"),
        ("Brooklyn, New York", "Brooklyn", "New York", "US"),
        ("Elk County, Pennsylvania", None, "Pennsylvania", "US"),
        ("Tinyhamlet, Ohio", "Tinyhamlet", "Ohio", "US"),
        ("SF Bay Area", "San Francisco", "California", "US"),
        ("Silicon Valley", None, "California", "US"),
        ("NYC", "New York", "New York", "US"),
        ("DC", "Washington", "District of Columbia", "US"),
        ("München", "Munich", "Bavaria", "DE"),
        ("Wien", "Vienna", "Vienna", "AT"),
        ("Köln, Deutschland", "Cologne", "North Rhine-Westphalia", "DE"),
        ("東京都", "Tokyo", "Tokyo", "JP"),
        ("上海", "Shanghai", "Shanghai", "CN"),
        ("Singapore", "Singapore", None, "SG"),
        ("Mexico", None, None, "MX"),
        ("Mexico City, Mexico", "Mexico City", "Mexico City", "MX"),
        ("Seoul, Korea", "Seoul", "Seoul", "KR"),
        ("Greater Manchester Area", "Manchester", "England", "GB"),
        ("London 3 days/week", "London", "England", "GB"),
        ("Vancouver", "Vancouver", "British Columbia", "CA"),
        ("Vancouver, WA", "Vancouver", "Washington", "US"),
        ("us", None, None, "US"),
        ("Bosnia and Herzegovina", None, None, "BA"),
    ],
)
def test_one_place_is_named(text: str, city: str | None, region: str | None, country: str) -> None:
    assert _places(text) == [(city, region, country)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("New York, NY; London, UK | Berlin", ["New York", "London", "Berlin"]),
        ("London, Paris or Berlin", ["London", "Paris", "Berlin"]),
        (
            "San Francisco, CA, New York, NY, Portland, OR, or Denver",
            ["San Francisco", "New York", "Portland", "Denver"],
        ),
        ("Boston, New York", ["Boston", "New York"]),
        ("Menlo Park; Roma; Odessa; Hanover", ["Menlo Park", "Rome", "Odesa", "Hannover"]),
        ("Acme - Costa Rica; Acme, Costa Rica", [None, "Acme"]),
        ("Austin / Dallas/Houston", ["Austin", "Dallas", "Houston"]),
        ("US - Seattle; Chicago", ["Seattle", "Chicago"]),
        ("Lyon et Marseille", ["Lyon", "Marseille"]),
        ("Montréal, Toronto", ["Montreal", "Toronto"]),
        ("Lisbon • Porto · Faro", ["Lisbon", "Porto", "Faro"]),
        ("Berlin, Berlin, Germany; Berlin", ["Berlin"]),
    ],
)
def test_a_text_of_several_places_is_kept_whole(text: str, expected: list[str]) -> None:
    assert [place.city for place in parse(text).places] == expected


@pytest.mark.parametrize(
    ("text", "workplace", "countries", "regions"),
    [
        ("Remote - US", "remote", ("US",), ()),
        ("US-Remote", "remote", ("US",), ()),
        ("Remote (United States | Canada)", "remote", ("US", "CA"), ()),
        ("San Francisco / NYC / Remote (US)", "remote", ("US",), ()),
        ("Oregon, USA, Remote; Nevada, USA, Remote", "remote", ("US",), ()),
        ("Remote - Utah", "remote", ("US",), ()),
        ("Remote in Denver", "remote", (), ()),
        ("Paris or remote", "remote", (), ()),
        ("London, UK or Remote", "remote", (), ()),
        ("Chicago; Remote", "remote", (), ()),
        ("Remote - EMEA", "remote", (), ("EMEA",)),
        ("Remote (Canada, LATAM, EU)", "remote", ("CA",), ("LATAM", "EU")),
        ("Anywhere in the world", "remote", (), ("worldwide",)),
        ("Remoto en España", "remote", ("ES",), ()),
        ("EU timezone", None, (), ("EU",)),
        ("Remote (outside the US)", "remote", (), ()),
        ("Hybrid - Amsterdam", "hybrid", (), ()),
        ("London (hybrid)", "hybrid", (), ()),
        ("Hybrid Remote, Leeds", "hybrid", (), ()),
        ("Berlin - On-site", "onsite", (), ()),
        ("Not remote, Berlin", "onsite", (), ()),
        ("Berlin", None, (), ()),
        ("United States", None, (), ()),
    ],
)
def test_the_way_of_working_and_where_remote_work_is_allowed(
    text: str, workplace: str | None, countries: tuple[str, ...], regions: tuple[str, ...]
) -> None:
    location = parse(text)
    assert (location.workplace, location.remote_countries, location.remote_regions) == (workplace, countries, regions)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "5 Locations", "Multiple locations", "HQ", "N/A", "n/a", "TBD", "undefined", "+3 more", "---", "(2)"],
)
def test_what_names_no_place_gives_none(text: str) -> None:
    assert parse(text).places == ()


@pytest.mark.parametrize("text", ["Cambridge", "Georgia", "Santa Clara"])
def test_a_name_that_several_places_share_is_not_guessed(text: str) -> None:
    [place] = parse(text).places
    assert (place.text, place.city, place.country, place.latitude) == (text, None, None, None)


def test_the_country_is_stated_where_only_the_region_is_open() -> None:
    [place] = parse("Arlington").places
    assert (place.city, place.region, place.country, place.latitude) == ("Arlington", None, "US", None)


def test_other_places_of_the_text_decide() -> None:
    assert [place.country for place in parse("Georgia; Florida; Texas").places] == ["US", "US", "US"]


def test_a_place_keeps_the_text_as_written_and_the_gazetteers_position() -> None:
    [place, other] = parse("Remote -  Frankfurt a.M.,  Germany | Kyoto").places
    assert place.text == "Frankfurt a.M.,  Germany"
    assert (place.city, other.city) == ("Frankfurt am Main", "Kyoto")
    assert place.latitude == pytest.approx(50.1, abs=0.1)
    assert place.longitude == pytest.approx(8.7, abs=0.1)


def test_an_unknown_name_keeps_its_text_alone() -> None:
    [place] = parse("Riverbend Mall").places
    assert (place.text, place.city, place.region, place.country) == ("Riverbend Mall", None, None, None)


def test_places_are_capped() -> None:
    towns = ["Berlin", "Hamburg", "Munich", "Cologne", "Bremen"]
    text = "; ".join(f"{towns[n % 5]}{n}" for n in range(10_000))
    assert len(parse(text).places) == MAX_PLACES


@pytest.mark.parametrize(
    "piece", ["-", " - ", "((Remote", "Berlin, ", "Berlin or ", "US, ", "A ", "東京", "Foo, ", "|"]
)
def test_time_is_linear_in_a_hostile_text(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    began = time.process_time()
    parse(text)
    assert time.process_time() - began < 1.0


_WORDS = st.sampled_from(
    "Remote Hybrid Berlin Paris TX CA OR or and , ; / | ( ) - US Georgia York EMEA 5 in the".split()
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(_WORDS, max_size=14).map(" ".join)))
def test_any_text_gives_real_countries_and_possible_positions(text: str) -> None:
    location = parse(text)
    for place in location.places:
        assert place.country is None or country_name(place.country) is not None
        assert place.latitude is None or -90 <= place.latitude <= 90
        assert place.longitude is None or -180 <= place.longitude <= 180
        assert place.text.strip(")") in text
    assert all(country_name(country) for country in location.remote_countries)
    if location.workplace != "remote":
        assert location.remote_countries == ()
