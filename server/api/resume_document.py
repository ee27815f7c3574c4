"""A resume as the API shows it: JSON Resume 1.0.0, with a confidence and a quote for each field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jobswipe.resumes.jsonresume import SHAPE


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What the resume does not say is absent; names are JSON Resume's own, such as `startDate`."""


class ResumeLocation(_Part, frozen=True, kw_only=True):
    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country_code: str | None = None
    region: str | None = None


class ResumeProfile(_Part, frozen=True, kw_only=True):
    network: str | None = None
    username: str | None = None
    url: str | None = None


class ResumeBasics(_Part, frozen=True, kw_only=True):
    name: str | None = None
    label: str | None = None
    image: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    summary: str | None = None
    location: ResumeLocation | None = None
    profiles: tuple[ResumeProfile, ...] = ()


class ResumeWork(_Part, frozen=True, kw_only=True):
    """A job. One that goes on has no `endDate`; dates are 2019, 2019-05 or 2019-05-31."""

    name: str | None = None
    location: str | None = None
    description: str | None = None
    position: str | None = None
    url: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    summary: str | None = None
    highlights: tuple[str, ...] = ()


class ResumeVolunteer(_Part, frozen=True, kw_only=True):
    organization: str | None = None
    position: str | None = None
    url: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    summary: str | None = None
    highlights: tuple[str, ...] = ()


class ResumeEducation(_Part, frozen=True, kw_only=True):
    institution: str | None = None
    url: str | None = None
    area: str | None = None
    study_type: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    score: str | None = None
    courses: tuple[str, ...] = ()


class ResumeProject(_Part, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    url: str | None = None
    entity: str | None = None
    type: str | None = None
    highlights: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class ResumeSkill(_Part, frozen=True, kw_only=True):
    """A group of skills; `keywords` are single skills."""

    name: str | None = None
    level: str | None = None
    keywords: tuple[str, ...] = ()


class ResumeLanguage(_Part, frozen=True, kw_only=True):
    language: str | None = None
    fluency: str | None = None


class ResumeCertificate(_Part, frozen=True, kw_only=True):
    name: str | None = None
    date: str | None = None
    url: str | None = None
    issuer: str | None = None


class ResumeAward(_Part, frozen=True, kw_only=True):
    title: str | None = None
    date: str | None = None
    awarder: str | None = None
    summary: str | None = None


class ResumePublication(_Part, frozen=True, kw_only=True):
    name: str | None = None
    publisher: str | None = None
    release_date: str | None = None
    url: str | None = None
    summary: str | None = None


class ResumeInterest(_Part, frozen=True, kw_only=True):
    name: str | None = None
    keywords: tuple[str, ...] = ()


class ResumeReference(_Part, frozen=True, kw_only=True):
    name: str | None = None
    reference: str | None = None


class FieldOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """How sure a field is (0 to 1), on which page it is (from 1; null where there are none), and its words there.

    `corrected`: you have said what it is.
    """

    confidence: float
    page: int | None = None
    quote: str | None = None
    corrected: bool = False


class ResumeDocument(_Part, frozen=True, kw_only=True):
    """JSON Resume 1.0.0. What the file does not say is absent; keys of other formats are in your data export."""

    basics: ResumeBasics | None = None
    work: tuple[ResumeWork, ...] = ()
    volunteer: tuple[ResumeVolunteer, ...] = ()
    education: tuple[ResumeEducation, ...] = ()
    projects: tuple[ResumeProject, ...] = ()
    skills: tuple[ResumeSkill, ...] = ()
    languages: tuple[ResumeLanguage, ...] = ()
    certificates: tuple[ResumeCertificate, ...] = ()
    awards: tuple[ResumeAward, ...] = ()
    publications: tuple[ResumePublication, ...] = ()
    interests: tuple[ResumeInterest, ...] = ()
    references: tuple[ResumeReference, ...] = ()


def view(document: Mapping[str, Any]) -> ResumeDocument:
    """The document in its public shape; a value that is not of the shape is left out."""
    return msgspec.convert(_known(document, SHAPE), ResumeDocument)


def origins(document: Mapping[str, Any]) -> dict[str, FieldOrigin]:
    """Where each field came from, by its JSON path such as `work[0].position`."""
    fields = document.get("meta", {}).get("jobswipe", {}).get("fields", {})
    return {path: msgspec.convert(known, FieldOrigin) for path, known in fields.items()}


def _known(value: Any, shape: Any) -> Any:
    if isinstance(shape, str):
        return value if isinstance(value, str) else None
    if isinstance(shape, list):
        kept = (_known(one, shape[0]) for one in value) if isinstance(value, list) else ()
        return [one for one in kept if one is not None]
    if not isinstance(value, Mapping):
        return None
    found = {key: _known(value[key], inner) for key, inner in shape.items() if key in value}
    return {key: one for key, one in found.items() if one is not None}
