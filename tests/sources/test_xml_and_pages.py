"""The kinds that are XML or HTML: Personio, Teamtailor, feeds, and pages with embedded postings."""

from __future__ import annotations

import json

import pytest
from payloads import ATOM, LD, PERSONIO, RSS, TEAMTAILOR, WWR, one, page, read

from jobswipe.errors import PayloadError
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection


def test_personio() -> None:
    raw = one("personio", PERSONIO, board="uhrwerk")
    assert (raw.external_id, raw.title, raw.company) == ("41", "Clockmaker", "Uhrwerk GmbH")
    assert raw.locations == [RawLocation(text="Jena"), RawLocation(text="Gera")]
    assert raw.description_html == "<h3>Tasks</h3>\n<ul><li>Wind clocks</li></ul>\n<h3>Profile</h3>\n<p>Patience</p>"
    assert raw.employment_text == "permanent, part-time"
    assert raw.url == "https://uhrwerk.jobs.personio.com/job/41"
    assert one("personio", PERSONIO).url is None


def test_personio_records_without_id_or_name_are_rejected() -> None:
    xml = "<workzag-jobs><position><name>Baker</name></position><position><id>2</id></position></workzag-jobs>"
    assert read("personio", xml) == [
        Rejection(record="Baker", reason="it has no id"),
        Rejection(record="2", reason="it has no title"),
    ]
    assert read("personio", "<workzag-jobs></workzag-jobs>") == []


def test_teamtailor_rss() -> None:
    raw = one("teamtailor", TEAMTAILOR)
    assert (raw.external_id, raw.title, raw.company) == ("g-1", "Sound Engineer", "Nordlys")
    assert raw.workplace_text == "remote"
    assert [(place.city, place.country) for place in raw.locations] == [("Malmo", "Sweden"), ("Turku", "Finland")]
    assert raw.description_html == "<p>Record &amp; mix.</p>"
    assert raw.department == "Audio"


def test_teamtailor_json_feed() -> None:
    item = {
        "id": "g-9",
        "title": "Luthier",
        "url": "https://nordlys.teamtailor.com/jobs/9-luthier",
        "date_published": "2026-02-04T09:26:20+01:00",
        "content_html": "<p>Violins.</p>",
        "_jobposting": {**LD, "title": "Luthier", "url": None},
    }
    raw = one("teamtailor", {"version": "https://jsonfeed.org/version/1.1", "title": "Nordlys", "items": [item]})
    assert (raw.external_id, raw.title, raw.company) == ("g-9", "Luthier", "The Mews")
    assert raw.url == item["url"]
    assert raw.description_html == "<p>Violins.</p>"
    assert [place.city for place in raw.locations] == ["Leuven", "Delft"]


def test_rss() -> None:
    raw, rejected = read("rss", RSS)
    assert isinstance(raw, RawPosting)
    assert (raw.external_id, raw.title, raw.url) == ("city-1", "Gardener", "https://city.example/jobs/1")
    assert [place.text for place in raw.locations] == ["Riga, Latvia"]
    assert raw.description_html == "<p>Prune.</p>"
    assert raw.posted_at == "Wed, 07 Oct 2026 10:00:00 GMT"
    assert rejected == Rejection(record="city-2", reason="it has no title")


def test_atom() -> None:
    raw = one("atom", ATOM)
    assert (raw.external_id, raw.title, raw.url) == ("tag:x,1", "Archivist", "https://x.example/1")
    assert raw.description_html == "<p>File things.</p>"
    assert (raw.posted_at, raw.updated_at) == ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z")


def test_a_remote_only_feed_puts_the_company_first() -> None:
    raw = one("feed", WWR)
    assert (raw.company, raw.title) == ("Tinker & Co", "Toy: Designer")
    assert raw.remote_only_board
    assert raw.remote_within == ["Europe Only"]


def test_a_title_with_a_colon_alone_is_no_company() -> None:
    xml = "<rss><channel><item><title>Nurse: nights</title><guid>1</guid></item></channel></rss>"
    raw = one("rss", xml)
    assert (raw.company, raw.title) == (None, "Nurse: nights")


@pytest.mark.parametrize(
    "wrapped",
    [
        LD,
        [LD],
        {"@graph": [{"@type": "WebPage"}, LD]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": LD}]},
        {**LD, "@type": ["Thing", "http://schema.org/JobPosting"]},
    ],
)
def test_json_ld_wherever_it_stands(wrapped: object) -> None:
    for payload in (page(wrapped), json.dumps(wrapped)):
        raw = one("jsonld", payload)
        assert (raw.external_id, raw.title, raw.company) == ("F-7", "Falconer", "The Mews")
        assert [(place.city, place.country) for place in raw.locations] == [("Leuven", "BE"), ("Delft", "NL")]
        assert (raw.workplace_text, raw.remote_flag) == (None, True)
        assert raw.remote_within == ["Belgium"]
        assert [(pay.min, pay.max, pay.currency, pay.period) for pay in raw.salaries] == [(3000, 3500, "EUR", "MONTH")]
        assert raw.employment_text == "FULL_TIME"
        assert raw.valid_through == "2026-12-01"


def test_several_postings_on_a_page_and_a_broken_script() -> None:
    other = {**LD, "title": "Groom", "identifier": None, "url": "https://mews.example/groom"}
    html = page(LD, [other]) + '<script type="application/ld+json">{"@type":"JobPosting", oops</script>'
    found = read("jsonld", html)
    assert [one.external_id for one in found if isinstance(one, RawPosting)] == ["F-7", "https://mews.example/groom"]
    assert [one.reason for one in found if isinstance(one, Rejection)] == ["its JSON-LD is not valid JSON"]


def test_a_posting_without_id_or_address_keeps_its_id() -> None:
    bare = {"@type": "JobPosting", "title": "Groom", "hiringOrganization": "The Mews"}
    first, again = one("jsonld", page(bare)), one("jsonld", page({**bare, "description": "New words."}))
    assert first.external_id == again.external_id
    assert first.external_id != one("jsonld", page({**bare, "title": "Cook"})).external_id


MICRODATA = """<html><body><div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Potter</h1>
<span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization">
<b itemprop="name">Clay Ltd</b></span>
<span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><i itemprop="address" itemscope
itemtype="http://schema.org/PostalAddress"><meta itemprop="addressLocality" content="Stoke"></i></span>
<div itemprop="description"><p>Throw <b>pots</b>.</p></div>
<time itemprop="datePosted" datetime="2026-10-01">1 Oct</time>
</div></body></html>"""


@pytest.mark.parametrize("rdfa", [False, True])
def test_microdata_and_rdfa(rdfa: bool) -> None:
    html = MICRODATA
    if rdfa:
        html = (
            html.replace("itemscope", "")
            .replace('itemtype="http://schema.org/', 'typeof="')
            .replace("itemprop", "property")
        )
    raw = one("jsonld", html)
    assert (raw.title, raw.company, raw.posted_at) == ("Potter", "Clay Ltd", "2026-10-01")
    assert raw.description_html == "<p>Throw <b>pots</b>.</p>"
    assert [place.city for place in raw.locations] == ["Stoke"]


def test_a_page_without_postings_says_so() -> None:
    with pytest.raises(PayloadError, match="No JobPosting"):
        read("jsonld", "<html><body>Nothing here</body></html>")


def test_ten_thousand_places_are_read() -> None:
    places = [{"@type": "Place", "address": {"addressLocality": f"Town {n}"}} for n in range(10_000)]
    assert len(one("jsonld", page({**LD, "jobLocation": places})).locations) == 10_000
