"""RemoteRooms: what the screens beside the deck ask, by a server's API."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jobswipe.errors import ForbiddenError, InputError, LimitError, NotFoundError
from tui.desk.interface import (
    Application,
    AwayError,
    CheckRow,
    Document,
    Happening,
    Operations,
    ResumeView,
    Section,
    SourceRow,
    TaskRow,
)
from tui.desk.remote import shapes
from tui.desk.remote.line import Line, decoded
from tui.desk.telling import draft, fields, flags, happened
from tui.text import safe

PAGE = 100
"""Rows of one page, as the API limits it."""
PAGES = 50
"""Pages of one list that are read."""
REPORT = 45.0
"""Seconds for a report: the server lets it wait and compute 20 s each."""
UPLOAD = 90.0
LARGEST_FILE = 10_000_000
"""Bytes of a resume, as the server limits it."""
DRAFT = 180.0
"""Seconds that a draft is waited for; it is written all the same."""
DRAFT_PAUSE = 4.0
_FILL = {"pay": "salary", "place": "places", "workplace": "workplace"}
_LOG = "The log of a server is on its machine: its operator reads it there."
_LOOK = "Look whether it was done before you do it again."
T = TypeVar("T")


class RemoteRooms:
    """The half of RemoteDesk that needs no deck."""

    line: Line
    _resume: int | None = None

    def applications(self) -> list[Application]:
        found = self._all("/applications", shapes.Page[Application])
        rows = [
            msgspec.structs.replace(
                one,
                stage=safe(one.stage),
                title=safe(one.title),
                company=safe(one.company) or None,
                url=safe(one.url) or None,
            )
            for one in found
        ]
        return sorted(rows, key=lambda one: (one.updated_at, one.id), reverse=True)

    def history(self, application_id: int) -> list[Happening]:
        found = self.line.get(f"/applications/{application_id}", shapes.ApplicationView)
        return [Happening(one.at, happened(one.kind, one.from_stage, one.to_stage, one.text)) for one in found.events]

    def move(self, application_id: int, stage: str) -> None:
        self._change("POST", f"/applications/{application_id}/move", dict[str, Any], json={"stage": stage})

    def note(self, application_id: int, text: str) -> None:
        self._change("POST", f"/applications/{application_id}/notes", dict[str, Any], json={"text": text})

    def remind(self, application_id: int, when: str, text: str | None) -> datetime:
        body = {"due": when, "text": text}
        return self._change("POST", f"/applications/{application_id}/reminders", shapes.Reminder, json=body).due_at

    def documents(self, application_id: int) -> list[Document]:
        of = f"/applications/{application_id}/documents"
        return [
            _document(self.line.get(f"{of}/{one.id}", shapes.Document))
            for one in self.line.get(of, shapes.Page[shapes.DocumentRow]).items
        ]

    def draft(self, application_id: int, told: Callable[[str], None]) -> Document:
        """As the interface says; a worker of the server writes it, and it comes as a whole."""
        of = f"/applications/{application_id}/documents"
        before = {one.id for one in self.line.get(of, shapes.Page[shapes.DocumentRow]).items}
        self._change("POST", of, shapes.Asked, json={"kind": "cover-letter"})
        told("A worker of the server writes it, and it comes here as a whole …")
        until = time.monotonic() + DRAFT
        while time.monotonic() < until:
            if self.line.closed.wait(DRAFT_PAUSE):
                break
            fresh = [
                one.id
                for one in self.line.get(of, shapes.Page[shapes.DocumentRow]).items
                if one.id not in before and one.kind == "cover-letter"
            ]
            if fresh:
                return _document(self.line.get(f"{of}/{max(fresh)}", shapes.Document))
        raise AwayError(
            f"The server has not written it within {DRAFT:.0f} seconds: look among the documents (d) later, and ask "
            "its operator whether a worker runs."
        )

    def report(self, name: str) -> list[Section]:
        found = self.line.get(f"/reports/{name}", shapes.Report, seconds=REPORT, format="json")
        out = []
        for key, one in found.sections.items():
            columns = tuple(one.rows[0]) if one.rows else ()
            rows = tuple(tuple(row.get(column) for column in columns) for row in one.rows)
            out.append(Section(name=key, title=safe(one.title), columns=columns, rows=rows))
        return out

    def resume(self) -> ResumeView | None:
        active = self._active()
        if active is None:
            return None
        try:
            found = self.line.get(f"/resumes/{active}", shapes.Resume)
            text = self.line.get(f"/resumes/{active}/text", shapes.ResumeText).text
        except NotFoundError:  # it was deleted in between
            return None
        return ResumeView(name=safe(found.name), fields=tuple(fields(found.document, found.fields)), text=text)

    def correct(self, path: str, value: str) -> None:
        shown = self._resume if self._resume is not None else self._active()
        if shown is None:
            raise NotFoundError("There is no resume to correct any more.")
        body = {"fields": [{"path": path, "value": value.strip() or None}]}
        self._change("PATCH", f"/resumes/{shown}/fields", dict[str, Any], json=body)

    def import_resume(self, path: Path) -> str:
        path = path.expanduser()
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        if len(content) > LARGEST_FILE:
            raise LimitError(f"{path} is larger than {LARGEST_FILE // 1_000_000} MB: send a smaller file.")
        return self._change(
            "POST",
            "/resumes",
            shapes.ResumeRow,
            seconds=UPLOAD,
            params={"name": path.name[-200:]},
            content=content,
            headers={"Content-Type": "application/octet-stream"},
        ).name

    def operations(self) -> Operations:
        refused: dict[str, str] = {"log": _LOG}

        def part(name: str, ask: Callable[[], list[T]]) -> list[T]:
            try:
                return ask()
            except ForbiddenError as error:
                refused[name] = error.message
                return []

        sources = part("sources", lambda: self._all("/sources", shapes.Page[shapes.Source], fields="true"))
        tasks = part("tasks", lambda: self.line.get("/tasks", shapes.Page[shapes.Task], limit=PAGE).items)
        return Operations(
            sources=tuple(map(_source, sources)),
            tasks=tuple(map(_task, tasks)),
            checks=tuple(self._checks()),
            log=(),
            refused=refused,
        )

    def run_now(self, source_id: int) -> str:
        asked = self._change("POST", f"/sources/{source_id}/run", shapes.Asked)
        return f"A worker of the server polls it as task {asked.task_id}."

    def add_source(self, url: str) -> str:
        return safe(self._change("POST", "/sources", shapes.Added, json={"url": url}).name)

    def _active(self) -> int | None:
        rows = self.line.get("/resumes", shapes.Page[shapes.ResumeRow]).items
        self._resume = next((one.id for one in rows if one.active), None)
        return self._resume

    def _checks(self) -> list[CheckRow]:
        """What /ready finds; it answers 503 where something has failed. Only an operator is told what was found."""
        answer = self.line.send("GET", f"{self.line.where.root}/ready", 15.0)
        found = decoded(answer.body, shapes.Ready)
        return [
            CheckRow(
                name=safe(name.partition(":")[0]),
                status=one.status if one.status in ("pass", "warn", "fail") else "warn",
                says=safe(one.output),
            )
            for name, findings in found.checks.items()
            for one in findings[:1]
        ]

    def _all(self, path: str, page: type[shapes.Page[T]], **params: Any) -> list[T]:
        out: list[T] = []
        cursor: dict[str, Any] = {}
        for _ in range(PAGES):
            found = self.line.get(path, page, limit=PAGE, **params, **cursor)
            out += found.items
            if found.next is None:
                break
            cursor = {"cursor": found.next}
        return out

    def _change(self, method: str, path: str, type_: type[T], **options: Any) -> T:
        """A change that the API may do twice where it is asked twice: it is asked once."""
        try:
            return self.line.ask(method, path, type_, **options)
        except AwayError as error:
            raise AwayError(f"{error.message} {_LOOK}", retry_after=error.retry_after) from None


def _document(one: shapes.Document) -> Document:
    return Document(id=one.id, name=draft(one.kind, one.version, one.model), text=one.text, flags=flags(one.flags))


def _source(one: shapes.Source) -> SourceRow:
    said = one.fields or {}
    return SourceRow(
        id=one.id,
        name=safe(one.name),
        state=safe(one.state) if one.polled else "files",
        open=one.open,
        fill={name: said[field] for name, field in _FILL.items() if field in said},
        last_success=one.last_success_at,
        next_due=one.next_due_at if one.polled else None,
        failures=one.failures,
        error=safe(one.last_error) or None,
    )


def _task(one: shapes.Task) -> TaskRow:
    return TaskRow(
        id=one.id,
        kind=safe(one.kind),
        state=safe(one.state),
        attempts=one.attempts,
        changed_at=one.finished_at or one.started_at or one.created_at,
        error=safe(one.error) or None,
    )
