"""Postings: search them all, look at one with its versions and duplicates, and at those that are like it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.params import QueryParameter

from jobswipe.pay.salary import Salary
from jobswipe.places.place import Place, Workplace
from jobswipe.postings.posting import Posting
from jobswipe.postings.shown import Shown, shown
from jobswipe.titles.level import EmploymentType, Seniority
from server.api.access import ApiRequest, needs, shows
from server.api.deck import CARD
from server.api.params import NO_NUL, CursorText, Limit, PathId, after, cursor

if TYPE_CHECKING:
    from jobswipe.matching.search import Found

MAX_VALUES = 50
"""Values of one filter."""
_KIND = "postings"
_READ = needs("postings:read")
_POSTING = {name: CARD[name] for name in Shown.__struct_fields__}


Texts = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=NO_NUL)]] | None,
    QueryParameter(max_items=MAX_VALUES, description="May be repeated: any of the values."),
]


class FacetCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many postings have a value. `value` is what the filter takes, `label` what people call it."""

    value: str
    label: str
    count: int


class FacetCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The 20 most frequent values of each kind, counted as if that kind's own filter were not set."""

    company: list[FacetCount]
    country: list[FacetCount]
    place: list[FacetCount]
    workplace: list[FacetCount]
    remote_country: list[FacetCount]
    seniority: list[FacetCount]
    employment_type: list[FacetCount]
    skill: list[FacetCount]
    source: list[FacetCount]


class FoundPostings(msgspec.Struct, frozen=True, kw_only=True):
    """A page of postings. `total` counts all that were found; `facets` come with the first page."""

    items: list[Shown]
    next: str | None
    total: int
    facets: FacetCounts | None


@get(
    "/postings",
    opt=_READ
    | shows(
        response={
            "items": [_POSTING],
            "next": None,
            "total": 1,
            "facets": {kind: [] for kind in FacetCounts.__struct_fields__}
            | {"workplace": [{"value": "hybrid", "label": "Hybrid", "count": 1}]},
        }
    ),
    sync_to_thread=True,
)
def search(
    request: ApiRequest,
    q: Annotated[
        str, QueryParameter(max_length=500, pattern=NO_NUL, description="Words of title, company and description.")
    ] = "",
    company: Texts = None,
    country: Texts = None,
    place: Texts = None,
    workplace: Annotated[
        list[Workplace] | None, QueryParameter(max_items=MAX_VALUES, description="Only these; repeatable.")
    ] = None,
    remote_country: Texts = None,
    seniority: Annotated[
        list[Seniority] | None, QueryParameter(max_items=MAX_VALUES, description="Only these; repeatable.")
    ] = None,
    employment_type: Annotated[
        list[EmploymentType] | None, QueryParameter(max_items=MAX_VALUES, description="Only these; repeatable.")
    ] = None,
    skill: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=NO_NUL)]] | None,
        QueryParameter(max_items=MAX_VALUES, description="May be repeated: all of the skills."),
    ] = None,
    source: Texts = None,
    salary_min: Annotated[
        float | None, QueryParameter(ge=0, le=1e12, description="A year's pay; what does not say its pay is left out.")
    ] = None,
    currency: Annotated[
        str, QueryParameter(min_length=3, max_length=3, description="Of salary_min, ISO 4217.")
    ] = "USD",
    posted_since: Annotated[date | None, QueryParameter(description="Posted on this day (UTC) or later.")] = None,
    sort: Annotated[
        Literal["relevance", "posted"],
        QueryParameter(description="How well the words fit, or the newest first; without words both are the newest."),
    ] = "relevance",
    limit: Limit = 20,
    cursor_: CursorText = None,
) -> FoundPostings:
    """Search all open postings; your preferences do not narrow it.

    The values of one filter are alternatives, but for `skill`, of which all are asked for; filters narrow each other.
    `country` and `remote_country` are ISO 3166-1 codes, `place` is a city or region such as `Berlin` or `Berlin, DE`.
    """
    from jobswipe.matching import search as searching

    query = searching.Query(
        text=q,
        company=tuple(company or ()),
        country=tuple(country or ()),
        place=tuple(place or ()),
        workplace=tuple(workplace or ()),
        remote_country=tuple(remote_country or ()),
        seniority=tuple(seniority or ()),
        employment_type=tuple(employment_type or ()),
        skill=tuple(skill or ()),
        source=tuple(source or ()),
        salary_min=salary_min,
        currency=currency,
        posted_since=posted_since,
        sort=sort,
    )
    mark = after(_KIND, cursor_, tuple[float, int])
    state = request.app.state
    with state.database.read() as session:
        found = searching.search(state.matcher, session, query, limit, mark, count=mark is None)
        looks = shown(session, found.ids)
    return FoundPostings(
        items=[looks[id_] for id_ in found.ids if id_ in looks],
        next=cursor(_KIND, found.mark) if found.mark else None,
        total=found.total,
        facets=_facets(found),
    )


