"""What a person wants: the preferences."""

from __future__ import annotations

from litestar import get
from litestar import put as put_
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.matching import profile
from jobswipe.matching.preferences import Preferences, decode
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


ROUTES = (show, put)
