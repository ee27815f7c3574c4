"""swipe: the terminal app, a batch of verdicts, or undo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import load_settings, make_home, open_store, read_input
from cli.output import Format, FormatOption, emit, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobswipe.db.engine import Database
    from jobswipe.matching.engine import Matcher
    from jobswipe.settings import Settings
    from tui.desk.interface import Desk


def register(app: typer.Typer) -> None:
    app.command()(swipe)
    app.command("tui")(tui)


PlainOption = Annotated[bool, typer.Option("--plain", help="Ask line by line; for screen readers.")]
WebOption = Annotated[bool, typer.Option("--web", help="Show the app in a browser of this machine.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="The port of --web, on 127.0.0.1.")]
ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server", metavar="URL", help="Show a server's data; JOBSWIPE_API_KEY has the key, else it is asked for."
    ),
]
KeysOption = Annotated[bool, typer.Option("--list-keys", help="List the keys and their names, for [tui] keys.")]


def swipe(
    file: Annotated[
        Path | None, typer.Option("--from", help="JSON lines {posting_id, verdict, reason?}; - for stdin.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last verdict.")] = False,
    plain: PlainOption = False,
    web: WebOption = False,
    port: PortOption = 8765,
    list_keys: KeysOption = False,
    server: ServerOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Swipe in the terminal app, or apply a file of verdicts in order; each is learned before the next.

    Verdicts are like, dislike, save and skip. A like or a save opens an application in stage 'saved'.

    Example: jobswipe swipe
    Example: jobswipe swipe --from verdicts.jsonl
    Example: jobswipe swipe --undo
    Example: jobswipe swipe --server https://jobs.example.com
    """
    from jobswipe.errors import UsageError

    if undo and file is not None:
        raise UsageError("Give --from or --undo, not both.")
    if file is None and not undo:
        _app(plain=plain, web=web, port=port, list_keys=list_keys, server=server, form=form)
        return
    if plain or web or list_keys or server is not None:
        raise UsageError(
            "--plain, --web, --list-keys and --server go without --from and --undo, which are of this computer's data."
        )
    from jobswipe.matching.engine import Matcher

    settings = load_settings()
    database = open_store(settings)
    matcher = Matcher(database, settings)
    if undo:
        _undo(database, matcher)
    elif file is not None:
        _batch(database, matcher, file, form)


def tui(
    plain: PlainOption = False,
    web: WebOption = False,
    port: PortOption = 8765,
    list_keys: KeysOption = False,
    server: ServerOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Open the terminal app: deck, pipeline, market, resume, simulator, operations. The same as 'jobswipe swipe'.

    Example: jobswipe tui
    Example: jobswipe tui --web --port 8765
    Example: jobswipe tui --list-keys --format csv
    Example: jobswipe tui --server https://jobs.example.com
    """
    _app(plain=plain, web=web, port=port, list_keys=list_keys, server=server, form=form)


def _app(*, plain: bool, web: bool, port: int, list_keys: bool, server: str | None, form: Format) -> None:
    from jobswipe.errors import UsageError

    settings = load_settings()
    if list_keys:
        _list_keys(settings, form)
        return
    if server is not None:
        from tui.desk.remote.address import address

        address(server)  # a wrong one is told before anything else
    if web:
        _web(port, server)
        return
    in_browser = "web_driver" in os.environ.get("TEXTUAL_DRIVER", "")
    if not in_browser and not sys.stdin.isatty():
        raise UsageError("This is no terminal to swipe on: give verdicts with --from FILE.jsonl (or - for stdin).")
    from tui import launch

    if not in_browser and not plain and not settings.tui.plain:
        why = launch.why_plain()
        plain = why is not None
        if why:
            note(why)

    run = launch.run_plain if plain or settings.tui.plain else launch.run
    if server is not None:
        _over_server(settings, server, run)
        return

    def desk() -> Desk:
        from tui.desk.local import LocalDesk

        open_store(settings, create=True).dispose()
        return LocalDesk(settings)

    from tui.desk.outbox import local_owner

    run(settings, desk, owner=local_owner(settings))


def _over_server(settings: Settings, server: str, run: Callable[..., int]) -> None:
    from tui.desk.remote.begin import begin

    make_home(settings)
    desk, owner = begin(server, settings.tui_dir)
    waiting = run(settings, lambda: desk, owner=owner, far=desk.name)
    if waiting:
        said = "1 verdict waits" if waiting == 1 else f"{waiting} verdicts wait"
        note(f"{said} for {desk.name}: they are kept here, and sent when you start with this server again.")


def _web(port: int, server: str | None) -> None:
    """Each page starts the app: the key goes to it by the environment, where nobody else sees it."""
    from tui.web import serve

    if server is not None:
        from tui.desk.remote import address, begin

        where = address.address(server)
        if begin.KEY_FILE not in os.environ:
            os.environ[begin.KEY] = begin.api_key(where)
        serve(port, ["--server", where.root])
        return
    serve(port, [])


def _list_keys(settings: Settings, form: Format) -> None:
    from tui.keys import ROOMS, keymap

    own = keymap(settings.tui.keys)
    rows = [
        {"screen": room, "name": key.name, "keys": own.get(key.name, key.keys), "does": key.says}
        for room, keys in ROOMS.items()
        for key in keys
    ]
    emit(rows, form, ["screen", "name", "keys", "does"])


def _batch(database: Database, matcher: Matcher, file: Path, form: Format) -> None:
    from jobswipe import clock
    from jobswipe.matching import swipes
    from jobswipe.models import LOCAL_PERSON_ID

    lines = list(swipes.read_lines(read_input(file).decode("utf-8-sig", "replace").split("\n")))
    matcher.refresh()
    with database.write() as session:
        done = swipes.apply(session, matcher, LOCAL_PERSON_ID, lines, clock.now())
        rows = [
            {
                "posting_id": one.swipe.posting_id,
                "verdict": one.swipe.verdict,
                "new": one.new,
                "score": one.swipe.score,
                "application_id": one.application_id,
            }
            for one in done
        ]
    if form is Format.table:
        fresh = sum(bool(row["new"]) for row in rows)
        opened = sum(row["application_id"] is not None for row in rows)
        note(f"{len(rows)} verdicts: {fresh} new, {len(rows) - fresh} known already; {opened} applications opened.")
    else:
        emit(rows, form, ["posting_id", "verdict", "new", "score", "application_id"])


def _undo(database: Database, matcher: Matcher) -> None:
    from jobswipe import clock
    from jobswipe.matching import swipes
    from jobswipe.models import LOCAL_PERSON_ID

    with database.write() as session:
        taken = swipes.undo(session, matcher, LOCAL_PERSON_ID, clock.now())
        note(f"Took back: {taken.verdict} of posting {taken.posting_id}.")