def _facets(found: Found) -> FacetCounts | None:
    if found.counts is None:
        return None
    return FacetCounts(
        **{
            kind: [FacetCount(value=one.value, label=one.label, count=one.count) for one in top]
            for kind, top in found.counts.items()
        }
    )


class EarlierContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the changed fields said before; a field that said nothing is absent."""

    requisition_id: str | None = None
    company: str | None = None
    title: str | None = None
    url: str | None = None
    apply_url: str | None = None
    places: tuple[Place, ...] | None = None
    workplace: Workplace | None = None
    remote_countries: tuple[str, ...] | None = None
    remote_regions: tuple[str, ...] | None = None
    employment_type: EmploymentType | None = None
    seniority: Seniority | None = None
    salary: Salary | None = None
    description_text: str | None = None
    language: str | None = None
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    valid_through: datetime | None = None


class PostingChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a posting: `changed` names the fields, `before` is what they said."""

    number: int
    at: datetime
    kind: str
    changed: list[str]
    before: EarlierContent


class MergedPosting(msgspec.Struct, frozen=True, kw_only=True):
    """Another posting of the same opening, and why it is taken for one (`similarity` 0 to 1)."""

    posting_id: int
    source: str
    url: str | None
    state: str
    reason: str
    similarity: float


class PostingLife(msgspec.Struct, frozen=True, kw_only=True):
    """Where a posting is from and what became of it; `shown` is false for one that stands behind a duplicate."""

    source: str | None
    state: str
    shown: bool
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    repost_of: int | None


class PostingDetail(Posting, kw_only=True):
    """A posting in full. `description_html` is safe to display: paragraphs and lists, no attribute, no link."""

    posting_id: int
    description_html: str | None
    life: PostingLife
    versions: list[PostingChange]
    merged: list[MergedPosting]


_DETAIL: dict[str, Any] = {
    **{name: value for name, value in _POSTING.items() if name != "state"},
    "source": "ashby",
    "external_id": "0f8d",
    "requisition_id": None,
    "apply_url": "https://jobs.example.com/7/apply",
    "salary": {
        "min": 70000, "max": 85000, "currency": "EUR", "period": "year", "provenance": "text",
        "quote": "EUR 70,000 to 85,000 a year",
    },
    "description_text": "You build services.\n\n- Python\n- SQL",
    "description_html": "<p>You build services.</p>\n<ul><li>Python</li><li>SQL</li></ul>",
    "language": "en",
    "skills": [{"id": "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d", "name": "Python",
                "quote": "Python"}],
    "updated_at": None,
    "valid_through": None,
    "life": {
        "source": "ashby:example", "state": "open", "shown": True, "first_seen_at": "2026-03-01T12:00:00Z",
        "last_seen_at": "2026-03-02T12:00:00Z", "closed_at": None, "repost_of": None,
    },
    "versions": [],
    "merged": [],
}  # fmt: skip


@get("/postings/{posting_id:int}", opt=_READ | shows(response=_DETAIL), sync_to_thread=True)
def show(request: ApiRequest, posting_id: PathId) -> PostingDetail:
    """A posting with its life, its versions, and what it is merged with; a closed one too."""
    from jobswipe.postings.detail import detail
    from jobswipe.text.display import to_html

    with request.app.state.database.read() as session:
        found = detail(session, posting_id)
    text = found["description_text"]
    return msgspec.convert({**found, "description_html": to_html(text) if text else None}, PostingDetail)


class SimilarPosting(Shown, frozen=True, kw_only=True):
    """An open posting like another; `score` is 0 to 1, `shared_skills` are those that both ask for."""

    score: float
    shared_skills: tuple[str, ...]


class SimilarPostings(msgspec.Struct, frozen=True, kw_only=True):
    """The most alike first."""

    items: list[SimilarPosting]
    next: None = None


@get(
    "/postings/{posting_id:int}/similar",
    opt=_READ | shows(response={"items": [{**_POSTING, "score": 0.83, "shared_skills": ["SQL"]}], "next": None}),
    sync_to_thread=True,
)
def similar(request: ApiRequest, posting_id: PathId, limit: Limit = 20) -> SimilarPostings:
    """Open postings like this one, by role, skills, level, place, workplace and pay; it may be closed itself."""
    from jobswipe.matching.similar import similar as find

    state = request.app.state
    with state.database.read() as session:
        found = find(state.matcher, session, posting_id, limit)
        looks = shown(session, [one.posting_id for one in found])
    return SimilarPostings(
        items=[
            SimilarPosting(
                score=one.score,
                shared_skills=one.skills,
                **{name: getattr(looks[one.posting_id], name) for name in Shown.__struct_fields__},
            )
            for one in found
            if one.posting_id in looks
        ]
    )


ROUTES = (search, show, similar)
