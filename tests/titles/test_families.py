from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.titles import family, family_similarity
from jobswipe.titles.families import FAMILIES
from jobswipe.titles.roles import _codes, _near, _rules


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Senior Software Engineer", "software_engineering"),
        ("Engineer, Backend", "software_engineering"),
        ("Founding Engineer", "software_engineering"),
        ("Softwareentwickler (m/w/d)", "software_engineering"),
        ("Acme Finance - Frontend Engineer", "software_engineering"),
        ("Machine Learning Engineer", "data_ml"),
        ("Data Engineer", "data_ml"),
        ("SRE", "devops_infra"),
        ("Platform Engineer", "devops_infra"),
        ("Security Engineer", "security"),
        ("QA Automation Engineer", "qa"),
        ("IT Support Technician", "it_support"),
        ("Sales Engineer", "solutions"),
        ("Forward Deployed Engineer", "solutions"),
        ("Mechanical Engineer", "hardware_engineering"),
        ("FPGA Engineer", "hardware_engineering"),
        ("Product Manager, Payments", "product_management"),
        ("Product Marketing Manager", "marketing"),
        ("Technical Program Manager", "project_management"),
        ("Product Designer", "design"),
        ("Copywriter", "communications"),
        ("Account Executive, Mid-Market", "sales"),
        ("Business Development Manager", "sales"),
        ("Customer Success Manager", "customer_success"),
        ("Customer Support Agent", "customer_support"),
        ("Accountant", "finance"),
        ("Head of Talent", "people_hr"),
        ("Technical Recruiter", "people_hr"),
        ("General Counsel", "legal"),
        ("Chief of Staff", "strategy"),
        ("Operations Manager", "operations"),
        ("Executive Assistant to the CEO", "administration"),
        ("CEO", "executive"),
        ("Registered Nurse", "nursing"),
        ("Krankenpfleger", "nursing"),
        ("Physiotherapist", "healthcare"),
        ("Social Worker", "social_services"),
        ("Primary School Teacher", "education"),
        ("Research Scientist", "science_research"),
        ("Video Editor", "arts_media"),
        ("Electrician", "construction"),
        ("CNC Machinist", "manufacturing"),
        ("Car Mechanic", "maintenance"),
        ("Truck Driver", "transport"),
        ("Store Manager", "retail"),
        ("Barista", "hospitality"),
        ("Realtor", "real_estate"),
        ("Security Guard", "protective_services"),
        ("Hairdresser", "personal_services"),
        ("Farm Worker", "agriculture"),
        ("Retail Sales - Garden Mall of the North", "retail"),
        ("Warehouse Associate", "supply_chain"),
        ("Engineer", None),
        ("Open Application", None),
        ("Team Lead", None),
        ("Xyzzy Plugh", None),
        ("", None),
    ],
)
def test_family(title: str, expected: str | None) -> None:
    assert family(title) == expected


def test_tables_name_only_families() -> None:
    names = set(FAMILIES)
    assert {rule.family for rule in _rules()} <= names
    assert set(_codes().values()) <= names | {""}
    assert {name for pair in _near() for name in pair} <= names


def test_similarity_of_families() -> None:
    assert family_similarity("sales", "sales") == 1
    assert family_similarity("sales", None) == family_similarity(None, None) == 0
    assert 0 < family_similarity("sales", "customer_success") < 1
    assert family_similarity("nursing", "software_engineering") == 0
    assert all(family_similarity(a, b) == family_similarity(b, a) for a in FAMILIES for b in FAMILIES)


@given(st.text(max_size=200))
def test_never_fails(title: str) -> None:
    assert family(title) in {*FAMILIES, None}
