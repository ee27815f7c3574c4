"""RSS, Atom, JSON Feed and plain XML job feeds: one address, one response.

Its kind is "rss"; "atom" and "feed" mean it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from jobswipe.errors import PayloadError, UsageError
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.feeditem import Item, items_of
from jobswipe.sources.fields import date, first, html_of, items, join, record, salary, section, text, texts, word
from jobswipe.sources.payload import is_json, plain, xml
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.tree import local
from jobswipe.sources.urls import is_web, split

KIND = "rss"
POLICY = Policy(spacing=1.0, first_party=False)
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml, text/xml"

_SHAPE = Shape(KIND, ("items",))
_FEED_PATH = re.compile(r"(?:\.(?:rss|atom|rdf|xml)|/(?:rss|feed|atom|feeds)(?:\.\w{2,4})?)/?\Z", re.IGNORECASE)
_ROOTS = (
    "rss",
    "feed",
    "rdf",
    "jobs",
    "source",
    "channel",
    "item",
    "entry",
    "job",
    "positions",
    "vacancies",
    "postings",
)
_WWR = "weworkremotely.com"
_PARTS = (
    ("examplesofduties", "Duties"),
    ("responsibilities", "Responsibilities"),
    ("requirements", "Requirements"),
    ("qualifications", "Qualifications"),
    ("supplementalinformation", "Supplemental information"),
    ("benefits", "Benefits"),
)
_CLOSED = ("closed", "draft", "archived", "inactive", "filled", "cancelled", "on hold")
_ANYWHERE = re.compile(r"anywhere|world|global", re.IGNORECASE)


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    payload = plain(payload)
    if is_json(payload):
        yield from read_json(payload, context, _SHAPE, _from_json)
        return
    root = xml(payload, KIND)
    if local(root.tag) == "workzag-jobs":
        raise PayloadError("This is no RSS or Atom feed: it looks like Personio, use --kind personio.")
    found = items_of(root)
    if not found and local(root.tag) not in _ROOTS:
        raise PayloadError(f"This is no RSS or Atom feed: its root is <{str(root.tag)[:60]}>.")
    feed = _Feed(root, found, context)
    for number, item in enumerate(found, 1):
        raw = feed.posting(item)
        if not raw.title:
            yield Rejection(record=raw.external_id or f"record {number}", reason="it has no title")
        elif not raw.external_id:
            yield Rejection(record=raw.title[:100], reason="it has no id and no link")
        else:
            yield raw


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    if not is_web(board):
        raise UsageError(f"A feed is named by its web address, {board!r} is none.")
    if split(board)[0].removeprefix("www.") == _WWR:
        raise UsageError(
            "We Work Remotely's terms bar job-search services from its feed: it is not polled; "
            "a saved copy is read by 'jobswipe ingest --kind rss --file FILE'."
        )
    return single(fetcher, board, accept=ACCEPT)


def match_url(url: str) -> str | None:
    """The address itself where its path ends as feeds' do."""
    path = url.partition("#")[0].partition("?")[0].strip()
    return url.strip() if _FEED_PATH.search(path, max(0, len(path) - 40)) and is_web(url) else None


def board_url(board: str) -> str:
    return board


