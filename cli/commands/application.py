"""application: the openings that a person pursues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, clean, emit, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from jobswipe.applications.contacts import Contact
    from jobswipe.drafts.service import Document
    from jobswipe.models import Application

application = typer.Typer(
    help="The openings that you pursue: list, add, move, note, remind, draft.", no_args_is_help=True
)
contact = typer.Typer(help="Whom to talk to about an application: add, list, remove.", no_args_is_help=True)

COLUMNS = ["id", "stage", "title", "company", "posting_id", "updated_at", "url"]
CONTACT_COLUMNS = ["id", "name", "role", "email", "phone", "note"]


def register(app: typer.Typer) -> None:
    application.add_typer(contact, name="contact")
    app.add_typer(application, name="application")


@application.command("list")
def list_(
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None, form: FormatOption = Format.table
) -> None:
    """List your applications, the latest change first.

    Example: jobswipe application list --stage saved
    """
    from jobswipe.applications import service
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).read() as session:
        rows = [_row(one) for one in service.listing(session, LOCAL_PERSON_ID, stage)]
    emit(rows, form, COLUMNS, empty="No applications yet: a like opens one.")


@application.command("show")
def show(
    number: Annotated[int, typer.Argument(help="The application's id.")], form: FormatOption = Format.table
) -> None:
    """Show what happened to an application.

    Example: jobswipe application show 1
    """
    from jobswipe.applications import service
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).read() as session:
        found = service.get(session, LOCAL_PERSON_ID, number)
        note(f"{found.title}{f' at {found.company}' if found.company else ''}: {found.stage}")
        rows = [
            {
                "at": one.at.isoformat(timespec="seconds"),
                "event": one.kind,
                "from_stage": one.from_stage,
                "to_stage": one.to_stage,
                "text": one.text,
            }
            for one in service.events(session, number)
        ]
    emit(rows, form, ["at", "event", "from_stage", "to_stage", "text"])


@application.command("add")
def add(
    title: Annotated[str, typer.Argument(help="The opening's title.")],
    company: Annotated[str | None, typer.Option(help="The employer.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it is advertised.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Add an application for an opening that no source lists.

    Example: jobswipe application add "Data Engineer" --company Acme
    """
    from jobswipe import clock
    from jobswipe.applications import service
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings(), create=True).write() as session:
        row = _row(service.add(session, LOCAL_PERSON_ID, clock.now(), title, company, url))
    emit([row], form, COLUMNS)


@application.command("move")
def move(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    stage: Annotated[str, typer.Argument(help="saved, applied, screen, interview, offer, rejected or withdrawn.")],
    form: FormatOption = Format.table,
) -> None:
    """Put an application in another stage.

    Example: jobswipe application move 1 applied
    """
    from jobswipe import clock
    from jobswipe.applications import service
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).write() as session:
        row = _row(service.move(session, LOCAL_PERSON_ID, number, stage, clock.now()))
    emit([row], form, COLUMNS)


@application.command("note")
def add_note(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    text: Annotated[str, typer.Argument(help="What happened.")],
    form: FormatOption = Format.table,
) -> None:
    """Append a note to an application.

    Example: jobswipe application note 1 "Call on Tuesday"
    """
    from jobswipe import clock
    from jobswipe.applications import service
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).write() as session:
        row = _row(service.note(session, LOCAL_PERSON_ID, number, text, clock.now()))
    emit([row], form, COLUMNS)


