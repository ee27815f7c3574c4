"""/api/v1: one file for each resource. A route says what it needs by `access.needs(...)` or `access.OPEN`."""

from __future__ import annotations

from litestar import Router

from server.api import (
    account,
    api_keys,
    application_parts,
    applications,
    archive,
    by_provider,
    channels,
    deck,
    description,
    events,
    notifications,
    postings,
    profile,
    reports,
    resumes,
    runs,
    second_factor,
    sign_in,
    sources,
    swipes,
    tasks,
    users,
)

PREFIX = "/api/v1"


def routes() -> Router:
    return Router(
        PREFIX,
        route_handlers=[
            *account.ROUTES,
            *api_keys.ROUTES,
            *application_parts.ROUTES,
            *applications.ROUTES,
            *archive.ROUTES,
            *by_provider.ROUTES,
            *channels.ROUTES,
            *deck.ROUTES,
            *description.ROUTES,
            *events.ROUTES,
            *notifications.ROUTES,
            *postings.ROUTES,
            *profile.ROUTES,
            *reports.ROUTES,
            *resumes.ROUTES,
            *runs.ROUTES,
            *second_factor.ROUTES,
            *sign_in.ROUTES,
            *sources.ROUTES,
            *swipes.ROUTES,
            *tasks.ROUTES,
            *users.ROUTES,
        ],
    )
