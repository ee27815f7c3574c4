"""Each JSON board's fields, one payload written for it at a time."""

from __future__ import annotations

import pytest
from payloads import (
    ASHBY,
    GREENHOUSE,
    LEVER,
    POSTING,
    RECRUITEE,
    REMOTEOK,
    REMOTIVE,
    SAMPLES,
    SMARTRECRUITERS,
    WORKABLE,
    context,
    one,
    read,
)

from jobswipe.postings.dates import moment
from jobswipe.sources.mojibake import repair
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection


def test_ashby() -> None:
    raw = one("ashby", {"jobs": [ASHBY]})
    assert (raw.external_id, raw.title, raw.company) == ("a-1", "Harbour Pilot", None)
    assert raw.locations == [
        RawLocation(text="Bergen", city="Bergen", country="Norway"),
        RawLocation(text="Oslo", city="Oslo", country="Norway"),
    ]
    assert raw.workplace_text == "Hybrid"
    assert raw.remote_flag is None  # a hybrid role is flagged remote too
    assert [(pay.min, pay.max, pay.currency, pay.period) for pay in raw.salaries] == [(700000, 800000, "NOK", "1 YEAR")]
    assert raw.salary_text == "NOK 700K - NOK 800K"
    assert (raw.url, raw.apply_url) == (ASHBY["jobUrl"], ASHBY["applyUrl"])


def test_ashby_hidden_posting_is_read_as_unlisted() -> None:
    assert one("ashby", {"jobs": [{**ASHBY, "isListed": False}]}).listed is False


def test_ashby_flag_counts_where_the_way_of_working_is_unsaid() -> None:
    assert one("ashby", {"jobs": [{**ASHBY, "workplaceType": None}]}).remote_flag is True


def test_greenhouse() -> None:
    raw = one("greenhouse", {"jobs": [GREENHOUSE]})
    assert (raw.external_id, raw.requisition_id, raw.company) == ("77", "R-9", "Honeyworks")
    assert raw.description_html == "<p>Keep bees &amp; hives.</p>"
    assert (raw.workplace_text, raw.employment_text) == ("Hybrid", "Part-time")
    assert [place.text for place in raw.locations] == ["Ghent, Belgium", "Lyon"]
    assert [(pay.min, pay.max, pay.period) for pay in raw.salaries] == [(42000, 50000.5, "year")]
    assert raw.posted_at == GREENHOUSE["first_published"]
    assert raw.updated_at == GREENHOUSE["updated_at"]


def test_greenhouse_a_named_place_is_kept_with_its_words() -> None:
    raw = one("greenhouse", {"jobs": [{**GREENHOUSE, "location": {"name": "Remote - Spain"}}]})
    assert [place.text for place in raw.locations] == ["Remote - Spain"]


def test_greenhouse_departments_and_offices_and_recorded_bodies() -> None:
    departments = {"departments": [{"id": 1, "name": "A", "jobs": [GREENHOUSE]}, {"id": 2, "name": "B", "jobs": []}]}
    assert len(read("greenhouse", departments)) == 1
    offices = {"offices": [{"id": 1, "name": "X", "departments": departments["departments"]}]}
    assert len(read("greenhouse", {"uri": "https://x.example", "body": offices})) == 1


def test_lever_keeps_every_part_of_the_text_and_every_place() -> None:
    raw = one("lever", [LEVER])
    assert raw.description_html is not None
    order = [raw.description_html.index(words) for words in ("blow glass", "You bring", "Steady lungs", "by post")]
    assert order == sorted(order)
    assert raw.locations == [RawLocation(text="Murano", country="IT"), RawLocation(text="Prague")]
    assert raw.salaries[0].period == "per-hour-wage"
    assert moment(raw.posted_at, context().fetched_at) is not None


def test_lever_plain_text_stands_in_for_html() -> None:
    job = {**LEVER, "description": "", "descriptionPlain": "Glass < steel\nHot", "additional": None, "lists": []}
    assert one("lever", [job]).description_html == "<p>Glass &lt; steel<br>Hot</p>"


