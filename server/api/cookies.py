"""The cookies of this server. The prefix `__Host-` makes browsers take them from this host alone, by https."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie

from jobswipe.accounts.signin import SignedIn

SESSION = "__Host-jobswipe"
DEVICE = "__Host-jobswipe-device"
"""By which somebody who signed in here before is not held up by others' failures."""
PROVIDER = "__Host-jobswipe-oidc"
"""Of a sign-in by a provider that has begun. `lax`: the way back from the provider is another site's."""
DEVICE_SECONDS = 365 * 86_400


def make(name: str, value: str, seconds: int | None = None, *, samesite: Literal["strict", "lax"] = "strict") -> Cookie:
    return Cookie(name, value=value, max_age=seconds, path="/", secure=True, httponly=True, samesite=samesite)


def gone(name: str) -> Cookie:
    """Has the browser forget one."""
    return make(name, "", 0)


def signed_in(begun: SignedIn) -> list[Cookie]:
    """What a browser gets when it has signed in; the session's cookie ends with the browser's own session."""
    return [make(SESSION, begun.token), device(begun.device)]


def device(text: str) -> Cookie:
    return make(DEVICE, text, DEVICE_SECONDS)


def of(request: Request[Any, Any, Any], name: str) -> str | None:
    return request.cookies.get(name)