@application.command("remind")
def remind(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    when: Annotated[str, typer.Argument(help="3d, 2w, 12h, 2026-12-01 or '2026-12-01 14:30', in your time zone.")],
    text: Annotated[str | None, typer.Option(help="What to do then.")] = None,
) -> None:
    """Have yourself reminded of an application, through your notification channels.

    Example: jobswipe application remind 1 2w --text "Ask how it stands"
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import channels, preferences, reminders

    settings = load_settings()
    now = clock.now()
    with open_store(settings).write() as session:
        tz = preferences.zone(preferences.get(session, LOCAL_PERSON_ID), settings.notify)
        due = reminders.moment(when, tz, now)
        made = reminders.add(session, LOCAL_PERSON_ID, number, due, text, now)
        told = bool(channels.listing(session, LOCAL_PERSON_ID))
    note(f"Reminder {made.id}: {due.astimezone(tz).strftime('%Y-%m-%d %H:%M %Z')}.")
    if not told:
        note("You have no channel yet, so nobody would tell you: 'jobswipe notification channel add NAME ADDRESS'.")


@application.command("reminders")
def list_reminders(
    cancel: Annotated[int | None, typer.Option(metavar="NUMBER", help="First take this reminder back.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """List the reminders that are still to come, the next first.

    Example: jobswipe application reminders
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import reminders

    database = open_store(load_settings())
    if cancel is not None:
        with database.write() as session:
            reminders.cancel(session, LOCAL_PERSON_ID, cancel, clock.now())
    with database.read() as session:
        rows = [
            {
                "id": reminder.id,
                "due_at": reminder.due_at.isoformat(timespec="seconds"),
                "application": one.id,
                "title": one.title,
                "company": one.company,
                "text": reminder.text,
            }
            for reminder, one in reminders.listing(session, LOCAL_PERSON_ID)
        ]
    emit(rows, form, ["id", "due_at", "application", "title", "company", "text"], empty="No reminders.")


@application.command("draft")
def draft(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    kind: Annotated[str, typer.Option(help="cover-letter or answer.")] = "cover-letter",
    question: Annotated[str | None, typer.Option(help="The question of the form, for an answer.")] = None,
    language: Annotated[str | None, typer.Option(help="en, de, fr, ...; default: the posting's.")] = None,
    background: Annotated[bool, typer.Option("--background", help="Let the worker write it; do not wait.")] = False,
) -> None:
    """Draft a cover letter or an answer from your resume's facts. It is printed, and kept as a version.

    Ollama writes it where there is one ([ollama] url and model); otherwise it is a template. Claims that your resume
    does not back are listed on stderr: mend them before you send anything.

    Example: jobswipe application draft 1
    Example: jobswipe application draft 1 --kind answer --question "Why do you want to work here?"
    """
    from jobswipe import clock
    from jobswipe.drafts import service
    from jobswipe.models import LOCAL_PERSON_ID

    settings = load_settings()
    database = open_store(settings)
    kind = "answer" if question is not None and kind == "cover-letter" else kind
    if background:
        from jobswipe.drafts import jobs

        with database.write() as session:
            asked = jobs.ask(session, LOCAL_PERSON_ID, number, kind=kind, question=question or "", language=language)
        note(f"Task {asked} writes it when a worker runs; then 'jobswipe application drafts {number}' lists it.")
        return
    with _words() as progress:
        made = service.write(
            database,
            settings,
            LOCAL_PERSON_ID,
            number,
            clock.now(),
            kind=kind,
            question=question or "",
            language=language,
            progress=progress,
        )
    _print_draft(made.document, made.notice)


