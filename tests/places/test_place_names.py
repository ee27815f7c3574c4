"""What counts as a city's or a region's name in a text of other things."""

from __future__ import annotations

import pytest

from jobswipe.places import is_city, is_region, is_region_code


@pytest.mark.parametrize(
    "name", ["Berlin", "München", "Muenchen", "Łódź", "lodz", "Saint-Denis", "Xi'an", "Mysore", "NYC", "San Fran"]
)
def test_cities(name: str) -> None:
    assert is_city(name)


@pytest.mark.parametrize("name", ["", "Bavaria", "Google", "Rest", "Sea", "Baker", "Python", "x" * 10_000])
def test_no_cities(name: str) -> None:
    assert not is_city(name)


@pytest.mark.parametrize("name", ["Bavaria", "Bayern", "Tamil Nadu", "Île-de-France", "england", "TX", "ON", "NSW"])
def test_regions(name: str) -> None:
    assert is_region(name)


@pytest.mark.parametrize("name", ["", "Central", "North", "Jura", "tx", "XX", "BY", "Python"])
def test_no_regions(name: str) -> None:
    assert not is_region(name)


@pytest.mark.parametrize(("text", "expected"), [("TX", True), ("QLD", True), ("Tx", False), ("Texas", False)])
def test_region_codes(text: str, expected: bool) -> None:
    assert is_region_code(text) is expected
