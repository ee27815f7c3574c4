"""What a route asks of who calls it, said in its options and held by one check; and what it is described with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request

from jobswipe.accounts.principal import SCOPES, Principal
from jobswipe.errors import ForbiddenError, UnauthenticatedError
from server import options
from server.state import ServerState

ApiRequest = Request[Principal, Any, ServerState]
"""A request of somebody; the application's state has `database`, `settings`, `matcher` and `credentials`."""
SCOPE = "scope"
"""The option that names the scope which a route needs."""
PUBLIC = "public"
"""The option of a route that anybody may call."""
EXAMPLE = "example"
"""The option with what `shows` was given."""
OPERATION = "operation_id"
"""The option with an operation's id in the description, where module and function do not tell it from others."""
ANSWER = "answer"
"""The option with the type of a JSON answer, of a handler that answers in more than one form."""
ALSO = "also"
"""The option with the other forms of the answer, files too: an example for each media type."""
BY_SESSION = "by_session"
"""The option of a route that an API key must not call: what it does could outlive the key."""

OPEN: dict[str, Any] = {PUBLIC: True}


def needs(scope: str, *, by_session: bool = False, lane: str | None = None) -> dict[str, Any]:
    """The options of a route that needs a scope. `lane`: its handler's threads, of `server.lanes`."""
    if scope not in SCOPES:
        raise ValueError(scope)
    return {SCOPE: scope, BY_SESSION: by_session, options.LANE: lane}


def shows(*, request: Any = None, response: Any = None) -> dict[str, Any]:
    """The options of a route with an example of its body and of its answer, for the API's description."""
    return {EXAMPLE: {"request": request, "response": response}}


def check(of: Mapping[str, Any], who: Principal | None) -> None:
    """Refuse who may not call a route with these options. A route that says nothing is nobody's."""
    if of.get(PUBLIC):
        return
    if who is None:
        raise UnauthenticatedError("This needs a signed-in user: send an API key, or sign in.")
    scope = of[SCOPE]
    if not who.may(scope):
        raise ForbiddenError(f"This needs the scope {scope}, which you do not have here.")
    if of[BY_SESSION] and who.session_id is None:
        raise ForbiddenError("An API key must not do this: sign in.")
