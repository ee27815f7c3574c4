"""Your own data as one archive: take it out, bring it in."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.exceptions import ClientException

from jobswipe import clock
from jobswipe.accounts import archive
from server import options
from server.api.access import ALSO, ApiRequest, needs, shows
from server.api.uploads import AROUND, FORM, Upload, sent

MEDIA_TYPE = "application/zip"
MAX_BODY = archive.MAX_ARCHIVE + AROUND
"""Bytes of a request: an archive, and what a form puts around it."""
_ZIP = "PK\u0003\u0004…"


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the archive's lines, by kind."""

    counts: dict[str, archive.Counts]


_EXAMPLE = {"counts": {"swipes": {"new": 12, "known": 0, "left_out": 1, "why": "1 are of postings that ..."}}}


@get(
    "/account/export",
    opt=needs("account:read") | shows() | {ALSO: {MEDIA_TYPE: _ZIP}},
    media_type=MEDIA_TYPE,
    sync_to_thread=True,
)
def export(request: ApiRequest) -> Response[bytes]:
    """All of your data as one zip, without the addresses of your notification channels."""
    from jobswipe.accounts import archive_write

    now = clock.now()
    with request.app.state.database.read() as session:
        written = archive_write.write(session, request.user.person_id, now)
    name = f"jobswipe-export-{now:%Y-%m-%d}.zip"
    return Response(
        written.data,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f'attachment; filename="{name}"', "content-length": str(len(written.data))},
    )


class _Upload(Upload):
    media_type, most = MEDIA_TYPE, archive.MAX_ARCHIVE
    about = "An archive as GET /account/export answers it, up to 50 MB."
    shown = _ZIP


@post(
    "/account/import",
    opt=needs("account:write") | shows(response=_EXAMPLE) | {options.MAX_BODY: MAX_BODY},
    status_code=200,
    request_max_body_size=MAX_BODY,
    operation_class=_Upload,
)
async def import_(request: ApiRequest) -> Imported:
    """Bring an archive into your account: all of it, or nothing. A second time changes nothing."""
    from jobswipe.accounts import archive_keep, archive_read

    if request.content_type[0] not in (MEDIA_TYPE, FORM):
        raise ClientException(status_code=415)
    data, _ = await sent(request)

    def keep() -> Imported:
        found = archive_read.read(data)
        state = request.app.state
        with state.database.write() as session:
            counts = archive_keep.keep(session, request.user.person_id, found, clock.now())
        return Imported(counts=counts)

    return await sync_to_thread(keep)


ROUTES = (export, import_)