def test_workable() -> None:
    raw = one("workable", SAMPLES["workable"])
    assert (raw.external_id, raw.requisition_id, raw.company) == ("W1", "C-1", "Mapmakers")
    assert raw.locations == [RawLocation(city="Porto", country="Portugal")]
    assert (raw.url, raw.apply_url) == (WORKABLE["url"], WORKABLE["application_url"])
    assert raw.remote_flag is True


def test_workable_swapped_addresses_and_hidden_places() -> None:
    job = {**WORKABLE, "url": WORKABLE["application_url"], "application_url": WORKABLE["url"]}
    job["locations"] = [{"city": "Faro", "countryCode": "PT"}, {"city": "Evora", "countryCode": "PT", "hidden": True}]
    raw = one("workable", {"jobs": [job]})
    assert (raw.url, raw.apply_url) == (WORKABLE["url"], WORKABLE["application_url"])
    assert [place.city for place in raw.locations] == ["Faro"]


def test_workable_one_record_for_each_place() -> None:
    assert len(read("workable", {"jobs": [WORKABLE, {**WORKABLE, "city": "Faro"}]})) == 2


def test_smartrecruiters_list_and_detail() -> None:
    raw = one("smartrecruiters", SMARTRECRUITERS)
    assert raw.external_id == "900"
    assert raw.description_html is not None
    assert raw.description_html.index("Mind the lamp") < raw.description_html.index("No fear")
    assert "Else" not in raw.description_html
    assert raw.seniority_text is None
    assert raw.locations == [RawLocation(city="Brest", region="BRE", country="fr", latitude=48.39)]
    assert raw.url == "https://jobs.smartrecruiters.com/Beacon/900"
    assert one("smartrecruiters", SAMPLES["smartrecruiters"]) == raw


def test_recruitee_list_and_detail() -> None:
    raw = one("recruitee", {"offers": [RECRUITEE]})
    assert raw.external_id == "31"
    assert raw.workplace_text == "hybrid"
    assert raw.description_html == "<p>Drive.</p>\n<p>Licence.</p>"
    assert raw.locations == [
        RawLocation(city="Graz", region="Styria", country="AT"),
        RawLocation(text="Remote Austria", country="AT"),
    ]
    assert raw.salaries[0].period == "month"
    assert one("recruitee", {"offer": RECRUITEE}) == raw


def test_recruitee_draft_is_unlisted() -> None:
    assert one("recruitee", {"offers": [{**RECRUITEE, "status": "draft"}]}).listed is False


def test_remotive() -> None:
    raw = one("remotive", {"0-legal-notice": "x", "job-count": 1, "jobs": [REMOTIVE]})
    assert raw.remote_within == ["Brazil", "Portugal"]
    assert raw.remote_only_board
    assert raw.salary_text == "$20 - $25/hr"
    assert raw.attribution
    assert "Remotive" in raw.attribution


def test_remoteok_without_notice_added_sentence_and_broken_letters() -> None:
    raw = one("remoteok", [{"last_updated": 1, "legal": "Link back."}, REMOTEOK])
    assert raw.company == "Café Cloud"
    assert raw.description_html == "We don’t sleep."
    assert [place.text for place in raw.locations] == ["Lisbon"]
    assert [(pay.min, pay.max, pay.currency) for pay in raw.salaries] == [(None, 90000, "USD")]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("donâ€™t", "don’t"),
        ("donâ\x80\x99t", "don’t"),
        ("ZÃ¼rich â\x80\x94 cafÃ©", "Zürich — café"),
        ("ðŸ\x9a€", "🚀"),
        ("CAFÉ» and É”", "CAFÉ» and É”"),
        ("Plain São Paulo", "Plain São Paulo"),
        ("Â» alone", "Â» alone"),
    ],
)
def test_mojibake(broken: str, whole: str) -> None:
    assert repair(broken) == whole


