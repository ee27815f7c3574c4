"""resume: import, look at and correct your resumes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, print_json

if TYPE_CHECKING:
    from jobswipe.resumes.service import Resume

resume = typer.Typer(help="Your resumes: import, list, show, set, use, remove.", no_args_is_help=True)

NumberOption = Annotated[int | None, typer.Option("--id", help="Which resume; default: the active one.")]
UNSURE = 0.6
"""Confidence below which 'resume import' asks to look at a field."""


def register(app: typer.Typer) -> None:
    app.add_typer(resume, name="resume")


@resume.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="PDF, DOCX, text, markdown, JSON Resume or rendercv YAML; - for stdin.")],
    name: Annotated[str | None, typer.Option(help="The name to keep it under; default: the file's.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Read a resume and make it the active one; one of the same name is replaced, its corrections stay.

    Example: jobswipe resume import cv.pdf
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    settings = load_settings()
    read = service.read_file(file, name)
    with open_store(settings, create=True).write() as session:
        stored, _ = service.store(session, LOCAL_PERSON_ID, read, clock.now())
        row = _row(stored)
    for line in read.parsed.notes:
        note(f"Note: {line}")
    fields = read.document.get("meta", {}).get("jobswipe", {}).get("fields", {})
    unsure = sorted(path for path, known in fields.items() if known["confidence"] < UNSURE)
    if unsure:
        note(
            f"Please check: {', '.join(unsure[:12])}{' and others' if len(unsure) > 12 else ''} (jobswipe resume show)."
        )
    emit([row], form, ["id", "name", "active", "person", "title", "fields", "imported_at"])


@resume.command("list")
def list_(form: FormatOption = Format.table) -> None:
    """List your resumes, the latest import first.

    Example: jobswipe resume list
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    with open_store(load_settings()).read() as session:
        rows = [_row(one) for one in service.listing(session, LOCAL_PERSON_ID)]
    emit(
        rows,
        form,
        ["id", "name", "active", "person", "title", "fields", "imported_at"],
        empty="No resume yet: 'jobswipe resume import FILE' brings one.",
    )


@resume.command("show")
def show(number: NumberOption = None) -> None:
    """Print a resume as JSON Resume, with your corrections, and a confidence and quote for each field.

    Example: jobswipe resume show
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    with open_store(load_settings()).read() as session:
        document = service.corrected(session, service.get(session, LOCAL_PERSON_ID, number))
    print_json(document, indent=True)


@resume.command("set")
def set_(
    path: Annotated[str, typer.Argument(help="A field, like basics.email or work[0].position.")],
    value: Annotated[
        str, typer.Argument(help="Its value; a JSON list or object for lists and objects; null removes it.")
    ],
    number: NumberOption = None,
) -> None:
    """Correct a field; the correction survives a re-import.

    Example: jobswipe resume set work[0].position "Data Engineer"
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    with open_store(load_settings()).write() as session:
        chosen = service.get(session, LOCAL_PERSON_ID, number)
        service.correct(session, chosen, path, _value(value), clock.now())
        note(f"{path} of {chosen.name} is set.")


@resume.command("use")
def use(number: Annotated[int, typer.Argument(help="The resume's id.")]) -> None:
    """Make a resume the active one: postings are ranked for it.

    Example: jobswipe resume use 2
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    with open_store(load_settings()).write() as session:
        note(f"{service.use(session, LOCAL_PERSON_ID, number).name} is the active resume.")


@resume.command("remove")
def remove(number: Annotated[int, typer.Argument(help="The resume's id.")]) -> None:
    """Forget a resume and its corrections.

    Example: jobswipe resume remove 2
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    with open_store(load_settings()).write() as session:
        note(f"Removed {service.remove(session, LOCAL_PERSON_ID, number).name}.")


def _value(text: str) -> Any:
    """JSON where the text is a JSON list, object or null; else the text itself ("123" stays a text)."""
    import msgspec

    if text == "null" or text[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    return text


def _row(one: Resume) -> dict[str, Any]:
    basics = one.document.get("basics", {})
    work = one.document.get("work") or [{}]
    return {
        "id": one.id,
        "name": one.name,
        "active": one.active,
        "person": basics.get("name"),
        "title": basics.get("label") or work[0].get("position"),
        "fields": len(one.document.get("meta", {}).get("jobswipe", {}).get("fields", {})),
        "imported_at": one.imported_at.isoformat(timespec="seconds"),
    }
