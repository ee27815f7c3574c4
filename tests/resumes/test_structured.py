"""JSON Resume and rendercv files, and the facts for matching."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.errors import InputError
from jobswipe.resumes.facts import facts
from jobswipe.resumes.jsonresume import read_json_resume
from jobswipe.resumes.parse import ParsedResume, parse
from jobswipe.resumes.read import read

YAML = """\
cv:
  name: Ilse Brandt
  headline: Pastry Chef
  location: Berlin, Germany
  email: ilse@kueche.example
  phone: tel:+49 30 1234567
  website: https://kueche.example
  social_networks:
    - {network: LinkedIn, username: ilsebrandt}
  sections:
    about_me:
      - I bake for **hotels** and read [books](https://books.example).
    experience:
      - company: Hotel Lindenhof
        position: Chef
        location: Munich, Germany
        start_date: 2019-03
        end_date: present
        highlights: [Led **five** cooks, "Wrote menus - Spring menu - Autumn menu"]
    education:
      - {institution: Berlin College, area: Food Science, degree: BSc, start_date: 2011, end_date: 2014-06-30}
    projects:
      - {name: "[Sourdough](https://dough.example)", date: 2021, summary: A starter, highlights: [Alive]}
    skills:
      - {label: Baking, details: "bread, cake (sponge, choux), jam"}
    languages:
      - {label: German, details: native}
    certifications:
      - bullet: Master Baker (2018)
    publications:
      - {title: On Rye, authors: ["*Ilse Brandt*", A. Other], journal: Crumb, date: 2020-05, doi: 10.1/rye}
"""


def test_rendercv() -> None:
    found = parse(read(YAML.encode())).document
    assert found["basics"] == {
        "name": "Ilse Brandt",
        "label": "Pastry Chef",
        "email": "ilse@kueche.example",
        "phone": "+49 30 1234567",
        "url": "https://kueche.example",
        "location": {"city": "Berlin", "countryCode": "DE"},
        "profiles": [{"network": "LinkedIn", "username": "ilsebrandt", "url": "https://linkedin.com/in/ilsebrandt"}],
        "summary": "I bake for hotels and read books.",
    }
    assert found["work"] == [
        {
            "name": "Hotel Lindenhof",
            "position": "Chef",
            "location": "Munich, Germany",
            "startDate": "2019-03",
            "highlights": ["Led five cooks", "Wrote menus", "Spring menu", "Autumn menu"],
        }
    ]
    assert found["education"][0]["endDate"] == "2014-06-30"
    assert found["projects"][0]["url"] == "https://dough.example"
    assert found["skills"] == [{"name": "Baking", "keywords": ["bread", "cake (sponge, choux)", "jam"]}]
    assert found["languages"] == [{"language": "German", "fluency": "native"}]
    assert found["certificates"] == [{"name": "Master Baker", "date": "2018"}]
    assert found["publications"][0]["url"] == "https://doi.org/10.1/rye"
    assert found["meta"]["jobswipe"]["fields"]["work[0].position"]["confidence"] == 1.0


def json_resume(**sections: Any) -> ParsedResume:
    return parse(read(json.dumps({"basics": {"name": "Ilse Brandt"}, **sections}).encode()))


def test_json_resume_is_read_leniently() -> None:
    parsed = json_resume(
        work=[
            {
                "name": "Hotel",
                "startDate": "2019-03",
                "endDate": "present",
                "highlights": ["a", 1, None, ["x"]],
                "x-note": 7,
            },
            "not an object",
        ],
        skills=[{"name": "Baking", "keywords": "bread"}],
        education=[{"institution": 5, "startDate": "someday"}],
        references=[],
        custom={"kept": True},
        languages=None,
    )
    found = parsed.document
    assert found["work"] == [{"name": "Hotel", "startDate": "2019-03", "highlights": ["a", "1"], "x-note": 7}]
    assert found["skills"] == [{"name": "Baking"}]
    assert found["education"] == [{"institution": "5"}]
    assert found["custom"] == {"kept": True}
    assert "references" not in found
    assert len(parsed.notes) == 4
    assert any(note.startswith("work[1]") for note in parsed.notes)


def test_dates_of_json_resume_become_iso() -> None:
    found = json_resume(work=[{"name": "x", "startDate": "March 2019", "endDate": "2020-01-31T00:00:00Z"}]).document
    assert (found["work"][0]["startDate"], found["work"][0]["endDate"]) == ("2019-03", "2020-01-31")


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["basics", "work", "skills", "education", "meta", "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "keywords", "startDate", "q"]), inner, max_size=3)
            ),
            max_leaves=12,
        ),
    )
)
def test_any_json_is_read_or_refused(data: dict[str, Any]) -> None:
    with contextlib.suppress(InputError):
        assert facts(read_json_resume(data).document, datetime(2026, 1, 1, tzinfo=UTC))


def test_deep_json_is_refused() -> None:
    with pytest.raises(InputError, match="nested"):
        json_resume(work=json.loads("[" * 80 + "]" * 80))


def test_facts() -> None:
    document = {
        "basics": {"name": "Ilse", "summary": "Bakes.", "location": {"city": "Berlin", "countryCode": "DE"}},
        "work": [
            {"position": "Baker", "startDate": "2014-09", "endDate": "2019-02"},
            {"position": "Chef", "startDate": "2019-03"},
            {"position": "Baker", "startDate": "2012", "endDate": "2014"},
            {"position": "Judge", "startDate": "2020-01", "endDate": "2020-12"},
        ],
        "skills": [{"name": "Baking", "keywords": ["bread", "Cake"]}, {"name": "Excel"}, {"keywords": ["cake"]}],
        "languages": [{"language": "German"}],
    }
    found = facts(document, datetime(2024, 2, 15, tzinfo=UTC))
    assert found.titles == ("Chef", "Judge", "Baker")
    assert found.current_title == "Chef"
    assert found.skills == ("bread", "Cake", "Excel")
    assert found.languages == ("German",)
    assert (found.city, found.region, found.country) == ("Berlin", None, "DE")
    assert found.years_experience == 11.5
    assert "Judge" in found.text


def test_facts_of_an_empty_document() -> None:
    found = facts({})
    assert found.years_experience is None
    assert found.current_title is None
    assert found.titles == ()


def test_the_headline_is_the_title_of_who_works_nowhere() -> None:
    found = facts(
        {"basics": {"label": "Baker"}, "work": [{"position": "Judge", "startDate": "2012", "endDate": "2014"}]}
    )
    assert found.current_title == "Baker"
    assert found.years_experience == 2.0


@pytest.mark.parametrize(
    ("location", "country"),
    [
        ({"city": "Berlin", "countryCode": "DE"}, "DE"),
        ({"city": "Berlin", "countryCode": "Germany"}, "DE"),
        ({"city": "Austin", "region": "TX"}, "US"),
        ({"city": "München"}, "DE"),
        ({"city": "Mysore", "region": "Karnataka"}, "IN"),
        ({"address": "Austin, TX"}, "US"),
        ({"city": "Valencia"}, None),
        ({"region": "Georgia"}, None),
        ({"city": "Paris, Berlin"}, None),
        ({"city": "Lindenweg", "countryCode": "??"}, None),
        ({"city": ["Berlin"]}, None),
        ("Berlin", None),
    ],
)
def test_the_country_is_inferred_for_matching_where_only_one_is_meant(location: object, country: str | None) -> None:
    document = {"basics": {"location": location}}
    before = json.dumps(document)
    assert facts(document).country == country
    assert json.dumps(document) == before