def test_jsonl_gives_the_fields_back() -> None:
    raw = one("jsonl", [POSTING])
    assert (raw.external_id, raw.title, raw.company) == ("p-1", "Harbour Pilot", "Fjord Lines")
    assert raw.locations == [RawLocation(text="Bergen, Norway", city="Bergen", country="NO")]
    assert (raw.workplace_text, raw.employment_text, raw.seniority_text) == ("hybrid", "full_time", "senior")
    assert raw.salaries[0].quote == "compensation: min 700000"


def test_jsonl_a_quoted_salary_comes_back_as_its_text() -> None:
    pay = {"min": 50000, "max": 60000, "currency": "EUR", "period": "year", "provenance": "text"}
    raw = one("jsonl", [{**POSTING, "salary": {**pay, "quote": "€50,000 - €60,000 per year"}}])
    assert (raw.salary_text, raw.salaries) == ("€50,000 - €60,000 per year", [])
    raw = one("jsonl", [{**POSTING, "salary": {**pay, "quote": "well paid"}}])
    assert raw.salary_text is None
    assert raw.salaries[0].min == 50000


@pytest.mark.parametrize(
    "kind", ["ashby", "greenhouse", "lever", "workable", "recruitee", "remotive", "smartrecruiters"]
)
def test_recorded_lines_lists_and_single_records(kind: str) -> None:
    import json

    bodies = {
        "ashby": ASHBY,
        "greenhouse": GREENHOUSE,
        "lever": LEVER,
        "workable": WORKABLE,
        "recruitee": RECRUITEE,
        "remotive": REMOTIVE,
        "smartrecruiters": SMARTRECRUITERS,
    }
    job = bodies[kind]
    bare = {key: value for key, value in job.items() if key not in ("company", "company_name")}
    lines = "\n".join(json.dumps(line) for line in [job, {"ats": kind, "board": "acme", "job": bare}])
    first, second = read(kind, lines)
    assert isinstance(first, RawPosting)
    assert isinstance(second, RawPosting)
    if kind != "remotive":  # an aggregator's board is no employer
        assert second.company == "acme"
    assert read(kind, [job]) == read(kind, json.dumps(job, indent=1)) == [first]


@pytest.mark.parametrize(
    ("kind", "job", "missing", "reason"),
    [
        ("ashby", ASHBY, "title", "it has no title"),
        ("ashby", ASHBY, "id", "it has no id"),
        ("greenhouse", GREENHOUSE, "title", "it has no title"),
        ("lever", LEVER, "text", "it has no title"),
        ("workable", WORKABLE, "shortcode", "it has no id"),
        ("remoteok", REMOTEOK, "position", "it has no title"),
        ("jsonl", POSTING, "external_id", "it has no id"),
    ],
)
def test_a_bad_record_is_rejected_and_the_others_go_on(
    kind: str, job: dict[str, object], missing: str, reason: str
) -> None:
    found = read(kind, [{**job, missing: None}, "nonsense", job])
    assert isinstance(found[0], Rejection)
    assert found[0].reason == reason
    assert found[1] == Rejection(record="record 2", reason="it is not an object")
    assert isinstance(found[2], RawPosting)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>Lamps.</p><br/>Please mention the word **A** when applying. They see they're human.", "<p>Lamps.</p>"),
        ("Please mention the word DAWN when applying to us<p>Then</p>", "<p>Then</p>"),
        ("Please mention the words of the hymn.", "Please mention the words of the hymn."),
    ],
)
def test_remoteok_added_sentence(html: str, kept: str) -> None:
    assert one("remoteok", [{**REMOTEOK, "description": html}]).description_html == kept


@pytest.mark.parametrize("text", ["Please mention the word when applying " * 3_000, "<br/>" * 20_000, "Ã" * 100_000])
def test_remoteok_long_texts_are_read_in_time(text: str) -> None:
    import time

    started = time.process_time()
    one("remoteok", [{**REMOTEOK, "description": text}])
    assert time.process_time() - started < 1
