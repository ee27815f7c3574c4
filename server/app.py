"""The application: its routes, and the layers around them."""

from __future__ import annotations

import threading

from litestar import Litestar

from jobswipe.db.engine import Database
from jobswipe.matching.look import Looks
from jobswipe.security.origins import origins
from jobswipe.settings import Settings
from server import api, limits, pages, problems
from server.admission import Admission
from server.api.answers import Answers
from server.api.auth import Credentials
from server.api.by_provider import provider
from server.cors import Cors
from server.edge import Edge
from server.encoding import Encoded
from server.forwarded import Forwarded
from server.headers import Headers, api_headers, page_headers
from server.health import Readiness, alive, ready
from server.limits import Limiter
from server.live import Live
from server.observe import Observed
from server.openapi import Description
from server.readers import Readers
from server.state import ServerState


def create_app(settings: Settings, database: Database, *, stopping: threading.Event | None = None) -> Litestar:
    """The HTTP application over a store. While `stopping` is set it is not ready, and lets go of its clients.

    Handlers find what `ServerState` says in the application's state.
    """
    stopping = stopping or threading.Event()
    headers = api_headers(settings)
    cors = Cors(origins(settings.server))
    forwarded = Forwarded(settings.server)
    windows = limits.store(settings)
    limiter = Limiter(settings, windows, lambda place, text: database.vault.fingerprint(place, text))
    app = Litestar(
        route_handlers=[alive, ready, api.routes(), pages.routes()],
        exception_handlers={Exception: problems.respond},
        before_request=Admission(api.PREFIX),
        on_shutdown=[_close],
        request_max_body_size=None,  # the layer before the router counts what comes
        debug=False,
        openapi_config=None,
        logging_config=None,  # the log is set up for the whole process
        state=ServerState(
            settings,
            database,
            credentials=Credentials(database, settings.accounts),
            answers=Answers(),
            looks=Looks(database),
            provider=provider(settings),
            live=Live(database, settings.events, stopping),
            description=Description(api.routes),
            readiness=Readiness(settings, database, stopping),
            headers=headers,
            readers=Readers(settings.server.resume_readers),
            forwarded=forwarded,
            limiter=limiter,
            windows=windows,
        ),
    )
    # Around Litestar's own handler: its middleware does not see what no route takes.
    router = Encoded(app.asgi_handler)
    edge = Edge(router, settings.limits, forwarded, cors, limiter)  # type: ignore[arg-type]  # what comes is HTTP
    app.asgi_handler = Headers(Observed(app, edge), headers, page_headers(settings), cors, stopping)  # type: ignore[arg-type]  # likewise
    return app


async def _close(app: Litestar) -> None:
    app.state.looks.close()
    await app.state.windows.close()
