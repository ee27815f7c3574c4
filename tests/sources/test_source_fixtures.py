"""Every kind reads its small board: the fields that a posting is made of, and a reason for what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobswipe.sources import registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def read(kind: str, name: str, **known: str) -> list[RawPosting | Rejection]:
    context = ReadContext(fetched_at=NOW, **known)
    return list(registry.adapter(kind).read((FIXTURES / name).read_bytes(), context))


def posting(kind: str, name: str, at: int = 0, **known: str) -> RawPosting:
    found = read(kind, name, **known)[at]
    assert isinstance(found, RawPosting)
    return found


def pay(raw: RawPosting) -> list[tuple[object, object, str | None, str | None]]:
    return [(one.min, one.max, one.currency, one.period) for one in raw.salaries]


def test_ashby_takes_base_pay_of_every_tier_and_prefers_the_workplace_type() -> None:
    raw = posting("ashby", "ashby.json")
    assert pay(raw) == [(50000, 60000, "EUR", "1 YEAR"), (55000, 66000, "EUR", "1 YEAR")]
    assert (raw.workplace_text, raw.remote_flag) == ("Hybrid", None)
    assert [(place.city, place.country) for place in raw.locations] == [("Porto", "Portugal"), ("Ghent", "Belgium")]


def test_ashby_unlisted_is_marked_not_dropped() -> None:
    raw = posting("ashby", "ashby.json", 1)
    assert (raw.listed, raw.remote_flag) == (False, True)


def test_greenhouse_looks_in_the_offices_when_the_location_names_no_place() -> None:
    raw = posting("greenhouse", "greenhouse.json")
    assert [place.text for place in raw.locations] == ["Lyon, France", "Turin"]
    assert raw.workplace_text == "Hybrid"
    assert posting("greenhouse", "greenhouse.json", 1).locations == [RawLocation(text="Leuven, Belgium")]


def test_greenhouse_reads_content_dates_pay_and_fields_of_its_own() -> None:
    raw = posting("greenhouse", "greenhouse.json")
    assert raw.description_html == "<p>Honey &amp; wax.</p>"
    assert (raw.external_id, raw.company, raw.requisition_id) == ("501", "Hive Works", "HW-7")
    assert raw.posted_at == "2026-09-02T09:00:00-04:00"
    assert raw.employment_text == "Part-time"
    [(low, high, currency, _)] = pay(raw)
    assert (low, high, currency) == (41000, 52500.5, "EUR")
    assert posting("greenhouse", "greenhouse.json", 1).posted_at is None  # updated_at is no posting date


def test_lever_keeps_every_part_of_the_text_and_every_location() -> None:
    raw = posting("lever", "lever.json")
    html = raw.description_html or ""
    parts = ["Walk every span.", "You bring", "<li>Rope skills</li>", "We pay travel."]
    assert [html.index(part) for part in parts] == sorted(html.index(part) for part in parts)
    assert [(place.text, place.country) for place in raw.locations] == [("Cork", "IE"), ("Oslo", None)]
    assert pay(raw) == [(52000, 61000, "EUR", "per-year-salary")]
    assert (raw.external_id, raw.posted_at, raw.workplace_text) == ("l-1", 1790000000000, "onsite")


def test_workable_gives_each_listing_of_a_shortcode_with_its_own_place() -> None:
    one, two = (posting("workable", "workable.json", at) for at in (0, 1))
    assert (one.external_id, two.external_id) == ("AA11", "AA11")
    assert [(place.city, place.country) for place in one.locations] == [("Bergen", "NO")]  # the hidden one is left out
    assert [place.city for place in two.locations] == ["Turku"]
    assert one.company == "Lantern Ltd"
    assert "Steady hands." in (one.description_html or "")


def test_smartrecruiters_joins_its_sections_and_builds_the_address() -> None:
    raw = posting("smartrecruiters", "smartrecruiters.json")
    html = raw.description_html or ""
    assert html.index("A harbour.") < html.index("Read tides.")
    assert "You" not in html  # a heading without a text
    assert raw.url == "https://jobs.smartrecruiters.com/Harbour1/7001"
    assert (raw.requisition_id, raw.employment_text, raw.seniority_text) == ("REF9", "Full-time", None)
    assert (raw.workplace_text or "").lower() == "hybrid"
    assert (raw.locations[0].latitude, raw.locations[0].longitude) == (42.23, -8.72)


def test_recruitee_reads_flags_pay_and_drafts() -> None:
    raw, draft = (posting("recruitee", "recruitee.json", at) for at in (0, 1))
    assert pay(raw) == [("14", "16", "EUR", "hour")]
    assert "Pick pears." in (raw.description_html or "")
    assert "Boots" in (raw.description_html or "")
    assert (raw.valid_through, raw.company) == ("2026-12-01 00:00:00 UTC", "Pomona")
    assert (raw.locations[0].city, raw.locations[0].text) == ("Tilburg", None)  # not the office's name
    assert (raw.listed, draft.listed) == (True, False)


def test_personio_reads_offices_headings_and_the_address_of_the_board() -> None:
    raw = posting("personio", "personio.xml", board="uhrwerk")
    assert [place.text for place in raw.locations] == ["Ulm", "Graz"]
    assert raw.url in (f"https://uhrwerk.jobs.personio.{domain}/job/88" for domain in ("com", "de"))
    assert "Aufgaben" in (raw.description_html or "")
    assert "Geduld" in (raw.description_html or "")
    assert (raw.company, raw.employment_text) == ("Uhrwerk GmbH", "permanent, part-time")
    assert read("personio", "personio.xml")[1] == Rejection(record="Ohne Nummer", reason="it has no id")


@pytest.mark.parametrize(("name", "key"), [("teamtailor.rss", "guid-9"), ("teamtailor.json", "uuid-9")])
def test_teamtailor_reads_both_of_its_feeds(name: str, key: str) -> None:
    raw = posting("teamtailor", name)
    assert (raw.external_id, raw.title, raw.company) == (key, "Deckhand", "Fjordferry")
    assert raw.locations[0].city == "Bodø"
    assert raw.workplace_text is None  # a remote status of "none" says nothing


def test_teamtailor_fully_is_remote() -> None:
    assert posting("teamtailor", "teamtailor.rss", 1).workplace_text == "remote"


def test_remotive_says_from_where_and_is_credited() -> None:
    raw = posting("remotive", "remotive.json")
    assert raw.remote_only_board
    assert raw.remote_within == ["Brazil", "Chile"]
    assert raw.salary_text == "$30 - $40/hr"
    assert "Remotive" in (raw.attribution or "")


def test_remoteok_loses_its_notice_its_injected_text_and_its_broken_letters() -> None:
    found = read("remoteok", "remoteok.json")
    assert len(found) == 2
    raw = posting("remoteok", "remoteok.json")
    assert raw.description_html == "Don’t fold maps."
    assert raw.company == "Atlasé Co"
    assert pay(raw) == [(70000, None, "USD", "year")]
    assert posting("remoteok", "remoteok.json", 1).salaries == []


def test_a_hiring_thread_gives_one_record_a_top_level_comment() -> None:
    found = read("hackernews", "thread.json")
    assert [one.external_id if isinstance(one, RawPosting) else one.record for one in found] == ["901", "903", "904"]
    assert isinstance(found[1], Rejection)
    raw = posting("hackernews", "thread.json")
    assert (raw.company, raw.title, raw.salary_text) == ("Tarn Systems", "Compiler Engineer", "£70k-£90k")
    assert raw.url == "https://news.ycombinator.com/item?id=901"
    other = posting("hackernews", "thread.json", 2)
    assert (other.company, other.title) == ("Mere Labs", "Data Engineer")


def test_rss_reads_namespaced_fields_the_full_text_and_relative_links() -> None:
    raw = posting("rss", "board.rss")
    assert (raw.external_id, raw.url, raw.company) == ("crafts-1", "https://crafts.example/jobs/1", "Stave & Sons")
    assert "all day" in (raw.description_html or "")
    assert (raw.locations[0].text, raw.employment_text, raw.salary_text) == (
        "Jerez, Spain",
        "full-time",
        "€30,000 per year",
    )
    assert raw.tags == ["wood"]
    assert posting("rss", "board.rss", 1).url == "https://crafts.example/jobs/2"
    assert read("rss", "board.rss")[2] == Rejection(record="crafts-3", reason="it has no title")


@pytest.mark.parametrize("kind", ["rss", "atom", "feed"])
def test_atom_takes_the_alternate_link_and_xhtml(kind: str) -> None:
    raw = posting(kind, "board.atom")
    assert (raw.url, raw.posted_at, raw.updated_at) == (
        "https://mill.example/jobs/1",
        "2026-10-01T00:00:00Z",
        "2026-10-02T00:00:00Z",
    )
    assert "<p>Grind &amp; sift.</p>" in (raw.description_html or "")
    assert raw.tags == ["flour"]


def test_jsonld_reads_a_graph_with_references_and_several_postings() -> None:
    found = read("jsonld", "graph.html")
    kept = [one for one in found if isinstance(one, RawPosting)]
    assert [one.title for one in kept] == ["Weaver", "Dyer"]
    assert [one.reason for one in found if isinstance(one, Rejection)] == ["its JSON-LD is not valid JSON"]
    weaver, dyer = kept
    assert (weaver.external_id, weaver.company, weaver.posted_at) == ("W-1", "Loom & Co", "2 days ago")
    assert pay(weaver) == [(21, 25, "EUR", "HOUR")]
    assert (weaver.locations[0].country, weaver.locations[0].latitude) == ("IT", 43.88)
    assert weaver.remote_within == ["Italy", "Malta"]
    html = weaver.description_html or ""
    assert html.count("Weave cloth.") == 1  # a part that the description holds already
    assert "Nimble fingers" in html
    assert pay(dyer) == [("28000", "28000", "EUR", None)]
    assert dyer.locations == [RawLocation(text="Biella, Italy")]
    assert (
        dyer.external_id == [one for one in read("jsonld", "graph.html") if isinstance(one, RawPosting)][1].external_id
    )


def test_microdata_and_rdfa_are_read_like_jsonld() -> None:
    farrier = posting("jsonld", "microdata.html")
    assert (farrier.title, farrier.external_id, farrier.company) == ("Farrier", "https://forge.example/jobs/7", "Forge")
    assert pay(farrier) == [("31000", "31000", "GBP", "YEAR")]
    assert (farrier.locations[0].city, farrier.locations[0].country) == ("Ascot", "GB")
    assert "Anvil" in (farrier.description_html or "")
    saddler = posting("jsonld", "rdfa.html")
    assert (saddler.title, saddler.company, saddler.url) == ("Saddler", "Tack House", "https://tack.example/jobs/3")
    assert saddler.posted_at == "2026-10-03"


def test_jsonl_gives_a_posting_back_and_rejects_line_by_line() -> None:
    found = read("jsonl", "postings.jsonl")
    assert [type(one) for one in found] == [RawPosting, Rejection, Rejection, RawPosting]
    raw = posting("jsonl", "postings.jsonl")
    assert (raw.external_id, raw.company, raw.workplace_text) == ("n-1", "Styx", "remote")
    assert raw.remote_within == ["Canada", "Germany", "EMEA"]  # as texts, "CA" would be California
    assert (raw.locations[0].city, raw.locations[0].country) == ("Ghent", "BE")
    assert found[1] == Rejection(record="line 2", reason="it is not valid JSON")
