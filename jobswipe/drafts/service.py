"""Draft a text for an application: by Ollama, or by the template without it. Services never commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.drafts import claims, ollama, prompt, template
from jobswipe.drafts.facts import Facts, gather
from jobswipe.drafts.opening import Opening, opening
from jobswipe.errors import UpstreamError, UsageError
from jobswipe.models import DRAFT_KINDS, Application, ApplicationDocument
from jobswipe.observability.context import span
from jobswipe.resumes import service as resumes
from jobswipe.settings import Settings


class Draft(msgspec.Struct, kw_only=True):
    """A draft that is stored. `notice` says in a sentence why it is only a template, or what else to know."""

    document: ApplicationDocument
    flags: list[claims.Flag]
    notice: str | None = None


class _Ground(msgspec.Struct, kw_only=True):
    facts: Facts
    opening: Opening


def write(
    database: Database,
    settings: Settings,
    person_id: int,
    application_id: int,
    now: datetime,
    *,
    kind: str = "cover-letter",
    question: str = "",
    language: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Draft:
    """Write a draft, check its claims, and keep it as the next version. No transaction is open while a model writes.

    `language` defaults to the posting's. Raises UsageError, NotFoundError (application, resume) and SettingsError.
    """
    question = " ".join(question.split())
    _check(kind, question, language)
    with database.read() as session:
        ground = _ground(session, person_id, application_id, now)
    spoken = ground.opening.language if ground.opening.language in prompt.LANGUAGES else "en"
    chosen = language or spoken or "en"
    model: str | None = None
    notice: str | None = None
    if settings.ollama.url.strip():
        try:
            asked = prompt.messages(ground.facts, ground.opening, kind, question, chosen)
            with span("chat ollama", "client", measured="draft"):
                text, model = tidy(ollama.chat(settings.ollama, asked, progress)), settings.ollama.model
        except UpstreamError as error:
            notice = f"{error.message} This is a template draft, made from your resume alone."
    else:
        notice = "Ollama is not set up: this is a template draft, made from your resume alone."
    if model is None:
        if chosen not in template.LANGUAGES:
            notice = f"{notice} It is in English: there is none in {prompt.LANGUAGES[chosen]}."
            chosen = "en"
        text = template.draft(ground.facts, ground.opening, kind, question, chosen)
    # The question's own words claim nothing about the person.
    flags = claims.check(text.replace(question, "") if question else text, ground.facts, ground.opening, chosen)
    with database.write() as session:
        applications.get(session, person_id, application_id)
        document = _keep(session, application_id, kind, question, chosen, model, text, flags, ground.facts, now)
    return Draft(document=document, flags=flags, notice=notice)


def listing(session: Session, person_id: int, application_id: int) -> list[ApplicationDocument]:
    """The drafts of an application, the latest first. Raises NotFoundError."""
    applications.get(session, person_id, application_id)
    statement = select(ApplicationDocument).where(ApplicationDocument.application_id == application_id)
    return list(session.exec(statement.order_by(col(ApplicationDocument.id).desc())))


def tidy(text: str) -> str:
    """A model's text without the marks of Markdown and without what would steer a terminal."""
    text = re.sub(r"^```\w*\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#{1,6}\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda found: found[1] or found[2], text)
    text = re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", "", text
    )
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def _check(kind: str, question: str, language: str | None) -> None:
    if kind not in DRAFT_KINDS:
        raise UsageError(f"No kind {kind!r}: choose one of {', '.join(DRAFT_KINDS)}.")
    if kind == "answer" and not question:
        raise UsageError("An answer needs its question: --question 'Why do you want to work here?'.")
    if kind != "answer" and question:
        raise UsageError("A question goes with --kind answer.")
    if len(question) > prompt.MAX_QUESTION:
        raise UsageError(f"A question has at most {prompt.MAX_QUESTION} letters.")
    if language is not None and language not in prompt.LANGUAGES:
        raise UsageError(f"No language {language!r}: choose one of {', '.join(prompt.LANGUAGES)}.")


def _ground(session: Session, person_id: int, application_id: int, now: datetime) -> _Ground:
    application = applications.get(session, person_id, application_id)
    resume = resumes.get(session, person_id)
    facts = gather(resumes.corrected(session, resume), now)
    return _Ground(facts=facts, opening=opening(session, application))


def _keep(
    session: Session,
    application_id: int,
    kind: str,
    question: str,
    language: str,
    model: str | None,
    text: str,
    flags: list[claims.Flag],
    facts: Facts,
    now: datetime,
) -> ApplicationDocument:
    # Two drafts at once follow one another: the application's row is theirs in turn.
    session.exec(select(Application.id).where(Application.id == application_id).with_for_update()).one()
    last = session.exec(
        select(func.max(ApplicationDocument.version)).where(
            ApplicationDocument.application_id == application_id,
            ApplicationDocument.kind == kind,
            ApplicationDocument.question == question,
        )
    ).one()
    document = ApplicationDocument(
        application_id=application_id,
        kind=kind,
        question=question,
        version=(last or 0) + 1,
        language=language,
        model=model,
        flags=[msgspec.to_builtins(one) for one in flags],
        facts=list(facts.lines),
        created_at=now,
        text=text,
    )
    session.add(document)
    session.flush()
    return document
