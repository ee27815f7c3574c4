from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.titles import seniority


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Software Engineering Intern", "intern"),
        ("Werkstudent Marketing (m/w/d)", "intern"),
        ("Praktikum im Vertrieb", "intern"),
        ("Stagiaire en comptabilité", "intern"),
        ("Becaria de Diseño", "intern"),
        ("Co-op, Mechanical", "intern"),
        ("Internship Program Manager", None),
        ("Internal Auditor", None),
        ("International Tax Analyst", None),
        ("Stage Manager", None),
        ("Junior Buyer", "entry"),
        ("Jr. Data Analyst", "entry"),
        ("Graduate Engineer", "entry"),
        ("Software Engineer, New Grad", "entry"),
        ("Entry Level Welder", "entry"),
        ("Data Entry Clerk", None),
        ("Software Engineer I", "entry"),
        ("Associate Product Manager", "entry"),
        ("Associate Director, Tax", "director"),
        ("Associate General Counsel", None),
        ("Sales Associate", None),
        ("Associate Professor", None),
        ("Junior Office Manager", "entry"),
        ("Software Engineer II", "mid"),
        ("Analyst 2, Fraud", "mid"),
        ("Mid-Level Developer", "mid"),
        ("Mid-Market Account Executive", None),
        ("Artist - Planet 2", None),
        ("Phase II Trial Monitor", None),
        ("Senior Nurse", "senior"),
        ("Sr Baker", "senior"),
        ("Developer III", "senior"),
        ("Baker (Senior)", "senior"),
        ("(Senior) Baker", None),
        ("Senior Product Manager", "senior"),
        ("Mid/Senior Developer", "mid"),
        ("Senior/Staff Engineer", "senior"),
        ("Junior to Mid Designer", "entry"),
        ("Senior Software Engineer I/II", "senior"),
        ("Staff Engineer", "staff"),
        ("Senior Staff Data Scientist", "staff"),
        ("Principal Designer", "staff"),
        ("Distinguished Engineer", "staff"),
        ("Staff Accountant", None),
        ("Staff Nurse", None),
        ("Chief of Staff", None),
        ("Chief of Staff to the CEO", None),
        ("Member of Technical Staff", None),
        ("School Principal", None),
        ("Principal Investigator", None),
        ("Lead Electrician", "lead"),
        ("Team Lead, Support", "lead"),
        ("Teamleiter Einkauf", "lead"),
        ("Warehouse Supervisor", "lead"),
        ("Lead Generation Specialist", None),
        ("Engineering Manager", "manager"),
        ("Sales Manager, North", "manager"),
        ("Regional Manager", "manager"),
        ("Store Manager", "manager"),
        ("Manager, Accounting", "manager"),
        ("Senior Manager, Tax", "manager"),
        ("Account Manager", None),
        ("Product Manager", None),
        ("Project Manager", None),
        ("Community Manager", None),
        ("Customer Success Manager", None),
        ("Senior Account Manager", "senior"),
        ("Director of Nursing", "director"),
        ("Head of Design", "director"),
        ("Art Director", None),
        ("Assistant to the Director", None),
        ("VP of Sales", "executive"),
        ("Vice President, Legal", "executive"),
        ("Chief Revenue Officer", "executive"),
        ("CTO", "executive"),
        ("Executive Assistant to the CEO", None),
        ("Senior Executive Assistant to the CFO", "senior"),
        ("Field CTO", None),
        ("Account Director, CRO", "director"),
        ("Cook - Senior Living", None),
        ("Account Executive", None),
        ("Nurse", None),
        ("", None),
    ],
)
def test_title(title: str, level: str | None) -> None:
    assert seniority(title) == level


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("Mid-Senior Level", "mid"),
        ("Entry level", "entry"),
        ("entry_level", "entry"),
        ("Associate", "entry"),
        ("experienced", "mid"),
        ("Internship", "intern"),
        ("Director", "director"),
        ("Executive", "executive"),
        ("Not Applicable", None),
        ("Any", None),
        ("Senior, Manager", "senior"),
        ("", None),
    ],
)
def test_source_word(word: str, level: str | None) -> None:
    assert seniority("Baker", word) == level


def test_the_title_outranks_the_source() -> None:
    assert seniority("Senior Baker", "Entry level") == "senior"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Come and bake. This is an entry-level position, and we train you.", "entry"),
        ("This is a senior-level role in our bakery.", "senior"),
        ("You report to senior leadership and mentor junior bakers.", None),
        ("You bring ten years of baking.", None),
        ("This is not an entry-level position.", None),
    ],
)
def test_statement(text: str, level: str | None) -> None:
    assert seniority("Baker", None, text) == level


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=400))
def test_never_fails(title: str, word: str, text: str) -> None:
    seniority(title, word, text)


@pytest.mark.parametrize(
    "part", ["senior ", "this is an ", "entry-level ", "(senior) ", "manager of ", "a/", "chief x "]
)
def test_hostile_texts_are_quick(part: str) -> None:
    text = part * (100_000 // len(part))
    start = time.process_time()
    seniority(text, text, text)
    assert time.process_time() - start < 1