class _Feed:
    """One feed's items: what holds for all of them is looked at once."""

    def __init__(self, root: Element, found: list[Item], context: ReadContext) -> None:
        channel = Item(next((one for one in root if local(one.tag) == "channel"), root))
        self.context = context
        self.base = channel.link() or context.url
        self.language = channel.value("language")
        self.remote_only = _WWR in (self.base or "") or _WWR in "".join((one.link() or "") for one in found[:1])
        titles = [one.value("title") or "" for one in found]
        # "Company: Role" is a feed's convention only when every title keeps it and the companies differ.
        led = {title.split(":")[0] for title in titles if ": " in title}
        self.company_leads = self.remote_only or (len(led) > 2 and all(": " in title for title in titles))
        self.company = None
        if any("neogov" in one.space for one in found[:1]):
            self.company = _employer(channel.value("title"))

    def posting(self, item: Item) -> RawPosting:
        title = item.value("title", "jobtitle", "position", "name") or ""
        company = item.value("company", "employer", "companyname", "hiringorganization", "company_name", "organization")
        if company is None and self.company_leads and ": " in title:
            company, _, title = (part.strip() for part in title.partition(":"))
        link = item.link()
        link = urljoin(self.base, link) if link and self.base and "://" not in link else link
        guid = item.value("guid", "id", "jobid", "job_id", "referencenumber", "reference", "identifier", "uid")
        url = link or (guid if guid and guid.startswith(("http://", "https://")) else None)
        region = item.value("region")
        status = (item.value("status") or "").lower()
        return RawPosting(
            external_id=guid or url or "",
            title=title,
            company=first(company, self.company),
            url=url,
            apply_url=item.value("applyurl", "apply_url", "applylink", "applicationurl"),
            requisition_id=item.value("requisitionid", "requisition_id", "reqid", "internalcode"),
            locations=[] if self.remote_only else item.places(),
            workplace_text=_workplace(item),
            remote_only_board=self.remote_only,
            remote_within=_within(region, item.value("country")) if self.remote_only else [],
            employment_text=item.value("type", "jobtype", "job_type", "employmenttype", "employment_type", "worktype"),
            seniority_text=item.value("experiencelevel", "seniority", "level", "experience"),
            salaries=salary(
                "salary",
                item.value("minimumsalary", "salarymin", "salary_min", "minsalary"),
                item.value("maximumsalary", "salarymax", "salary_max", "maxsalary"),
                item.value("salarycurrency", "salary_currency", "currency"),
                item.value("salaryinterval", "salaryperiod", "salary_period", "salaryunit"),
            ),
            salary_text=item.value("salary", "basesalary", "compensation", "salaryrange"),
            description_html=_description(item),
            language=item.value("languagecode", "language") or self.language,
            posted_at=item.value(
                "pubdate", "published", "issued", "date", "dateposted", "posted", "created", "advertisefromdateutc"
            ),
            updated_at=item.value("updated", "modified", "lastmodified", "dateupdated"),
            valid_through=_closing(item),
            department=item.value("department", "division"),
            tags=item.categories(),
            listed=status not in _CLOSED,
        )


def _employer(title: str | None) -> str | None:
    """The channel's title where it is a name, not a heading as "Job openings"."""
    words = re.compile(
        r"\b(?:jobs?|careers?|openings?|positions?|vacanc\w{1,5}|feed|rss|latest|opportunit\w{1,5})\b|[|:]"
    )
    return title if title and not words.search(title.lower()) else None


def _within(region: str | None, country: str | None) -> list[str]:
    """From where one may work: a named country narrows "anywhere"."""
    named = [one for one in (region, country) if one]
    narrowed = [one for one in named if not _ANYWHERE.search(one)]
    return narrowed or named[:1]


def _workplace(item: Item) -> str | None:
    said = item.value("workplacetype", "workplace_type", "workplace", "remotestatus", "remote_type")
    if said is None:
        said = item.value("remote")
        said = "remote" if said and said.lower() in ("yes", "true", "1") else said
    if said is None or said.lower() in ("no", "false", "0", "none"):
        hybrid, remote = ((item.value(key) or "").lower() in ("yes", "true", "1") for key in ("ishybrid", "isremote"))
        return "hybrid" if hybrid else "remote" if remote else None
    return said


def _closing(item: Item) -> str | None:
    """The closing date; NEOGOV writes it in RFC 2822 with a stray fraction and no zone: it is UTC."""
    said = item.value(
        "expires_at",
        "expires",
        "expirydate",
        "expiry_date",
        "expirationdate",
        "closingdate",
        "validthrough",
        "deadline",
    )
    utc = item.value("advertisetodatetimeutc")
    return said or (re.sub(r"(\d\d:\d\d:\d\d):\d{1,3}\Z", r"\1 GMT", utc) if utc else None)


def _description(item: Item) -> str | None:
    """The fullest text that the item has, and the parts that some feeds keep in fields of their own."""
    main = first(item.html("encoded"), item.html("description"), item.html("content"), item.html("summary"))
    return join([main, *(section(heading, item.html(name)) for name, heading in _PARTS)])


def _from_json(entry: dict[str, Any], origin: Origin) -> RawPosting:
    """An item of a JSON Feed (jsonfeed.org)."""
    get = entry.get
    url = first(text(get("url")), text(get("external_url")))
    authors = [one for one in items(get("authors")) if record(one)]
    return RawPosting(
        external_id=word(get("id")) or url or "",
        title=text(get("title")) or "",
        company=company_of(first(*texts(authors)) if "_company" in entry else None, origin),
        url=url,
        description_html=first(text(get("content_html")), html_of(text(get("content_text"))), text(get("summary"))),
        locations=[RawLocation(text=one) for one in texts(get("location"))],
        language=text(get("language")),
        posted_at=date(get("date_published")),
        updated_at=date(get("date_modified")),
        tags=texts(get("tags")),
    )
