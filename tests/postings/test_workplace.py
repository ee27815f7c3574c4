"""Remote, hybrid, on-site: what a posting says clearly, and silence where it does not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.postings.workplace import decide, from_description, from_title, from_word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("TELECOMMUTE", "remote"),
        ("Remote", "remote"),
        ("Hybrid", "hybrid"),
        ("OnSite", "onsite"),
        ("On-site", "onsite"),
        ("ON_SITE", "onsite"),
        ("fully", "remote"),
        ("Hybrid Remote", "hybrid"),
        ("unspecified", None),
        ("", None),
        (None, None),
    ],
)
def test_the_sources_word(word: str | None, expected: str | None) -> None:
    assert from_word(word) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Nurse (Remote, US)", "remote"),
        ("Data Engineer - Remote", "remote"),
        ("Remote - Data Engineer", "remote"),
        ("Sales Lead [Hybrid - London]", "hybrid"),
        ("Entwickler (m/w/d) - 100% Remote", "remote"),
        ("Cook (On-site)", "onsite"),
        ("Remote Sensing Scientist", None),
        ("Hybrid Cloud Architect", None),
        ("Engineer, Distributed Systems", None),
        ("Virtual Assistant", None),
        ("Onsite Trainer", None),
    ],
)
def test_the_title(title: str, expected: str | None) -> None:
    assert from_title(title) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("This is a fully remote position.", "remote"),
        ("The role is 100% remote within Canada.", "remote"),
        ("Work location: Remote", "remote"),
        ("Apply now! #LI-Remote", "remote"),
        ("Trabajo 100% remoto.", "remote"),
        ("100 % télétravail", "remote"),
        ("Die Stelle ist komplett im Homeoffice, 100% Homeoffice möglich.", "remote"),
        ("フルリモートで働けます。", "remote"),
        ("Expect three days a week in our office.", "hybrid"),
        ("You are in our Leeds office 2-3 days per week.", "hybrid"),
        ("This is a hybrid role based in Oslo.", "hybrid"),
        ("We work 4 days on-site, with one day remote", "hybrid"),
        ("Homeoffice an zwei Tagen möglich.", "hybrid"),
        ("Télétravail partiel, deux jours sur site.", "hybrid"),
        ("Modelo de trabalho: híbrido", "hybrid"),
        ("Due giorni di smart working a settimana", "hybrid"),
        ("Je kunt twee dagen per week thuiswerken.", "hybrid"),
        ("リモートワークは週2日まで。", "hybrid"),
        ("We work from our office in Porto five days a week.", "onsite"),
        ("This role is on-site.", "onsite"),
        ("The position is at our mill and is not remote.", "onsite"),
        ("Modalidad presencial.", "onsite"),
        ("Kein Homeoffice möglich.", "onsite"),
        ("#LI-Onsite", "onsite"),
        ("We are a remote-friendly company.", None),
        ("This is not a remote-first company.", None),
        ("Ability to work with remote teams and hybrid cloud.", None),
        ("We have offices in Paris and Berlin.", None),
        ("Stipend for your home office set-up.", None),
        ("In-office lunch (5 days per week).", None),
        ("You train hybrid models.", None),
        ("Two team onsites a year.", None),
        ("Customer visits in person, travel 20%.", None),
        ("You may work remotely up to four weeks a year.", None),
        ("Office Manager wanted.", None),
    ],
)
def test_a_sentence_of_the_description(sentence: str, expected: str | None) -> None:
    clear = from_description("We make lamps.\n" + sentence + "\nApply by mail.")
    assert (clear.workplace if clear else None) == expected


def test_contradicting_sentences_say_nothing() -> None:
    assert from_description("This role is fully remote. This role is on-site.") is None


def test_the_order_of_who_is_believed() -> None:
    hybrid = "This role is hybrid, two days per week in our office."
    assert decide(word="Hybrid", flag=True) == "hybrid"
    assert decide(location="hybrid", flag=True) == "hybrid"
    assert decide(title="Dev (Remote)", description=hybrid) == "remote"
    assert decide(flag=True, description=hybrid) == "hybrid"
    assert decide(flag=True, description="Benefits: hybrid working environment.") == "remote"
    assert decide(description="Benefits: hybrid working environment.") == "hybrid"
    assert decide(remote_only_board=True) == "remote"
    assert decide(remote_only_board=True, location="onsite") == "onsite"


def test_a_flag_of_false_says_nothing() -> None:
    assert decide(flag=False) is None
    assert decide(flag=False, location="remote") == "remote"


@pytest.mark.parametrize(
    "piece", ["remote ", "remote. ", "hybrid a ", "3 days a week in a b c office ", "在宅週", "role is "]
)
def test_a_hostile_description_takes_linear_time(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    began = time.process_time()
    from_description(text)
    assert time.process_time() - began < 1.0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert decide(word=text, title=text, description=text) in ("remote", "hybrid", "onsite", None)