@application.command("drafts")
def drafts(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    show: Annotated[int | None, typer.Option(metavar="DRAFT", help="Print this draft instead of the list.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """List the drafts of an application, or print one again with its flags.

    Example: jobswipe application drafts 1
    """
    from jobswipe.drafts import service
    from jobswipe.errors import NotFoundError
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).read() as session:
        found = service.listing(session, LOCAL_PERSON_ID, number)
    if show is not None:
        chosen = next((one for one in found if one.id == show), None)
        if chosen is None:
            raise NotFoundError(f"Application {number} has no draft {show}: 'jobswipe application drafts {number}'.")
        _print_draft(chosen, None)
        return
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "question": one.question or None,
            "version": one.version,
            "language": one.language,
            "model": one.model or "template",
            "flags": one.flags if form in (Format.json, Format.jsonl) else len(one.flags),
            "words": len(one.text.split()),
            "created_at": one.created_at.isoformat(timespec="seconds"),
            **({"text": one.text} if form in (Format.json, Format.jsonl) else {}),
        }
        for one in found
    ]
    columns = ["id", "kind", "question", "version", "language", "model", "flags", "words", "created_at"]
    emit(rows, form, columns, empty=f"No drafts yet: 'jobswipe application draft {number}'.")


@contact.command("add")
def add_contact(
    number: Annotated[int, typer.Argument(help="The application's id.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[str | None, typer.Option(help="What they are.")] = None,
    email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Their telephone number.")] = None,
    text: Annotated[str | None, typer.Option("--note", help="What else to know.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Keep whom to talk to about an application. It is encrypted in the store.

    Example: jobswipe application contact add 1 "Sample Recruiter" --email recruiter@example.com
    """
    from jobswipe import clock
    from jobswipe.applications import contacts
    from jobswipe.models import LOCAL_PERSON_ID

    whom = contacts.Person(name=name, role=role, email=email, phone=phone, note=text)
    with open_store(load_settings()).write() as session:
        made = contacts.add(session, LOCAL_PERSON_ID, number, whom, clock.now())
    emit([_contact(made)], form, CONTACT_COLUMNS)


@contact.command("list")
def list_contacts(
    number: Annotated[int, typer.Argument(help="The application's id.")], form: FormatOption = Format.table
) -> None:
    """List whom to talk to about an application.

    Example: jobswipe application contact list 1
    """
    from jobswipe.applications import contacts
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).read() as session:
        rows = [_contact(one) for one in contacts.listing(session, LOCAL_PERSON_ID, number)]
    emit(rows, form, CONTACT_COLUMNS, empty="No contacts yet: 'jobswipe application contact add NUMBER NAME'.")


@contact.command("remove")
def remove_contact(
    number: Annotated[int, typer.Argument(help="The contact's id, as 'contact list' prints it.")],
) -> None:
    """Forget a contact.

    Example: jobswipe application contact remove 3
    """
    from jobswipe.applications import contacts
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).write() as session:
        gone = contacts.remove(session, LOCAL_PERSON_ID, number)
    note(f"{gone.name} is no longer kept.")


def _contact(one: Contact) -> dict[str, Any]:
    import msgspec

    row: dict[str, Any] = msgspec.to_builtins(one)
    return row


def _print_draft(document: Document, notice: str | None) -> None:
    import sys

    if notice:
        note(notice)
    for line in document.text.splitlines():
        sys.stdout.write(clean(line) + "\n")
    sys.stdout.flush()
    by = f"written by {document.model}" if document.model else "from the template"
    note(f"Draft {document.id}: {document.kind}, version {document.version}, {by}.")
    if document.flags:
        note(f"Not backed by your resume ({len(document.flags)}): check each before you send this.")
        for flag in document.flags:
            note(f"- {flag['kind']} “{flag['quote']}”: {flag['reason']}")


def _words() -> AbstractContextManager[Callable[[int], None]]:
    """Shows on a terminal how many words have come."""
    import sys
    from contextlib import contextmanager, nullcontext

    if not sys.stderr.isatty():
        return nullcontext(lambda _: None)

    @contextmanager
    def line() -> Iterator[Callable[[int], None]]:
        from rich.console import Console

        with Console(stderr=True).status("Waiting for the first word") as status:
            yield lambda count: status.update(f"Writing: {count} words")

    return line()


def _row(one: Application) -> dict[str, Any]:
    return {
        "id": one.id,
        "stage": one.stage,
        "title": one.title,
        "company": one.company,
        "posting_id": one.posting_id,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "updated_at": one.updated_at.isoformat(timespec="seconds"),
        "url": one.url,
    }
