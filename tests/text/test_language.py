"""The language of a text, or nothing where it is too short to tell."""

from __future__ import annotations

import pytest

from jobswipe.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We look for a person who keeps the pumps of our farmers running in every weather.", "en"),
        ("Wir suchen einen Menschen, der mit uns die Pumpen für die Höfe in der Region wartet.", "de"),
        ("Nous cherchons une personne pour entretenir les pompes dans les fermes de la région.", "fr"),
        ("Buscamos una persona para el mantenimiento de las bombas en las granjas de la región.", "es"),
        ("Cerchiamo una persona per la manutenzione delle pompe nelle aziende agricole della zona.", "it"),
        ("Wij zoeken iemand die de pompen van onze boeren in de regio onderhoudt en repareert.", "nl"),
        ("農家のポンプを点検し、修理する人を募集しています。経験は問いません。", "ja"),
        ("Szukamy osoby, która będzie dbać o pompy w gospodarstwach i pisać jasne notatki dla zespołu.", "pl"),
        ("Python", None),
        ("", None),
        ("12345 !!! 67890", None),
    ],
)
def test_detect(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_a_foreign_heading_does_not_decide() -> None:
    assert detect("Bewerbung\n" + "We build pumps and we look for people who like to talk to farmers. " * 20) == "en"
