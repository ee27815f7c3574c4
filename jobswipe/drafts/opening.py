"""What a draft needs to know of the opening: a stranger's text, quoted to a model and never obeyed."""

from __future__ import annotations

import msgspec
from sqlmodel import Session

from jobswipe.models import Application
from jobswipe.models import Posting as PostingRow
from jobswipe.postings import rows

LONGEST = 6_000
"""Letters of a posting's text that a model is given."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """`skills` are (concept id, name), best first; `language` is ISO 639-1 where the posting's is known."""

    title: str
    company: str | None = None
    places: tuple[str, ...] = ()
    language: str | None = None
    skills: tuple[tuple[str, str], ...] = ()
    text: str = ""


def opening(session: Session, application: Application) -> Opening:
    """The opening of an application; its title and company alone where JobSwipe has not polled the posting."""
    row = session.get(PostingRow, application.posting_id) if application.posting_id else None
    if row is None or row.id is None:
        return Opening(title=application.title, company=application.company)
    shape = rows.load(session, [row.id])[row.id]
    places = (place.text or place.city or place.country or "" for place in shape.places)
    return Opening(
        title=shape.title,
        company=shape.company or application.company,
        places=tuple(filter(None, places)),
        language=shape.language,
        skills=tuple((skill.id, skill.name) for skill in shape.skills),
        text=(shape.description_text or "")[:LONGEST],
    )
