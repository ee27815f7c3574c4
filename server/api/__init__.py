"""/api/v1: one file for each resource. A route says what it needs by `access.needs(...)` or `access.OPEN`."""

from __future__ import annotations

from litestar import Router

from server.api import (
    access,
    account,
    api_keys,
    application_parts,
    applications,
    archive,
    by_provider,
    deck,
    postings,
    profile,
    resumes,
    second_factor,
    sign_in,
    swipes,
    users,
)
from server.api.auth import Authenticated

PREFIX = "/api/v1"


def routes() -> Router:
    return Router(
        PREFIX,
        route_handlers=[
            *sign_in.ROUTES,
            *by_provider.ROUTES,
            *account.ROUTES,
            *second_factor.ROUTES,
            *api_keys.ROUTES,
            *users.ROUTES,
            *archive.ROUTES,
            *application_parts.ROUTES,
            *applications.ROUTES,
            *deck.ROUTES,
            *postings.ROUTES,
            *profile.ROUTES,
            *resumes.ROUTES,
            *swipes.ROUTES,
        ],
        middleware=[Authenticated],
        guards=[access.guard],
    )
