"""Signing in by an OpenID provider: there, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from jobswipe import clock
from jobswipe.accounts import oidc
from jobswipe.errors import NotFoundError
from server import options
from server.api import cookies
from server.api.access import OPEN, ApiRequest, shows

if TYPE_CHECKING:
    from jobswipe.accounts.provider import Provider
    from jobswipe.settings import Settings

_LONGEST = 4_096
_OPEN = OPEN | {options.LIMIT_CLASS: "auth"}
# A provider adds parameters of its own.
_ANY_QUERY = {options.ANY_QUERY: True}


def provider(settings: Settings) -> Provider | None:
    """The provider that the settings name."""
    if settings.oidc.issuer is None:
        return None
    from jobswipe.accounts.provider import Provider

    return Provider(settings)


@get("/auth/oidc", status_code=303, opt=_OPEN | shows(), sync_to_thread=True)
def go(
    request: ApiRequest,
    path: Annotated[
        str | None, QueryParameter(name="next", max_length=_LONGEST, description="A path on this server.")
    ] = None,
) -> Response[None]:
    """Go to the provider to sign in; afterwards to `next`, a path on this server."""
    state = request.app.state
    begun = oidc.begin(state.database.vault, state.settings, _provider(request), path, clock.now())
    kept = cookies.make(cookies.PROVIDER, begun.cookie, oidc.SECONDS, samesite="lax")
    return Response(None, status_code=303, headers={"location": begun.url}, cookies=[kept])


@get("/auth/oidc/callback", status_code=303, opt=_OPEN | _ANY_QUERY | shows(), sync_to_thread=True)
def back(
    request: ApiRequest,
    code: Annotated[
        str | None, QueryParameter(max_length=_LONGEST, description="The provider's, for this sign-in alone.")
    ] = None,
    oidc_state: Annotated[
        str | None, QueryParameter(name="state", max_length=_LONGEST, description="What the sign-in began with.")
    ] = None,
    iss: Annotated[str | None, QueryParameter(max_length=_LONGEST, description="The provider's issuer.")] = None,
) -> Response[None]:
    """Where the provider sends people back to: begins the session."""
    state, replaces = request.app.state, cookies.of(request, cookies.SESSION)
    begun, path = oidc.finish(
        state.database,
        state.settings,
        _provider(request),
        code=code,
        state=oidc_state,
        cookie=cookies.of(request, cookies.PROVIDER),
        issuer=iss,
        device=cookies.of(request, cookies.DEVICE),
        replaces=replaces,
    )
    if replaces is not None:
        state.credentials.forget()
    return Response(
        None,
        status_code=303,
        headers={"location": path},
        cookies=[*cookies.signed_in(begun), cookies.gone(cookies.PROVIDER)],
    )


def _provider(request: ApiRequest) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFoundError("No provider is set up here: sign in with your password.")
    return found


ROUTES = (go, back)
