"""Reports as JSON and CSV: the market for analysts, one's own search for everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.exceptions import ServiceUnavailableException
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from jobswipe.analytics.cells import lines
from jobswipe.errors import LimitError
from server import accept
from server.api.access import ALSO, ANSWER, OPERATION, SCOPE, ApiRequest, needs, shows

if TYPE_CHECKING:
    from jobswipe.analytics.report import Report

Form = Literal["json", "csv"]
Cell = str | int | float | bool | None
SECONDS = 20.0
"""The longest that a report may compute; it has 512 MB."""
AT_ONCE = 2
"""Reports that one process computes at a time; others wait for their turn that long, too."""
CSV = "text/csv"
PERSONAL = {
    "funnel": "Your own search, from open positions to offers: by stage, by week, days between stages.",
    "skills": "Skills that open positions ask for and your resume does not show, and those that it shows.",
}
"""Reports about whoever asks; all others are for analysts."""
_OTHERS = {
    "market": "Open positions by week, country, workplace and level; pay, skills and employers.",
    "operations": "Figures of the store, now, before and by day: postings, sources, verdicts, tasks, size.",
}
_turns = threading.BoundedSemaphore(AT_ONCE)


class ReportSection(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a report: a row has a value for each of its columns."""

    title: str
    rows: list[dict[str, Cell]]


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A report: its sections by name, in their order."""

    report: str
    sections: dict[str, ReportSection]


class ReportName(msgspec.Struct, frozen=True, kw_only=True):
    """A report that there is; `scope` is what reading it needs, `may`: you have it."""

    name: str
    about: str
    scope: str
    may: bool


class Reports(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ReportName]


def names() -> list[str]:
    """The reports, without the libraries that compute them."""
    folder = files("jobswipe.analytics") / "reports"
    return sorted(one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith(("_", ".")))


def about(name: str) -> str:
    return PERSONAL.get(name) or _OTHERS.get(name) or f"The report {name}."


def _needs(name: str) -> dict[str, Any]:
    return needs("applications:read" if name in PERSONAL else "reports:read")


@get(
    "/reports",
    opt=needs("postings:read")
    | shows(
        response={"items": [{"name": "funnel", "about": PERSONAL["funnel"], "scope": "applications:read", "may": True}]}
    ),
    sync_to_thread=False,
)
def listing(request: ApiRequest) -> Reports:
    """The reports that there are, and whether you may read each."""
    found = []
    for name in names():
        scope = _needs(name)[SCOPE]
        found.append(ReportName(name=name, about=about(name), scope=scope, may=request.user.may(scope)))
    return Reports(items=found)


_SHOWN = {
    "report": "funnel",
    "sections": {
        "stages": {
            "title": "From opening to offer",
            "rows": [
                {"step": "open positions", "count": 4120, "percent_of_previous": None},
                {"step": "judged", "count": 230, "percent_of_previous": 5.6},
            ],
        }
    },
}
_SHOWN_CSV = "section,row,column,value\r\nstages,1,step,open positions\r\nstages,1,count,4120\r\n"


def _route(name: str) -> HTTPRouteHandler:
    """The route of one report: each says for itself whom it is for, and is described for itself."""

    def report(
        request: ApiRequest,
        form: Annotated[
            Form | None, QueryParameter(name="format", description="json or csv; without it the Accept header decides.")
        ] = None,
    ) -> Response[Any]:
        built = _build(request, name)
        if form == "csv" or (form is None and _prefers_csv(request)):
            headers = {"content-disposition": f'attachment; filename="{name}.csv"', "vary": "accept"}
            return Stream(_encoded(built), media_type=CSV, headers=headers)
        view = ReportView(
            report=built.name,
            sections={one.name: ReportSection(title=one.title, rows=one.dicts()) for one in built.sections},
        )
        return Response(view, headers={"vary": "accept"})

    report.__doc__ = (
        f"{about(name)}\n\nCSV is long: a line for each cell, with its section, row and column. A cell of it that a "
        "spreadsheet would take for a formula begins with an apostrophe. A report that would take longer than "
        f"{SECONDS:g} seconds is broken off (503)."
    )
    options = {OPERATION: f"reports_{name}", ALSO: {CSV: _SHOWN_CSV}}
    shown = shows(response=_SHOWN | {"report": name})
    described: Callable[[Any], HTTPRouteHandler] = get(
        f"/reports/{name}", opt=_needs(name) | shown | options | {ANSWER: ReportView}, sync_to_thread=True
    )
    return described(report)


def _build(request: ApiRequest, name: str) -> Report:
    from jobswipe.analytics.lake import Lake
    from jobswipe.analytics.report import build
    from jobswipe.resumes.service import active_skill_names

    state, person_id = request.app.state, request.user.person_id
    lake = Lake(state.settings.lake_dir)
    with _turn():
        lake.append(state.database)
        with state.database.read() as session:
            skills = active_skill_names(session, person_id)
        try:
            return build(name, lake, {"person_id": person_id, "resume_skills": skills}, seconds=SECONDS)
        except LimitError:
            raise ServiceUnavailableException(
                f"The report takes longer than {SECONDS:g} s here: run it at the command line.",
                headers={"Retry-After": "60"},
            ) from None


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=SECONDS):
        raise ServiceUnavailableException(
            "Other reports are being computed: try again in a moment.", headers={"Retry-After": "20"}
        )
    try:
        yield
    finally:
        _turns.release()


def _prefers_csv(request: ApiRequest) -> bool:
    accepted = ", ".join(request.headers.getall("accept", []))
    return accept.quality(accepted, CSV) > accept.quality(accepted, accept.JSON)


def _encoded(built: Report) -> Iterator[bytes]:
    for line in lines(built):
        yield line.encode()


ROUTES = (listing, *(_route(name) for name in names()))
