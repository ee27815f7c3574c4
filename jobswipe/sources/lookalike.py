"""Tell which kind of board a JSON document looks like, so that a payload given to the wrong adapter is named."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "ashby": "Ashby",
    "greenhouse": "Greenhouse",
    "lever": "Lever",
    "workable": "Workable",
    "smartrecruiters": "SmartRecruiters",
    "recruitee": "Recruitee",
    "personio": "Personio",
    "teamtailor": "Teamtailor",
    "rss": "RSS or Atom",
    "jsonld": "JobPosting",
    "remotive": "Remotive",
    "remoteok": "Remote OK",
    "hackernews": "Hacker News",
    "jsonl": "posting",
}

# Keys that no other kind's records have: two of them tell a kind.
MARKS: dict[str, frozenset[str]] = {
    "ashby": frozenset({"jobUrl", "isListed", "descriptionHtml", "secondaryLocations", "publishedAt", "isRemote"}),
    "greenhouse": frozenset({"absolute_url", "internal_job_id", "first_published", "data_compliance"}),
    "lever": frozenset({"hostedUrl", "categories", "lists", "additional", "additionalPlain", "salaryRange"}),
    "workable": frozenset({"shortcode", "telecommuting", "shortlink", "application_url", "published_on"}),
    "smartrecruiters": frozenset(
        {"releasedDate", "refNumber", "typeOfEmployment", "experienceLevel", "jobAd", "jobAdId"}
    ),
    "recruitee": frozenset(
        {"careers_url", "careers_apply_url", "employment_type_code", "experience_code", "options_cv"}
    ),
    "teamtailor": frozenset({"_jobposting", "date_published"}),
    "rss": frozenset({"content_html", "content_text", "external_url", "date_modified"}),
    "jsonld": frozenset({"@context", "@type", "@graph", "hiringOrganization", "datePosted"}),
    "remotive": frozenset({"candidate_required_location", "company_name", "job_type", "publication_date"}),
    "remoteok": frozenset({"position", "epoch", "apply_url", "salary_min", "company_logo"}),
    "hackernews": frozenset({"by", "text", "time", "author", "story_id", "parent_id", "created_at_i", "kids"}),
    "jsonl": frozenset({"source", "external_id", "places", "remote_countries", "description_text", "workplace"}),
}
_LISTS = ("jobs", "offers", "content", "items", "children", "hits", "results", "data")


def display(kind: str) -> str:
    return _NAMES.get(kind, kind)


def guess(document: Any, expected: str | None = None) -> str | None:
    """The kind that a document, or its first record, has at least two marks of; None when it is told by none.

    A kind that is `expected` is answered before any other.
    """
    for _ in range(4):  # an envelope in a list in an envelope
        if isinstance(document, list):
            document = next((one for one in document[:3] if isinstance(one, dict) and "legal" not in one), None)
        if not isinstance(document, dict):
            return None
        if "legal" not in document and (found := _of_record(document, expected)):
            return found
        inner = next((document[key] for key in ("body", "job") if isinstance(document.get(key), dict | list)), None)
        if inner is None:
            inner = next((document[key] for key in _LISTS if isinstance(document.get(key), list)), None)
        document = inner
    return None


def _of_record(record: dict[str, Any], expected: str | None) -> str | None:
    counted = {kind: len(marks & record.keys()) for kind, marks in MARKS.items()}
    if expected and counted.get(expected, 0) >= 2:
        return expected
    best = max(counted, key=counted.__getitem__)
    return best if counted[best] >= 2 else None


def has_marks(record: dict[str, Any], kind: str) -> bool:
    marks = MARKS.get(kind)
    return marks is None or not marks.isdisjoint(record)
