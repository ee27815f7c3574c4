from __future__ import annotations

import subprocess
import sys

import pytest
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.titles import clean, roles, tokens, vectors
from jobswipe.titles.clean import known_stems


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("Sr. Software Eng II (m/w/d) - Remote, Berlin", "software engineer"),
        ("Director, Data Science", "data science director"),
        ("Account Executive, France", "account executive"),
        ("Senior SRE | Remote (US)", "site reliability engineer"),
        ("Staff Accountant", "accountant"),
        ("Chief of Staff", "chief of staff"),
        ("Lead Generation Specialist", "lead generation specialist"),
        ("Lead Engineer", "engineer"),
        ("Sales Associate", "sales associate"),
        ("Associate Product Manager", "product manager"),
        ("School Principal", "school principal"),
        ("Principal Engineer", "engineer"),
        ("Softwareentwickler:in Java (all genders)", "software developer java"),
        ("Vertriebsingenieur", "sales engineer"),
        ("Ingénieur DevOps H/F", "engineer devops"),
        ("UI/UX Designer", "user experience interface designer"),
        ("R&D Engineer #12345", "research development engineer"),
        ("Part-time Barista in Munich", "barista"),
        ("LONDON - Rental Agent", "rental agent"),
        ("Front-End Dev", "frontend developer"),
        ("Back End Developer", "backend developer"),
        ("Biz Dev Mgr", "business development manager"),
        ("Rad Tech", "rad technician"),
        ("Tech Lead", "technical"),
        ("HR Generalist", "human resources generalist"),
        ("RN", "registered nurse"),
        ("PM", "pm"),
        ("Remote Sensing Scientist", "remote sensing scientist"),
        ("Product Manager, Mobile", "product manager mobile"),
        ("C++ Developer", "c++ developer"),
        ("Senior", "senior"),
        ("Remote", "remote"),
        ("", ""),
    ],
)
def test_core(title: str, core: str) -> None:
    assert clean(title) == core


def test_a_title_in_another_script_is_read_by_its_english_name() -> None:
    assert clean("データ技術者 (Data Engineer)") == "data engineer"
    assert clean("看護師") == "看護師"


def test_spellings_meet_in_tokens() -> None:
    assert tokens("Senior Fullstack Developer (m/f/d)") == tokens("Full-Stack Developers, Remote")
    assert tokens("Customer Success Mgr") == tokens("CSM")


def test_professions_are_not_merged_by_stemming() -> None:
    assert not set(tokens("Accountant")) & set(tokens("Account Executive"))
    assert not set(tokens("Software Developer")) & set(tokens("Business Development"))


@given(st.text(max_size=400))
def test_any_text_has_a_core(title: str) -> None:
    assert clean(title) == clean(title).strip()
    assert all(tokens(title))


def test_long_hostile_titles_are_cut() -> None:
    for title in ("(" * 100_000, "m/w/" * 30_000, "- " * 50_000, "#" * 100_000, "lead " * 20_000):
        assert len(clean(title)) < 2_000


def test_the_shipped_stems_are_the_stemmers() -> None:
    """Were it not so, a title might have another stem than its rule: run scripts/build_title_stems.py."""
    stem_word = snowballstemmer.stemmer("english").stemWord
    known = known_stems()
    assert set(known) == {*roles.rule_words(), *vectors.RANK_WORDS}
    assert all(stem_word(word) == stem for word, stem in known.items())


def test_the_first_title_waits_for_no_stemmer() -> None:
    says = (
        "import sys; from jobswipe import titles; titles.vector('Backend Engineer'); titles.family('Senior Nurse'); "
        "assert 'snowballstemmer' not in sys.modules; assert titles.tokens('Glassblowers') == ('glassblow',)"
    )
    subprocess.run([sys.executable, "-c", says], check=True)
