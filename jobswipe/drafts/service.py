"""Draft a text for an application: by Ollama, or by the template without it. Services never commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

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
from jobswipe.security import vault
from jobswipe.settings import Settings

PLACE = "application_document.sealed"
_HASH = "application_document.question"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A stored draft, opened. `question` is empty for a cover letter, `model` null for a template.

    `flags` are the claims that no fact backs, `facts` the numbered facts that the draft was made from.
    """

    id: int
    application_id: int
    kind: str
    question: str
    version: int
    language: str
    model: str | None
    flags: list[dict[str, Any]]
    facts: list[str]
    created_at: datetime
    text: str


class Draft(msgspec.Struct, kw_only=True):
    """A draft that is stored. `notice` says in a sentence why it is only a template, or what else to know."""

    document: Document
    flags: list[claims.Flag]
    notice: str | None = None


class Composed(msgspec.Struct, kw_only=True):
    """A draft that was written and checked, and is not stored yet. `model` is None for a template."""

    application_id: int
    kind: str
    question: str
    language: str
    model: str | None
    text: str
    flags: list[claims.Flag]
    facts: Facts
    notice: str | None = None


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
    told: Callable[[str], None] = lambda _: None,
) -> Draft:
    """Write a draft, check its claims, and keep it as the next version.

    `language` defaults to the posting's; `told` gets the text so far with each further word that a model writes.
    Raises UsageError, NotFoundError (application, resume) and SettingsError.
    """
    composed = compose(
        database,
        settings,
        person_id,
        application_id,
        now,
        kind=kind,
        question=question,
        language=language,
        progress=progress,
        told=told,
    )
    with database.write() as session:
        document = keep(session, person_id, composed, now)
    return Draft(document=document, flags=composed.flags, notice=composed.notice)


def compose(
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
    told: Callable[[str], None] = lambda _: None,
) -> Composed:
    """Write a draft and check its claims. No transaction is open while a model writes. Raises as `write` does."""
    question = " ".join(question.split())
    check(kind, question, language)
    with database.read() as session:
        facts, place = _ground(session, person_id, application_id, now)
    spoken = place.language if place.language in prompt.LANGUAGES else "en"
    chosen = language or spoken or "en"
    model: str | None = None
    notice: str | None = None
    if settings.ollama.url.strip():
        try:
            asked = prompt.messages(facts, place, kind, question, chosen)
            with span("chat ollama", "client", measured="draft"):
                text, model = tidy(ollama.chat(settings.ollama, asked, progress, told)), settings.ollama.model
        except UpstreamError as error:
            notice = f"{error.message} This is a template draft, made from your resume alone."
    else:
        notice = "Ollama is not set up: this is a template draft, made from your resume alone."
    if model is None:
        if chosen not in template.LANGUAGES:
            notice = f"{notice} It is in English: there is none in {prompt.LANGUAGES[chosen]}."
            chosen = "en"
        text = template.draft(facts, place, kind, question, chosen)
    # The question's own words claim nothing about the person.
    flags = claims.check(text.replace(question, "") if question else text, facts, place, chosen)
    return Composed(
        application_id=application_id,
        kind=kind,
        question=question,
        language=chosen,
        model=model,
        text=text,
        flags=flags,
        facts=facts,
        notice=notice,
    )


def listing(session: Session, person_id: int, application_id: int) -> list[Document]:
    """The drafts of an application, the latest first. Raises NotFoundError."""
    applications.get(session, person_id, application_id)
    statement = select(ApplicationDocument).where(ApplicationDocument.application_id == application_id)
    rows = session.exec(statement.order_by(col(ApplicationDocument.id).desc())).all()
    return [_opened(session, person_id, row) for row in rows]


def _opened(session: Session, person_id: int, row: ApplicationDocument) -> Document:
    question, text, flags, facts = vault.of(session).open(session, person_id, PLACE, row.sealed)
    return Document(
        id=row.id or 0,
        application_id=row.application_id,
        kind=row.kind,
        question=question,
        version=row.version,
        language=row.language,
        model=row.model,
        flags=flags,
        facts=facts,
        created_at=row.created_at,
        text=text,
    )


def tidy(text: str) -> str:
    """A model's text without the marks of Markdown and without what would steer a terminal."""
    text = re.sub(r"^```\w*\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#{1,6}\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda found: found[1] or found[2], text)
    text = re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", "", text
    )
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def check(kind: str, question: str, language: str | None) -> None:
    """Raises UsageError for what makes no sense together."""
    if kind not in DRAFT_KINDS:
        raise UsageError(f"No kind {kind!r}: choose one of {', '.join(DRAFT_KINDS)}.")
    if kind == "answer" and not question:
        raise UsageError("An answer needs its question.", hint="--question 'Why do you want to work here?'")
    if kind != "answer" and question:
        raise UsageError("A question goes with the kind 'answer'.")
    if len(question) > prompt.MAX_QUESTION:
        raise UsageError(f"A question has at most {prompt.MAX_QUESTION} letters.")
    if language is not None and language not in prompt.LANGUAGES:
        raise UsageError(f"No language {language!r}: choose one of {', '.join(prompt.LANGUAGES)}.")


def _ground(session: Session, person_id: int, application_id: int, now: datetime) -> tuple[Facts, Opening]:
    application = applications.get(session, person_id, application_id)
    resume = resumes.get(session, person_id)
    return gather(resumes.corrected(session, resume), now), opening(session, application)


def keep(session: Session, person_id: int, composed: Composed, now: datetime) -> Document:
    """Store a draft as the next version of its kind and question. Raises NotFoundError when the application is gone."""
    return store(
        session,
        person_id,
        Document(
            id=0,
            application_id=composed.application_id,
            kind=composed.kind,
            question=composed.question,
            version=0,
            language=composed.language,
            model=composed.model,
            flags=[msgspec.to_builtins(one) for one in composed.flags],
            facts=list(composed.facts.lines),
            created_at=now,
            text=composed.text,
        ),
    )


def store(session: Session, person_id: int, draft: Document) -> Document:
    """Store a draft as the next version of its kind and question, whatever its `id` and `version` say."""
    applications.get(session, person_id, draft.application_id)
    # Two drafts at once follow one another: the application's row is theirs in turn.
    session.exec(select(Application.id).where(Application.id == draft.application_id).with_for_update()).one()
    # With the application in it: the same question of two persons has two hashes.
    hashed = vault.of(session).fingerprint(_HASH, f"{draft.application_id}\0{draft.question}")
    last = session.exec(
        select(func.max(ApplicationDocument.version)).where(
            ApplicationDocument.application_id == draft.application_id,
            ApplicationDocument.kind == draft.kind,
            ApplicationDocument.question_hash == hashed,
        )
    ).one()
    private = [draft.question, draft.text, draft.flags, draft.facts]
    row = ApplicationDocument(
        application_id=draft.application_id,
        kind=draft.kind,
        question_hash=hashed,
        version=(last or 0) + 1,
        language=draft.language,
        model=draft.model,
        created_at=draft.created_at,
        sealed=vault.of(session).seal(session, person_id, PLACE, private),
    )
    session.add(row)
    session.flush()
    return _opened(session, person_id, row)
