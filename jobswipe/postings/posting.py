"""The public shape of a posting, as `jobswipe parse posting` prints it and as the API will return it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jobswipe.pay.salary import Salary
from jobswipe.places.place import Place, Workplace
from jobswipe.skills.skill import Skill
from jobswipe.titles.level import EmploymentType, Seniority


class Posting(msgspec.Struct, kw_only=True):
    """One normalised posting. What the source does not say is null or empty. Dates are aware UTC."""

    source: str
    external_id: str
    requisition_id: str | None = None
    company: str | None = None
    title: str
    url: str | None = None
    apply_url: str | None = None
    places: tuple[Place, ...] = ()
    workplace: Workplace | None = None
    remote_countries: tuple[str, ...] = ()
    remote_regions: tuple[str, ...] = ()
    employment_type: EmploymentType | None = None
    seniority: Seniority | None = None
    salary: Salary | None = None
    description_text: str | None = None
    language: str | None = None
    skills: tuple[Skill, ...] = ()
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    valid_through: datetime | None = None
    attribution: str | None = None
