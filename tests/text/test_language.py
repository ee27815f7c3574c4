"""The language of a text, or nothing where it is too short to tell."""

from __future__ import annotations

import pytest

from jobswipe.text import language
from jobswipe.text.language import detect

CLEAR = [
    ("We look for a person who keeps the pumps of our farmers running in every weather.", "en"),
    ("Wir suchen einen Menschen, der mit uns die Pumpen für die Höfe in der Region wartet.", "de"),
    ("Nous cherchons une personne pour entretenir les pompes dans les fermes de la région.", "fr"),
    ("Buscamos una persona para el mantenimiento de las bombas en las granjas de la región.", "es"),
    ("Data Engineer", None),
]


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
        ("Procuramos uma pessoa que mantenha as bombas dos nossos agricultores a funcionar com qualquer tempo.", "pt"),
        ("Vi söker en person som håller våra bönders pumpar igång i alla väder och som skriver tydligt.", "sv"),
        ("Hledáme člověka, který se bude starat o čerpadla našich zemědělců za každého počasí.", "cs"),
        ("Etsimme henkilöä, joka pitää viljelijöidemme pumput käynnissä kaikissa sääolosuhteissa.", "fi"),
        ("Мы ищем человека, который будет обслуживать насосы наших фермеров в любую погоду.", "ru"),
        ("Senior Pump Engineer, Generalist\nSenior Pump Engineer, Generalist", None),
        ("Other\nInterested in pumps but do not see a role that fits? Write to us here!", "en"),
        ("Python", None),
        ("", None),
        ("12345 !!! 67890", None),
    ],
)
def test_detect(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_a_foreign_heading_does_not_decide() -> None:
    assert detect("Bewerbung\n" + "We build pumps and we look for people who like to talk to farmers. " * 20) == "en"


def test_a_text_in_two_languages_is_in_the_one_that_it_has_more_of() -> None:
    french = "Nous cherchons une personne pour entretenir les pompes dans les fermes de la région avec nos équipes. "
    english = "We look for a person who keeps the pumps of our farmers running. "
    assert detect(french * 20 + english * 10) == "fr"
    assert detect(english * 20 + french * 5) == "en"


def test_clear_texts_do_not_load_the_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes half a second: a command over ordinary postings must do without."""

    def loaded() -> None:
        pytest.fail("the identifier was loaded")

    monkeypatch.setattr(language, "_identifier", loaded)
    for text, code in CLEAR:
        assert detect(text) == code
