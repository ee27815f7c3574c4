from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.titles import employment_type


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("FullTime", "full_time"),
        ("Full-time", "full_time"),
        ("full_time", "full_time"),
        ("FULL_TIME", "full_time"),
        ("Vollzeit", "full_time"),
        ("Temps plein", "full_time"),
        ("正社員", "full_time"),
        ("fulltime_permanent", "full_time"),
        ("Permanent - Full Time", "full_time"),
        ("SALARIED_FT", "full_time"),
        ("PartTime", "part_time"),
        ("Teilzeit", "part_time"),
        ("Minijob", "part_time"),
        ("20 hours per week", "part_time"),
        ("40 hours per week", "full_time"),
        ("Contractor", "contract"),
        ("Freelance", "contract"),
        ("CONTRACT_TO_HIRE", "contract"),
        ("Temporary", "temporary"),
        ("CDD", "temporary"),
        ("Befristet", "temporary"),
        ("Fixed-term", "temporary"),
        ("PER_DIEM", "temporary"),
        ("Praktikum", "internship"),
        ("INTERN", "internship"),
        ("Prácticas", "internship"),
        ("Volunteer", "volunteer"),
        ("Other", "other"),
        ("Permanent", None),
        ("CDI", None),
        ("Unbefristet", None),
        ("Full-time / Part-time", None),
        ("Hybrid", None),
        ("", None),
    ],
)
def test_source_word(word: str, kind: str | None) -> None:
    assert employment_type(word, "Baker") == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Baking Intern", "internship"),
        ("Part-Time Baker", "part_time"),
        ("Baker (Contract)", "contract"),
        ("Baker - 6 month contract", "contract"),
        ("Freelance Baker", "contract"),
        ("Contract Manager", None),
        ("Contracts Administrator", None),
        ("Temporary Baker", "temporary"),
        ("Baker (Full or Part-time)", None),
        ("Volunteer Coordinator", None),
        ("Werkstudent Backstube", None),
        ("Baker", None),
    ],
)
def test_title(title: str, kind: str | None) -> None:
    assert employment_type(None, title) == kind


def test_an_internship_in_the_title_outranks_the_source() -> None:
    assert employment_type("FullTime", "Baking Intern") == "internship"
    assert employment_type("PartTime", "Freelance Baker") == "part_time"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We bake. This is a full-time position.", "full_time"),
        ("Employment type: Part-time role, mornings only.", "part_time"),
        ("Wir suchen eine Person in Vollzeit.", "full_time"),
        ("El puesto es de media jornada.", "part_time"),
        ("This is a 6-month contract role.", "contract"),
        ("This is a fixed-term contract for a year.", "temporary"),
        ("This position is available full-time or part-time.", None),
        ("Vollzeit oder Teilzeit möglich.", None),
        ("You manage full-time and part-time staff.", None),
        ("All full-time employees get free bread.", None),
        ("We review every contract.", None),
        ("", None),
    ],
)
def test_statement(text: str, kind: str | None) -> None:
    assert employment_type(None, "Baker", text) == kind


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=400))
def test_never_fails(word: str, title: str, text: str) -> None:
    employment_type(word, title, text)


@pytest.mark.parametrize(
    "part",
    ["full-time ", "this is a ", "type: ", "this is a x, x, full-time ", "part time or full ", "40 - ", "temps plein "],
)
def test_hostile_texts_are_quick(part: str) -> None:
    text = part * (100_000 // len(part))
    start = time.process_time()
    employment_type(text, text, text)
    assert time.process_time() - start < 1
