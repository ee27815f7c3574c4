"""What a person wants: the preferences, and how many cards others would leave."""

from __future__ import annotations

from litestar import get, post
from litestar import put as put_
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.matching import profile
from jobswipe.matching.preferences import ChoiceCounts, Preferences, decode
from server.api.access import ApiRequest, needs, shows

_EXAMPLE = {
    "countries": ["DE", "NL"],
    "remote": "ok",
    "seniority": ["senior"],
    "salary_floor": {"amount": 60000, "currency": "EUR", "period": "year"},
    "employment_types": ["full_time"],
    "blocked_companies": [],
    "titles": ["Data Engineer"],
}


@get("/profile", opt=needs("profile:read") | shows(response=_EXAMPLE), sync_to_thread=True)
def show(request: ApiRequest) -> Preferences:
    """Your preferences."""
    with request.app.state.database.read() as session:
        return profile.get(session, request.user.person_id)


@put_("/profile", opt=needs("profile:write") | shows(request=_EXAMPLE, response=_EXAMPLE), sync_to_thread=True)
def put(request: ApiRequest, data: JSONBody[Preferences]) -> Preferences:
    """Replace your preferences."""
    chosen = decode(data.to_dict())
    with request.app.state.database.write() as session:
        profile.put(session, request.user.person_id, chosen, clock.now())
    return chosen


_COUNTS = {
    "total": 412, "remote": {"ok": 412, "only": 120, "no": 292}, "seniority": {"mid": 80, "senior": 130},
    "employment_types": {"full_time": 391, "contract": 4}, "countries": {"DE": 230, "NL": 61}, "salary": 142,
}  # fmt: skip


@post(
    "/profile/counts",
    opt=needs("deck:read") | shows(request=_EXAMPLE, response=_COUNTS),
    status_code=200,
    sync_to_thread=True,
)
def counts(request: ApiRequest, data: JSONBody[Preferences]) -> ChoiceCounts:
    """How many cards preferences would leave you, and each other choice. Nothing is kept."""
    from jobswipe.matching import choices

    chosen = decode(data.to_dict())
    state = request.app.state
    with state.database.read() as session:
        return choices.counts(state.matcher, session, request.user.person_id, chosen)


ROUTES = (show, put, counts)
