"""The application: its routes, and the layers around them."""

from __future__ import annotations

import threading

from litestar import Litestar

from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from server import api, pages, problems
from server.api.auth import Credentials
from server.headers import Headers, api_headers
from server.health import Readiness, alive, ready
from server.live import Live
from server.observe import Observed
from server.openapi import Description
from server.state import ServerState


def create_app(settings: Settings, database: Database, *, stopping: threading.Event | None = None) -> Litestar:
    """The HTTP application over a store. While `stopping` is set it is not ready, and lets go of its clients.

    Handlers find `settings`, `database`, `matcher`, `credentials`, `live` and `description` in the application's state.
    """
    stopping = stopping or threading.Event()
    headers = api_headers(settings)
    app = Litestar(
        route_handlers=[alive, ready, api.routes(), pages.routes()],
        exception_handlers={Exception: problems.respond},
        openapi_config=None,
        logging_config=None,  # the log is set up for the whole process
        state=ServerState(
            settings,
            database,
            credentials=Credentials(database, settings.accounts.cache),
            live=Live(database, settings.events, stopping),
            description=Description(api.routes),
            readiness=Readiness(settings, database, stopping),
            headers=headers,
        ),
    )
    # Around Litestar's own handler: its middleware does not see what no route takes.
    app.asgi_handler = Headers(Observed(app, app.asgi_handler), headers, stopping)
    return app
