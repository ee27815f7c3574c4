"""What every request passes before its handler, whatever its route: there is no other guard."""

from __future__ import annotations

from typing import Any

from litestar import Request

from jobswipe.accounts.principal import Principal
from server.api import access
from server.api.auth import authenticate
from server.demands import Demands


class Admission:
    """Called by Litestar before each handler. `prefix` is the path of the API: no route below it goes unguarded.

    Litestar's own guards and authentication do the same, with copies of the handler and two more layers for each.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}/"
        self._demands = Demands(prefix)

    async def __call__(self, request: Request[Any, Any, Any]) -> None:
        """Raises UnauthenticatedError, ForbiddenError or Refused: who it is goes first, then how often, then whether
        they may; so nobody learns what a route takes who may not call it.
        """
        scope, handler = request.scope, request.route_handler
        in_api = scope["path"].startswith(self._prefix)
        who: Principal | None = None
        if in_api and scope["method"] != "OPTIONS":
            who = scope["user"] = await authenticate(request)
        await request.app.state.limiter.admit(scope, handler.opt, who)
        if in_api:
            access.check(handler.opt, who)
        await self._demands(request)
