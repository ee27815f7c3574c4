"""Your own data as one archive: take it out, bring it in."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from jobswipe import clock
from jobswipe.accounts import archive, archive_keep, archive_read, archive_write
from jobswipe.accounts.principal import Principal
from jobswipe.errors import InputError
from server.api.access import ApiRequest, needs, shows

MEDIA_TYPE = "application/zip"
MAX_BODY = archive.MAX_ARCHIVE + 100_000
"""Bytes of a request: an archive, and what a form puts around it."""
_PART = "file"


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the archive's lines, by kind."""

    counts: dict[str, archive_keep.Counts]


_EXAMPLE = {"counts": {"swipes": {"new": 12, "known": 0, "left_out": 1, "why": "1 are of postings that ..."}}}


@get("/account/export", opt=needs("account:read"), media_type=MEDIA_TYPE, sync_to_thread=True)
def export(request: ApiRequest) -> Response[bytes]:
    """All of your data as one zip, without the addresses of your notification channels."""
    now = clock.now()
    with request.app.state.database.read() as session:
        written = archive_write.write(session, request.user.person_id, now)
    name = f"jobswipe-export-{now:%Y-%m-%d}.zip"
    return Response(
        written.data,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f'attachment; filename="{name}"', "content-length": str(len(written.data))},
    )


async def _sent(request: Request[Principal, Any, Any]) -> bytes:
    """The archive in a request: its body, or the part `file` of a form."""
    kind = request.content_type[0]
    if kind == MEDIA_TYPE:
        return await request.body()
    if kind != "multipart/form-data":
        raise HTTPException(
            status_code=415, detail=f"Send the archive as {MEDIA_TYPE}, or as the file {_PART!r} of a form."
        )
    form = await request.form()
    part = form.get(_PART)
    if not isinstance(part, UploadFile) or len(form) != 1:
        raise InputError(f"The form has one part, the archive as the file {_PART!r}.")
    return await part.read()


@post(
    "/account/import",
    opt=needs("account:write") | shows(response=_EXAMPLE),
    status_code=200,
    request_max_body_size=MAX_BODY,
)
async def import_(request: ApiRequest) -> Imported:
    """Bring an archive into your account: all of it, or nothing. A second time changes nothing."""
    data = await _sent(request)

    def keep() -> Imported:
        found = archive_read.read(data)
        state = request.app.state
        with state.database.write() as session:
            counts = archive_keep.keep(session, request.user.person_id, found, clock.now())
        return Imported(counts=counts)

    return await sync_to_thread(keep)


ROUTES = (export, import_)
