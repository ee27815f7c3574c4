"""Whole resumes to JSON Resume: layouts, languages, what is not said. The persons are invented."""

from __future__ import annotations

import io
import time
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_writer import Page, Text, pdf

from jobswipe.resumes.parse import ParsedResume, parse
from jobswipe.resumes.plain import lines_of
from jobswipe.resumes.read import read

PLAIN = """\
Ilse Brandt
Pastry Chef
ilse.brandt@kueche.example | +49 30 1234567 | Berlin, Germany
linkedin.com/in/ilsebrandt

Summary
I bake for hotels and know how to lead a small kitchen through a long evening.

Work Experience

Head Pastry Chef
Hotel Lindenhof, Munich, Germany
March 2019 - Present
- Wrote a dessert menu that changes with the market
- Trained four apprentices
  in sugar work

Baker
Backstube Nord GmbH, Hamburg, Germany
09/2014 - 02/2019
- Baked bread for eleven shops

Volunteering

Cook, Open Table Berlin
2016 - 2018

Education

Diploma in Patisserie
Berlin Culinary College
2011 - 2014

Skills
Baking: sourdough, viennoiserie, sugar work (isomalt, pulled)
Office: Excel, HACCP records

Languages
German (native), English (B2)

Certifications
Master Baker, 2018
"""


def text(source: str) -> dict[str, Any]:
    return parse(lines_of(source)).document


def test_a_plain_resume_whole() -> None:
    found = text(PLAIN)
    basics = found["basics"]
    assert basics["name"] == "Ilse Brandt"
    assert basics["label"] == "Pastry Chef"
    assert basics["email"] == "ilse.brandt@kueche.example"
    assert basics["phone"] == "+49 30 1234567"
    assert basics["location"] == {"city": "Berlin", "countryCode": "DE"}
    assert basics["profiles"] == [
        {"network": "LinkedIn", "username": "ilsebrandt", "url": "https://linkedin.com/in/ilsebrandt"}
    ]
    assert basics["summary"].startswith("I bake for hotels")
    assert found["work"] == [
        {
            "name": "Hotel Lindenhof",
            "position": "Head Pastry Chef",
            "location": "Munich, Germany",
            "startDate": "2019-03",
            "highlights": [
                "Wrote a dessert menu that changes with the market",
                "Trained four apprentices in sugar work",
            ],
        },
        {
            "name": "Backstube Nord GmbH",
            "position": "Baker",
            "location": "Hamburg, Germany",
            "startDate": "2014-09",
            "endDate": "2019-02",
            "highlights": ["Baked bread for eleven shops"],
        },
    ]
    assert found["volunteer"] == [
        {"organization": "Open Table Berlin", "position": "Cook", "startDate": "2016", "endDate": "2018"}
    ]
    assert found["education"] == [
        {
            "institution": "Berlin Culinary College",
            "studyType": "Diploma",
            "area": "Patisserie",
            "startDate": "2011",
            "endDate": "2014",
        }
    ]
    assert found["skills"] == [
        {"name": "Baking", "keywords": ["sourdough", "viennoiserie", "sugar work (isomalt, pulled)"]},
        {"name": "Office", "keywords": ["Excel", "HACCP records"]},
    ]
    assert found["languages"] == [
        {"language": "German", "fluency": "native"},
        {"language": "English", "fluency": "B2"},
    ]
    assert found["certificates"] == [{"name": "Master Baker", "date": "2018"}]
    assert "references" not in found


def test_every_field_has_a_confidence_and_a_verbatim_quote() -> None:
    parsed = parse(lines_of(PLAIN))
    fields = parsed.document["meta"]["jobswipe"]["fields"]
    flat = " ".join(PLAIN.replace("\n- ", "\n").split())
    sections = {key: value for key, value in parsed.document.items() if key not in ("$schema", "meta")}
    leaves = dict(leaf for section, value in sections.items() for leaf in walk(value, section))
    assert set(fields) == set(leaves)
    for found in fields.values():
        assert 0 < found["confidence"] <= 1
        assert " ".join(found["quote"].split()) in flat


