"""What the worker does for drafts: write one that somebody asked for. The version and `done` are one transaction."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from jobswipe import clock
from jobswipe.applications import service as applications
from jobswipe.security import vault
from jobswipe.tasks import ledger
from jobswipe.tasks.kinds import task

if TYPE_CHECKING:
    from jobswipe.tasks.context import TaskContext

PLACE = "task_run.payload"


def ask(
    session: Session, person_id: int, application_id: int, *, kind: str, question: str = "", language: str | None = None
) -> int:
    """Have a draft written by the worker; the task's id. Raises UsageError and NotFoundError at once."""
    from jobswipe.drafts.service import check

    question = " ".join(question.split())
    check(kind, question, language)
    applications.get(session, person_id, application_id)
    payload = {
        "person_id": person_id,
        "application_id": application_id,
        "kind": kind,
        "question": _sealed(session, person_id, question) if question else None,
        "language": language,
    }
    return ledger.enqueue(session, "draft.write", payload)


def _sealed(session: Session, person_id: int, question: str) -> str:
    """A question in a payload is as private as in the draft: encrypted, in Base64."""
    return base64.b64encode(vault.of(session).seal(session, person_id, PLACE, question)).decode()


@task("draft.write", attempts=2, concurrency=1, version=2)
def draft_write(context: TaskContext, payload: dict[str, Any]) -> None:
    """Write a draft, one at a time: a model takes all that the machine has."""
    from jobswipe.drafts import service

    question = ""
    if payload["question"] is not None:
        sealed = base64.b64decode(payload["question"])
        with context.database.read() as session:
            question = vault.of(session).open(session, payload["person_id"], PLACE, sealed)
    composed = service.compose(
        context.database,
        context.settings,
        payload["person_id"],
        payload["application_id"],
        clock.now(),
        kind=payload["kind"],
        question=question,
        language=payload["language"],
    )
    with context.commit() as session:
        service.keep(session, payload["person_id"], composed, clock.now())
