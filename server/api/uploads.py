"""Files that are sent to the API: as the field `file` of a form, or as the body itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.openapi.spec.media_type import OpenAPIMediaType

from jobswipe.errors import UsageError
from server.api.access import ApiRequest

FORM = RequestEncodingType.MULTI_PART.value
AROUND = 100_000
"""Bytes that a form may put around its file."""
_FILE = "file"


@dataclass
class Upload(Operation):
    """Describes the body of an upload. A class of its own for each route says what it takes."""

    media_type: ClassVar[str]
    most: ClassVar[int]
    """Bytes of the file."""
    about: ClassVar[str]
    shown: ClassVar[str]
    """An example of the file."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, content_media_type=self.media_type, max_length=self.most)
        form = Schema(type=OpenAPIType.OBJECT, properties={_FILE: file}, required=[_FILE], additional_properties=False)
        self.request_body = RequestBody(
            description=self.about,
            content={
                FORM: OpenAPIMediaType(schema=form, example={_FILE: self.shown}),
                self.media_type: OpenAPIMediaType(schema=file, example=self.shown),
            },
            required=True,
        )


async def sent(request: ApiRequest) -> tuple[bytes, str | None]:
    """The file's bytes, and its name where the form says it. Raises UsageError for a form without it, or with more."""
    if request.content_type[0] != FORM:
        return await request.body(), None
    form = await request.form()
    part = form.get(_FILE)
    if not isinstance(part, UploadFile) or len(form) != 1:
        raise UsageError("The form has one part, the file as 'file': send it so, or as the body itself.")
    return await part.read(), part.filename
