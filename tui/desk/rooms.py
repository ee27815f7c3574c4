"""LocalRooms: what the screens beside the deck ask, by the core in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.errors import NotFoundError, UsageError
from jobswipe.models import Posting, PostingPlace, Source
from tui.desk import telling
from tui.desk.interface import (
    Application,
    CheckRow,
    Document,
    Happening,
    Operations,
    ResumeView,
    Section,
    SourceRow,
    TaskRow,
)
from tui.text import safe

if TYPE_CHECKING:
    from jobswipe.drafts.service import Document as Draft
    from jobswipe.settings import Settings

LOG_LINES = 200
"""Last lines of the log that are shown; of its file so many bytes are read at most."""
_LOG_BYTES = 200_000
_TASKS = 100


class LocalRooms:
    """The half of LocalDesk that needs no ranking."""

    settings: Settings
    database: Database
    person_id: int

    def applications(self) -> list[Application]:
        from jobswipe.applications.beside import beside

        with self.database.read() as session:
            rows = applications.listing(session, self.person_id)
            known = beside(session, [one.id or 0 for one in rows])
        return [
            Application(
                id=one.id or 0,
                stage=one.stage,
                title=safe(one.title),
                company=safe(one.company) or None,
                url=one.url,
                posting_id=one.posting_id,
                created_at=one.created_at,
                updated_at=one.updated_at,
                notes=known[one.id or 0].notes,
                documents=known[one.id or 0].documents,
                reminder_at=known[one.id or 0].reminder_at,
            )
            for one in rows
        ]

    def history(self, application_id: int) -> list[Happening]:
        with self.database.read() as session:
            applications.get(session, self.person_id, application_id)
            return [
                Happening(one.at, telling.happened(one.kind, one.from_stage, one.to_stage, one.text))
                for one in applications.events(session, application_id)
            ]

    def move(self, application_id: int, stage: str) -> None:
        with self.database.write() as session:
            applications.move(session, self.person_id, application_id, stage, clock.now())

    def note(self, application_id: int, text: str) -> None:
        with self.database.write() as session:
            applications.note(session, self.person_id, application_id, text, clock.now())

    def remind(self, application_id: int, when: str, text: str | None) -> datetime:
        from jobswipe.notifications import preferences, reminders

        now = clock.now()
        with self.database.write() as session:
            zone = preferences.zone(preferences.get(session, self.person_id), self.settings.notify)
            due = reminders.moment(when, zone, now)
            reminders.add(session, self.person_id, application_id, due, text, now)
        return due

    def documents(self, application_id: int) -> list[Document]:
        from jobswipe.drafts import service

        with self.database.read() as session:
            return [_document(one) for one in service.listing(session, self.person_id, application_id)]

    def draft(self, application_id: int, told: Callable[[str], None]) -> Document:
        from jobswipe.drafts import service

        made = service.write(self.database, self.settings, self.person_id, application_id, clock.now(), told=told)
        return _document(made.document, made.notice)

    def report(self, name: str) -> list[Section]:
        from jobswipe.analytics.lake import Lake
        from jobswipe.analytics.report import build
        from jobswipe.resumes.service import active_skill_names

        lake = Lake(self.settings.lake_dir)
        lake.append(self.database)
        with self.database.read() as session:
            known = active_skill_names(session, self.person_id)
        built = build(name, lake, {"person_id": self.person_id, "resume_skills": known})
        return [Section(name=one.name, title=one.title, columns=one.columns, rows=one.rows) for one in built.sections]

    def resume(self) -> ResumeView | None:
        from jobswipe.resumes import service

        with self.database.read() as session:
            try:
                active = service.get(session, self.person_id)
            except NotFoundError:
                return None
            document = service.corrected(session, active)
            name, text = active.name, active.text
        known = document.get("meta", {}).get("jobswipe", {}).get("fields", {})
        return ResumeView(name=safe(name), fields=tuple(telling.fields(document, known)), text=text)

    def correct(self, path: str, value: str) -> None:
        from jobswipe.resumes import service

        with self.database.write() as session:
            active = service.get(session, self.person_id)
            service.correct(session, active, path, value.strip() or None, clock.now())

    def import_resume(self, path: Path) -> str:
        from jobswipe.resumes import service

        read = service.read_file(path.expanduser())
        with self.database.write() as session:
            return service.store(session, self.person_id, read, clock.now())[0].name

    def operations(self) -> Operations:
        from jobswipe.observability import health
        from jobswipe.sources import catalog
        from jobswipe.tasks import desk

        with self.database.read() as session:
            counts = catalog.open_counts(session)
            filled = _filled(session)
            sources = tuple(
                SourceRow(
                    id=one.id or 0,
                    name=safe(catalog.name(one)),
                    state=one.state if one.polled else "files",
                    open=counts.get(one.id or 0, 0),
                    fill=filled.get(one.id or 0, {}),
                    last_success=one.last_success_at,
                    next_due=one.next_due_at if one.polled else None,
                    failures=one.failures,
                    error=safe(one.last_error) or None,
                )
                for one in catalog.everything(session)
            )
            tasks = tuple(
                TaskRow(
                    id=one.id or 0,
                    kind=one.kind,
                    state=one.state,
                    attempts=one.attempts,
                    changed_at=one.changed_at,
                    error=safe(one.error) or None,
                )
                for one in desk.listing(session, limit=_TASKS)
            )
        checks = tuple(
            CheckRow(name=one.name, status=one.finding.status, says=safe(one.finding.output))
            for one in health.run(self.settings, self.database).results
        )
        return Operations(sources=sources, tasks=tasks, checks=checks, log=tuple(_log_tail(self.settings)))

    def add_source(self, url: str) -> str:
        from jobswipe.sources import catalog, registry

        kind, board = registry.resolve_url(url)
        with self.database.write() as session:
            return catalog.name(catalog.add(session, kind, board, clock.now()))

    def run_now(self, source_id: int) -> str:
        from jobswipe.postings.poll import poll

        with self.database.read() as session:
            source = session.get(Source, source_id)
        if source is None:
            raise NotFoundError("The source is not there any more.")
        if not source.polled:
            raise UsageError(f"{source.kind}:{source.board} came from files: it has no address to poll.")
        done = next(iter(poll(self.database, self.settings, [source])))
        if done.error:
            return f"{done.source}: {safe(done.error)}"
        counts = done.counts
        return f"{done.source}: {done.status}, {counts.stored} new, {counts.changed} changed, {done.closed} closed."


def _document(one: Draft, notice: str | None = None) -> Document:
    name = telling.draft(one.kind, one.version, one.model)
    return Document(id=one.id or 0, name=name, text=one.text, flags=telling.flags(one.flags), notice=notice)


def _filled(session: Session) -> dict[int, dict[str, float]]:
    """The share of each source's open postings that say pay, place and workplace."""
    placed = select(PostingPlace.posting_id).where(PostingPlace.posting_id == Posting.id).exists()
    columns: list[Any] = [
        Posting.source_id,
        func.count(),
        func.count(col(Posting.salary_currency)),
        func.count(col(Posting.workplace)),
        func.count(col(Posting.id)).filter(placed),
    ]
    statement: Any = select(*columns).where(Posting.state == "open").group_by(col(Posting.source_id))
    rows = session.exec(statement).all()
    return {
        source: {"pay": pay / total, "place": place / total, "workplace": way / total}
        for source, total, pay, way, place in rows
    }


def _log_tail(settings: Settings) -> list[str]:
    """The last lines of the configured log file, else of the newest log in the data directory."""
    path = settings.logging.file
    if path is None:
        found = sorted(settings.logs_dir.glob("*.jsonl"), key=lambda one: one.stat().st_mtime)
        path = found[-1] if found else None
    if path is None:
        return []
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_BYTES))
            lines = file.read(_LOG_BYTES).decode("utf-8", "replace").splitlines()
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}."]
    return [safe(line) for line in lines[-LOG_LINES:]]
