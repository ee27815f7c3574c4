"""Helpers of the source tests: a reader, a fetcher that answers from a table, and payloads written for these tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jobswipe.errors import UpstreamError
from jobswipe.sources import registry
from jobswipe.sources.base import ReadContext, Response
from jobswipe.sources.raw import RawPosting, Rejection

NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


def context(**known: Any) -> ReadContext:
    return ReadContext(fetched_at=NOW, **known)


def dump(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def read(kind: str, payload: Any, **known: Any) -> list[RawPosting | Rejection]:
    body = payload if isinstance(payload, bytes) else payload.encode() if isinstance(payload, str) else dump(payload)
    return list(registry.adapter(kind).read(body, context(**known)))


def one(kind: str, payload: Any, **known: Any) -> RawPosting:
    found = read(kind, payload, **known)
    assert len(found) == 1, found
    assert isinstance(found[0], RawPosting), found
    return found[0]


class FakeFetcher:
    """Answers each URL from a table or a function; 404 for the others. `asked` lists what was fetched."""

    def __init__(self, answers: dict[str, Any] | Callable[[str], Any], *, not_modified: bool = False) -> None:
        self.answers, self.not_modified = answers, not_modified
        self.asked: list[str] = []
        self.conditional: list[bool] = []

    def get(self, url: str, *, accept: str | None = None, conditional: bool = False) -> Response:
        assert accept
        self.asked.append(url)
        self.conditional.append(conditional)
        if conditional and self.not_modified:
            return Response(url=url, status=304, content_type="", body=b"", not_modified=True)
        found = self.answers(url) if callable(self.answers) else self.answers.get(url)
        if found is None:
            raise UpstreamError(f"{url} answered 404.", upstream_status=404)
        body = found if isinstance(found, bytes) else dump(found)
        return Response(url=url, status=200, content_type="application/json", body=body)


ASHBY = {
    "id": "a-1",
    "title": "Harbour Pilot",
    "department": "Nautical",
    "location": "Bergen",
    "secondaryLocations": [
        {"location": "Oslo", "address": {"postalAddress": {"addressLocality": "Oslo", "addressCountry": "Norway"}}}
    ],
    "address": {"postalAddress": {"addressLocality": "Bergen", "addressRegion": "", "addressCountry": "Norway"}},
    "isListed": True,
    "isRemote": True,
    "workplaceType": "Hybrid",
    "employmentType": "FullTime",
    "publishedAt": "2026-09-01T08:00:00.000+00:00",
    "jobUrl": "https://jobs.ashbyhq.com/fjord/a-1",
    "applyUrl": "https://jobs.ashbyhq.com/fjord/a-1/application",
    "descriptionHtml": "<p>Guide ships.</p>",
    "compensation": {
        "compensationTierSummary": "NOK 700K and a bonus",
        "scrapeableCompensationSalarySummary": "NOK 700K - NOK 800K",
        "compensationTiers": [
            {
                "components": [
                    {
                        "compensationType": "Bonus",
                        "interval": "1 YEAR",
                        "currencyCode": "NOK",
                        "minValue": 9,
                        "maxValue": 9,
                    },
                    {
                        "compensationType": "Salary",
                        "interval": "1 YEAR",
                        "currencyCode": "NOK",
                        "minValue": 700000,
                        "maxValue": 800000,
                    },
                ]
            },
            {"components": [{"compensationType": "EquityPercentage", "interval": "NONE", "minValue": 1}]},
        ],
    },
}
GREENHOUSE = {
    "id": 77,
    "internal_job_id": 5,
    "requisition_id": "R-9",
    "title": "Beekeeper",
    "company_name": "Honeyworks",
    "absolute_url": "https://boards.greenhouse.io/honeyworks/jobs/77",
    "location": {"name": "Hybrid"},
    "offices": [
        {"id": 0, "name": "No Office", "location": None},
        {"id": 1, "name": "Ghent", "location": "Ghent, Belgium"},
        {"id": 2, "name": "Lyon", "location": None},
    ],
    "departments": [{"id": 3, "name": "Apiary"}],
    "content": "&lt;p&gt;Keep bees &amp;amp; hives.&lt;/p&gt;",
    "first_published": "2026-09-01T10:00:00-04:00",
    "updated_at": "2026-10-01T10:00:00-04:00",
    "metadata": [{"name": "Employment Type", "value": "Part-time", "value_type": "single_select"}],
    "pay_input_ranges": [
        {"title": "Annual salary", "min_cents": 4200000, "max_cents": 5000050, "currency_type": "EUR"},
        {"title": "On-target earnings", "min_cents": 9900000, "max_cents": 9900000, "currency_type": "EUR"},
    ],
}
LEVER = {
    "id": "l-1",
    "text": "Glass Blower",
    "categories": {
        "location": "Murano",
        "allLocations": ["Murano", "Prague"],
        "commitment": "Full-time",
        "team": "Kiln",
    },
    "country": "IT",
    "workplaceType": "onsite",
    "salaryRange": {"min": 30, "max": 40, "currency": "EUR", "interval": "per-hour-wage"},
    "description": "<div>We blow glass.</div>",
    "lists": [{"text": "You bring", "content": "<li>Steady lungs</li>"}],
    "additional": "<div>Apply by post.</div>",
    "hostedUrl": "https://jobs.lever.co/vetro/l-1",
    "applyUrl": "https://jobs.lever.co/vetro/l-1/apply",
    "createdAt": 1760000000000,
}
WORKABLE = {
    "shortcode": "W1",
    "title": "Cartographer",
    "code": "C-1",
    "employment_type": "Contract",
    "telecommuting": True,
    "url": "https://apply.workable.com/j/W1",
    "application_url": "https://apply.workable.com/j/W1/apply",
    "city": "Porto",
    "state": "",
    "country": "Portugal",
    "published_on": "2026-10-01",
    "description": "<p>Draw maps.</p>",
}
SMARTRECRUITERS = {
    "id": "900",
    "uuid": "u-900",
    "name": "Lighthouse Keeper",
    "refNumber": "REF9",
    "company": {"identifier": "Beacon", "name": "Beacon Trust"},
    "releasedDate": "2026-10-02T00:00:00.000Z",
    "location": {
        "city": "Brest",
        "region": "BRE",
        "country": "fr",
        "remote": False,
        "latitude": "48.39",
        "longitude": "x",
    },
    "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
    "experienceLevel": {"id": "not_applicable", "label": "Not Applicable"},
    "language": {"code": "fr"},
    "jobAd": {
        "sections": {
            "qualifications": {"title": "Needs", "text": "<p>No fear of storms.</p>"},
            "jobDescription": {"title": "Work", "text": "<p>Mind the lamp.</p>"},
            "additionalInformation": {"title": "Else", "text": ""},
        }
    },
}
RECRUITEE = {
    "id": 31,
    "title": "Tram Driver",
    "status": "published",
    "careers_url": "https://rails.recruitee.com/o/tram-driver",
    "careers_apply_url": "https://rails.recruitee.com/o/tram-driver/c/new",
    "locations": [
        {"city": "Graz", "state": "Styria", "country": "Austria", "country_code": "AT", "name": "Depot"},
        {"city": "", "country_code": "AT", "name": "Remote Austria"},
    ],
    "remote": False,
    "hybrid": True,
    "employment_type_code": "parttime",
    "salary": {"min": "2100", "max": "2600", "period": "month", "currency": "EUR"},
    "description": "<p>Drive.</p>",
    "requirements": "<p>Licence.</p>",
    "published_at": "2026-10-05 08:00:00 UTC",
}
REMOTIVE = {
    "id": 8,
    "url": "https://remotive.com/remote-jobs/x/y-8",
    "title": "Translator",
    "company_name": "Polyglots",
    "job_type": "contract",
    "publication_date": "2026-10-01T00:00:00",
    "candidate_required_location": "Brazil, Portugal",
    "salary": "$20 - $25/hr",
    "description": "<p>Translate.</p>",
}
REMOTEOK = {
    "id": "55",
    "epoch": 1760000000,
    "date": "2026-10-01T00:00:00+00:00",
    "company": "CafÃ© Cloud",
    "position": "Barista Bot Engineer",
    "tags": ["python"],
    "description": "We donâ\x80\x99t sleep.<br/><br/>Please mention the word **ZEST** and tag RMX== when applying to "
    "show you read the job post completely (#RMX==). This is a beta feature. Companies can see they're human.",
    "location": "Lisbon, ",
    "salary_min": 0,
    "salary_max": 90000,
    "url": "https://remoteok.com/remote-jobs/55",
    "apply_url": "https://remoteok.com/l/55",
}
POSTING = {
    "source": "ashby",
    "external_id": "p-1",
    "title": "Harbour Pilot",
    "company": "Fjord Lines",
    "url": "https://example.org/p-1",
    "apply_url": "https://example.org/p-1/apply",
    "places": [{"text": "Bergen, Norway", "city": "Bergen", "region": None, "country": "NO", "latitude": None}],
    "workplace": "hybrid",
    "remote_countries": [],
    "remote_regions": [],
    "employment_type": "full_time",
    "seniority": "senior",
    "salary": {
        "min": 700000,
        "max": 800000,
        "currency": "NOK",
        "period": "year",
        "provenance": "structured",
        "quote": "compensation: min 700000",
    },
    "description_text": "Guide ships.",
    "language": "en",
    "skills": [],
    "posted_at": "2026-09-01T08:00:00Z",
}
PERSONIO = """<?xml version="1.0" encoding="UTF-8"?>
<workzag-jobs><position><id>41</id><subcompany>Uhrwerk GmbH</subcompany><office>Jena</office>
<additionalOffices><office>Gera</office><office>Jena</office></additionalOffices><department>Atelier</department>
<name>Clockmaker</name><jobDescriptions>
<jobDescription><name>Tasks</name><value><![CDATA[<ul><li>Wind clocks</li></ul>]]></value></jobDescription>
<jobDescription><name>Profile</name><value><![CDATA[<p>Patience</p>]]></value></jobDescription></jobDescriptions>
<employmentType>permanent</employmentType><schedule>part-time</schedule><seniority>experienced</seniority>
<createdAt>2026-09-28T10:14:07+0200</createdAt></position></workzag-jobs>"""
TEAMTAILOR = """<?xml version="1.0"?><rss version="2.0" xmlns:tt="https://teamtailor.com/locations"><channel>
<title>Nordlys jobs</title><link>https://nordlys.teamtailor.com/jobs</link><item><title>Sound Engineer</title>
<description>&lt;p&gt;Record &amp;amp; mix.&lt;/p&gt;</description><pubDate>Tue, 06 Oct 2026 09:30:00 +0100</pubDate>
<link>https://nordlys.teamtailor.com/jobs/1-sound-engineer</link><remoteStatus>fully</remoteStatus><guid>g-1</guid>
<tt:locations><tt:location><tt:name>Studio</tt:name><tt:city>Malmo</tt:city><tt:country>Sweden</tt:country></tt:location>
<tt:location><tt:city>Turku</tt:city><tt:country>Finland</tt:country></tt:location></tt:locations>
<tt:department>Audio</tt:department></item></channel></rss>"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>City jobs</title><link>https://city.example/jobs</link>
<item><title>Gardener</title><link>/jobs/1</link><guid>city-1</guid><location>Riga, Latvia</location>
<description>&lt;p&gt;Prune.&lt;/p&gt;</description><pubDate>Wed, 07 Oct 2026 10:00:00 GMT</pubDate></item>
<item><link>https://city.example/jobs/2</link><guid>city-2</guid></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Jobs</title>
<entry><id>tag:x,1</id><title>Archivist</title><link rel="self" href="https://x.example/self"/>
<link href="https://x.example/1"/><updated>2026-10-02T00:00:00Z</updated><published>2026-10-01T00:00:00Z</published>
<content type="html">&lt;p&gt;File things.&lt;/p&gt;</content></entry></feed>"""
WWR = """<?xml version="1.0"?><rss version="2.0"><channel><title>We Work Remotely</title>
<link>https://weworkremotely.com/remote-jobs.rss</link><item><title>Tinker &amp; Co: Toy: Designer</title>
<region>Europe Only</region><type>Full-Time</type><description>&lt;p&gt;Toys.&lt;/p&gt;</description>
<guid>https://weworkremotely.com/remote-jobs/toy</guid><link>https://weworkremotely.com/remote-jobs/toy</link>
<pubDate>Fri, 10 Jul 2026 22:45:30 +0000</pubDate></item></channel></rss>"""
LD = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Falconer",
    "url": "https://mews.example/falconer",
    "identifier": {"@type": "PropertyValue", "value": "F-7"},
    "hiringOrganization": {"@type": "Organization", "name": "The Mews"},
    "jobLocation": [
        {"@type": "Place", "address": {"addressLocality": "Leuven", "addressCountry": {"name": "BE"}}},
        {"@type": "Place", "address": {"addressLocality": "Delft", "addressCountry": "NL"}},
    ],
    "jobLocationType": "TELECOMMUTE",
    "applicantLocationRequirements": {"@type": "Country", "name": "Belgium"},
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {"@type": "QuantitativeValue", "minValue": 3000, "maxValue": 3500, "unitText": "MONTH"},
    },
    "employmentType": ["FULL_TIME"],
    "datePosted": "2026-10-01",
    "validThrough": "2026-12-01",
    "description": "<p>Fly hawks.</p>",
}
HN = {
    "id": 100,
    "type": "story",
    "title": "Ask HN: Who is hiring? (October 2026)",
    "children": [
        {
            "id": 101,
            "author": "a",
            "created_at_i": 1760000000,
            "text": "Kiteworks Oy (https://kite.example) | $90k-$110k | REMOTE (EU) | Senior Rust Developer | "
            "Full-time<p>Kites.",
            "children": [{"id": 102, "author": "b", "text": "Is this open to juniors?", "children": []}],
        },
        {"id": 103, "author": None, "text": None, "children": []},
    ],
}


def page(*scripts: Any) -> str:
    parts = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in scripts)
    return f"<!doctype html><html><head>{parts}</head><body><h1>Jobs</h1></body></html>"


SAMPLES: dict[str, bytes] = {
    "ashby": dump({"jobs": [ASHBY]}),
    "greenhouse": dump({"jobs": [GREENHOUSE]}),
    "lever": dump([LEVER]),
    "workable": dump({"name": "Mapmakers", "jobs": [WORKABLE]}),
    "smartrecruiters": dump({"totalFound": 1, "content": [SMARTRECRUITERS]}),
    "recruitee": dump({"offers": [RECRUITEE]}),
    "remotive": dump({"jobs": [REMOTIVE]}),
    "remoteok": dump([{"legal": "Link back."}, REMOTEOK]),
    "hackernews": dump(HN),
    "jsonl": dump(POSTING) + b"\n",
    "personio": PERSONIO.encode(),
    "teamtailor": TEAMTAILOR.encode(),
    "rss": RSS.encode(),
    "jsonld": page(LD).encode(),
}
"""A small payload of each kind."""
