"""export and import: your own data as one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note


def register(app: typer.Typer) -> None:
    app.command("export")(export)
    app.command("import")(import_)


def export(
    file: Annotated[Path, typer.Argument(help="Where to write it; - for standard output.")] = Path(
        "jobswipe-export.zip"
    ),
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="With the addresses of your notification channels.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Write all of your own data as one zip: resumes, preferences, swipes, applications with notes and drafts.

    It is not encrypted, and readable by you alone: keep it where your resume may lie.

    Example: jobswipe export my-data.zip
    """
    import sys

    from jobswipe import clock
    from jobswipe.accounts import archive_write
    from jobswipe.errors import UsageError
    from jobswipe.models import LOCAL_PERSON_ID

    to_stdout = str(file) == "-"
    if not to_stdout and file.exists() and not force:
        raise UsageError(f"{file} is there already: name another file, or replace it with --force.")
    with open_store(load_settings()).read() as session:
        written = archive_write.write(session, LOCAL_PERSON_ID, clock.now(), with_secrets=with_secrets)
    if to_stdout:
        sys.stdout.buffer.write(written.data)
        sys.stdout.buffer.flush()
        return
    _save(file, written.data)
    note(f"Written to {file}. 'jobswipe import {file}' brings it into a store.")
    emit([{"file": name, "lines": lines} for name, lines in written.lines.items()], form, ["file", "lines"])


def import_(
    file: Annotated[Path, typer.Argument(help="An archive that 'jobswipe export' wrote; - for standard input.")],
    form: FormatOption = Format.table,
) -> None:
    """Bring an archive of your own data into this store: all of it, or nothing. A second time changes nothing.

    Postings are found by what their source calls them, or by their address: ingest your boards first. Verdicts on
    postings that are not here are left out; applications for them are kept.

    Example: jobswipe import my-data.zip
    """
    from cli.context import read_input
    from jobswipe import clock
    from jobswipe.accounts import archive_keep, archive_read
    from jobswipe.models import LOCAL_PERSON_ID

    found = archive_read.read(read_input(file))
    settings = load_settings()
    database = open_store(settings, create=True)
    with database.write() as session:
        counts = archive_keep.keep(session, LOCAL_PERSON_ID, found, clock.now())
    for one in counts.values():
        if one.why:
            note(f"Left out: {one.why}")
    rows = [
        {"what": name, "new": one.new, "known": one.known, "left_out": one.left_out} for name, one in counts.items()
    ]
    emit(rows, form, ["what", "new", "known", "left_out"])


def _save(file: Path, data: bytes) -> None:
    """Whole or not at all, readable by its owner alone."""
    import os
    import secrets

    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