def walk(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in walk(item, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in walk(item, f"{path}[{index}]")]
    return [(path, value)]


@pytest.mark.parametrize(
    "header",
    [
        "Baker\nBackstube Nord GmbH, Hamburg, Germany\n2014 - 2019",
        "Backstube Nord GmbH\tHamburg, Germany\nBaker\t2014 - 2019",
        "Backstube Nord GmbH — Baker, Hamburg, Germany, 2014 - 2019",
        "Baker | Backstube Nord GmbH | Hamburg, Germany | 2014 - 2019",
        "2014 - 2019: Baker, Backstube Nord GmbH (Hamburg, Germany)",
        "Baker at Backstube Nord GmbH, Hamburg, Germany (2014 - 2019)",
        "2014 - 2019\nBaker\nBackstube Nord GmbH, Hamburg, Germany",
        "**Backstube Nord GmbH**, Baker, Hamburg, Germany\t2014 - 2019",
    ],
)
def test_the_order_within_an_entry_varies(header: str) -> None:
    found = text(f"Ilse Brandt\n\nExperience\n\n{header}\n- Baked bread for eleven shops\n")["work"]
    assert found == [
        {
            "name": "Backstube Nord GmbH",
            "position": "Baker",
            "location": "Hamburg, Germany",
            "startDate": "2014",
            "endDate": "2019",
            "highlights": ["Baked bread for eleven shops"],
        }
    ]


@pytest.mark.parametrize(
    ("work", "education", "skills", "line", "ongoing"),
    [
        ("Berufserfahrung", "Ausbildung", "Kenntnisse", "Bäcker Meister, Brot GmbH", "seit 2019"),
        (
            "Expérience professionnelle",
            "Formation",
            "Compétences",
            "Responsable boulangerie, Pain SARL",
            "2019 - aujourd'hui",
        ),
        (
            "Experiencia laboral",
            "Formación académica",
            "Habilidades",
            "Gerente de panadería, Pan SL",
            "2019 – actualidad",
        ),
        (
            "Experiência profissional",
            "Formação acadêmica",
            "Competências",
            "Gerente de padaria, Pão SA",
            "2019 - atualmente",
        ),
        (
            "Esperienze lavorative",
            "Istruzione e formazione",
            "Competenze",
            "Responsabile forno, Pane SRL",
            "2019 - oggi",
        ),
        ("Werkervaring", "Opleidingen", "Vaardigheden", "Medewerker bakkerij, Brood BV", "2019 - heden"),
        ("Experiență profesională", "Educație", "Competențe", "Director brutărie, Pâine SRL", "2019 - prezent"),
    ],
)
def test_sections_in_many_languages(work: str, education: str, skills: str, line: str, ongoing: str) -> None:
    name = line.split(", ")[1]
    found = text(
        f"Ilse Brandt\n\n{work.upper()}\n{line}\n{ongoing}\n- Brot\n\n"
        f"{education}\nUniversität Wien\n2010 - 2014\n\n{skills}\nBrot, Kuchen\n"
    )
    assert found["work"][0]["startDate"] == "2019"
    assert "endDate" not in found["work"][0]
    assert found["work"][0]["name"] == name
    assert found["education"][0]["institution"] == "Universität Wien"
    assert found["skills"] == [{"keywords": ["Brot", "Kuchen"]}]


def resume_pdf() -> ParsedResume:
    texts = [
        Text("Ilse Brandt", 60, 60, 24, bold=True),
        Text("ilse@kueche.example", 60, 90),
        Text("Experience", 60, 130, 14, bold=True),
    ]
    top = 150
    for role, dates in (("Head Chef", "Mar 2019 - Present"), ("Baker", "Sep 2014 - Feb 2019")):
        if role == "Head Chef":
            texts += [Text("Hotel Lindenhof Group", 60, top, bold=True), Text("Munich, Germany", 470, top)]
            top += 14
        texts += [Text(role, 60, top), Text(dates, 470, top)]
        texts += [
            Text("\u2022", 66, top + 14),
            Text("Led a kitchen of five through every evening of a very long and hot sum-", 76, top + 14),
        ]
        texts += [Text("mer season", 76, top + 28)]
        top += 46
    texts += [Text("Education", 60, top + 10, 14, bold=True), Text("Berlin Culinary College", 60, top + 30, bold=True)]
    texts += [Text("BSc in Food Science", 60, top + 44), Text("2011 - 2014", 470, top + 44)]
    return parse(read(pdf([Page(texts)])))


def test_several_positions_under_one_company_and_mended_hyphens() -> None:
    found = resume_pdf().document
    assert [(job["name"], job["position"], job.get("endDate")) for job in found["work"]] == [
        ("Hotel Lindenhof Group", "Head Chef", None),
        ("Hotel Lindenhof Group", "Baker", "2019-02"),
    ]
    assert found["work"][0]["highlights"] == [
        "Led a kitchen of five through every evening of a very long and hot summer season"
    ]
    assert found["work"][0]["location"] == "Munich, Germany"
    assert found["education"][0] == {
        "institution": "Berlin Culinary College",
        "studyType": "BSc",
        "area": "Food Science",
        "startDate": "2011",
        "endDate": "2014",
    }
    assert found["meta"]["jobswipe"]["fields"]["work[1].position"]["page"] == 1


def test_a_word_document() -> None:
    document = docx.Document()
    document.add_heading("Ilse Brandt", 0)
    document.add_paragraph("ilse@kueche.example\t+49 30 1234567")
    document.add_heading("Professional Experience", 1)
    paragraph = document.add_paragraph()
    paragraph.add_run("Backstube Nord GmbH").bold = True
    paragraph.add_run(", Hamburg, Germany\t2014 - 2019")
    document.add_paragraph("Baker")
    document.add_paragraph("Baked bread", style="List Bullet")
    document.add_heading("Skills", 1)
    document.add_paragraph("Bread", style="List Bullet")
    document.add_paragraph("Cake", style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    found = parse(read(out.getvalue())).document
    assert found["basics"]["name"] == "Ilse Brandt"
    assert found["basics"]["phone"] == "+49 30 1234567"
    assert found["work"] == [
        {
            "name": "Backstube Nord GmbH",
            "position": "Baker",
            "location": "Hamburg, Germany",
            "startDate": "2014",
            "endDate": "2019",
            "highlights": ["Baked bread"],
        }
    ]
    assert found["skills"] == [{"keywords": ["Bread", "Cake"]}]


def test_what_is_not_said_is_absent() -> None:
    found = text("Ilse Brandt\n\nSkills\nBaking\n")
    assert set(found) == {"$schema", "basics", "skills", "meta"}
    assert found["basics"] == {"name": "Ilse Brandt"}


def test_skills_lists() -> None:
    found = text("Ilse Brandt\n\nSkills\nPython (3 years), C++ (Less than 1 year), .NET, Node.js\nC#; SQL | Go • R\n")
    assert found["skills"] == [{"keywords": ["Python", "C++", ".NET", "Node.js", "C#", "SQL", "Go", "R"]}]


def test_references_upon_request_are_none() -> None:
    assert "references" not in text("Ilse Brandt\n\nReferences\nAvailable upon request\n")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PLAIN.splitlines(), "", "•", "\t", "2019", "Skills:", "|", "- - -", "a" * 300]), max_size=40
    )
)
def test_shuffled_resumes_never_crash(lines: list[str]) -> None:
    source = "\n".join(lines)
    parsed = parse(lines_of(source))
    for path, found in parsed.document["meta"]["jobswipe"]["fields"].items():
        assert path
        assert isinstance(found["quote"], str)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_parses(source: str) -> None:
    assert "meta" in parse(lines_of(f"Experience\n{source}\nEducation\n{source}\nSkills\n{source}")).document


@pytest.mark.parametrize(
    "unit", ["word, ", "(", "a@", "2019 - ", "Skills\n", "- x\n", "http://", "A B C D\n2019 - 2020\n"]
)
def test_adversarial_texts_are_quick(unit: str) -> None:
    source = "Ada Ferro\nExperience\n" + unit * (100_000 // len(unit))
    begun = time.process_time()
    parse(lines_of(source))
    assert time.process_time() - begun < 6


def test_certificates_in_bold_and_languages_by_a_label() -> None:
    found = text(
        "Ilse Brandt\n\nSkills\nLanguages: Python, Rust\n\n"
        "Certifications\n**Crane Licence - Level 2**, Dock Authority\t2019\n\n"
        "Personal details\nLanguages: German, English (B2)\n"
    )
    assert found["certificates"] == [{"name": "Crane Licence - Level 2", "date": "2019", "issuer": "Dock Authority"}]
    assert found["skills"] == [{"name": "Languages", "keywords": ["Python", "Rust"]}]
    assert found["languages"] == [{"language": "German"}, {"language": "English", "fluency": "B2"}]
