"""/api/v1: one file for each resource. A route says what it needs by `access.needs(...)` or `access.OPEN`."""

from __future__ import annotations

from litestar import Router

from server.api import access, channels, description, events, notifications, profile, reports, runs, sources, tasks
from server.api.auth import Authenticated

PREFIX = "/api/v1"


def routes() -> Router:
    return Router(
        PREFIX,
        route_handlers=[
            *channels.ROUTES,
            *description.ROUTES,
            *events.ROUTES,
            *notifications.ROUTES,
            *profile.ROUTES,
            *reports.ROUTES,
            *runs.ROUTES,
            *sources.ROUTES,
            *tasks.ROUTES,
        ],
        middleware=[Authenticated],
        guards=[access.guard],
    )
