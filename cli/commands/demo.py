"""demo: the whole journey on bundled sample boards, in a throwaway directory, through the commands themselves."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

NOW = "2026-11-20T09:00:00Z"
"""When the sample boards were written: the demo's clock, so that it shows the same on every day."""
SAMPLES = (
    "fennbrook.ashby.json",
    "fennbrook-later.ashby.json",
    "thornmere.lever.json",
    "northwind.personio.xml",
    "openings.rss",
    "resume.md",
    "preferences.json",
)
JUDGED = 16
"""So many cards of the first ranking are looked at; every second one is judged, the others may move."""
BEFORE, AFTER, VERDICTS = "before.jsonl", "after.jsonl", "verdicts.jsonl"


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep everything in this new directory, to go on with it.")
    ] = None,
) -> None:
    """Show the whole journey on bundled sample boards: ingest, resume, match, swipe, learn, apply, report.

    It runs in a throwaway directory and touches neither your data nor the network. The boards are invented.

    Example: jobswipe demo
    Example: jobswipe demo --keep my-demo
    """
    import time
    from tempfile import TemporaryDirectory

    started = time.monotonic()
    if keep is not None:
        _tour(_new(keep))
    else:
        with TemporaryDirectory(prefix="jobswipe-demo-") as name:
            _tour(Path(name))
    _say(f"That was all of it, in {time.monotonic() - started:.1f} s.")
    if keep is None:
        _say("Its directory is gone. 'jobswipe demo --keep my-demo' keeps it, to look around in.")
    else:
        _say(f"Go on with it:  cd {shlex.quote(str(keep))}; export JOBSWIPE_HOME=$PWD/home JOBSWIPE_NOW={NOW}")
    _say(
        "Next, with your own data:\n"
        "  jobswipe init\n"
        "  jobswipe source add https://jobs.lever.co/COMPANY   (or any careers page)\n"
        "  jobswipe ingest\n"
        "  jobswipe resume import YOUR-RESUME.pdf\n"
        "  jobswipe match --explain"
    )


def _new(directory: Path) -> Path:
    from jobswipe.errors import UsageError

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is there already and is not empty: give --keep a new directory.")
    directory.mkdir(parents=True, exist_ok=True)
    return directory.resolve()


def _tour(directory: Path) -> None:
    _copy_samples(directory)
    with _place_of_its_own(directory), redirect_stderr(sys.stdout):
        _chapter("Four boards of invented employers, in four formats, become one store.")
        _run("init")
        _run("ingest", "--kind", "ashby", "--file", "fennbrook.ashby.json", "--company", "Fennbrook Software")
        _run("ingest", "--kind", "lever", "--file", "thornmere.lever.json", "--company", "Thornmere Health")
        _run("ingest", "--kind", "personio", "--file", "northwind.personio.xml", "--board", "northwind-sample")
        _run("ingest", "--kind", "rss", "--file", "openings.rss")
        _say("One opening of the feed is merged: Fennbrook's own board has it.\n")
        _chapter("A later poll of Fennbrook's board: one opening is new, one is gone, one pays more.")
        _run("ingest", "--kind", "ashby", "--file", "fennbrook-later.ashby.json", "--company", "Fennbrook Software")
        _chapter("What a text says of pay; what is not said stays null.")
        _run("parse", "salary", stdin="Base salary: $85,000 to $105,000, plus a bonus of up to 10%.\n")

        _chapter("A resume, and what is wanted.")
        _run("resume", "import", "resume.md")
        _run("profile", "set", "--file", "preferences.json")

        _chapter("The deck, best first, with the reasons.")
        _run("match", "--limit", "5", "--explain")
        _run("match", "--limit", "100", "--format", "jsonl", into=BEFORE)

        _chapter("Eight verdicts by a simple rule: like what is remote, dislike the rest.")
        _judge()
        _run("swipe", "--from", VERDICTS)
        _run("match", "--limit", "5", "--explain")
        _run("match", "--limit", "100", "--format", "jsonl", into=AFTER)
        _show_moves()

        _chapter("A like opened an application.")
        _run("application", "list", "--format", "csv")
        _run("application", "move", "1", "applied", "--format", "jsonl")
        _run("application", "note", "1", "Sent the resume; they answer within a week.", "--format", "jsonl")
        _run("application", "show", "1")

        _chapter("Reports.")
        _run("report", "funnel", lines=12)
        _run("report", "market", lines=37)


def _copy_samples(directory: Path) -> None:
    from importlib.resources import files

    for name in SAMPLES:
        (directory / name).write_bytes((files("cli.samples") / name).read_bytes())


@contextmanager
def _place_of_its_own(directory: Path) -> Iterator[None]:
    """Work in `directory` with settings of the demo's own: nobody's store, key or clock may be met."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("JOBSWIPE_")]:
        del os.environ[name]
    os.environ |= {"JOBSWIPE_HOME": str(directory / "home"), "JOBSWIPE_NOW": NOW}
    try:
        with chdir(directory):
            yield
    finally:
        os.environ.clear()
        os.environ |= before


def _run(*arguments: str, stdin: str | None = None, into: str | None = None, lines: int | None = None) -> None:
    """Run a command as the console script does, after a line that says how to type it.

    `into` writes its output to a file, as the shell's `>` does; `lines` shows the first of them, as `head` does.
    """
    import io

    typed = f"jobswipe {shlex.join(arguments)}"
    if stdin is not None:
        typed = f"echo {shlex.quote(stdin.strip())} | {typed}"
    if into is not None:
        typed = f"{typed} > {into}"
    if lines is not None:
        typed = f"{typed} | head -{lines}"
    _say(f"$ {typed}")
    if stdin is not None:
        before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        try:
            _call(arguments)
        finally:
            sys.stdin = before
    elif into is None and lines is None:
        _call(arguments)
    else:
        with redirect_stdout(io.StringIO()) as held:
            _call(arguments)
        if into is not None:
            Path(into).write_text(held.getvalue(), encoding="utf-8")
        else:
            sys.stdout.write("\n".join(held.getvalue().splitlines()[:lines]) + "\n")
    _say("")


def _call(arguments: Sequence[str]) -> None:
    from cli.main import app

    sys.stdout.flush()
    code = app(list(arguments), prog_name="jobswipe", standalone_mode=False)
    sys.stdout.flush()
    if code:
        raise typer.Exit(code)


def _judge() -> None:
    """Write a verdict on every second of the first cards: remote is liked, the rest is not."""
    import msgspec

    from cli.context import load_settings, open_store
    from jobswipe.postings.detail import detail

    with open_store(load_settings()).read() as session:
        ways = [
            (card["posting_id"], detail(session, card["posting_id"])["workplace"]) for card in _cards(BEFORE)[:JUDGED:2]
        ]
    verdicts = [{"posting_id": one, "verdict": "like" if way == "remote" else "dislike"} for one, way in ways]
    text = "".join(f"{msgspec.json.encode(one).decode()}\n" for one in verdicts)
    Path(VERDICTS).write_text(text, encoding="utf-8")
    _say(f"$ cat {VERDICTS}\n{text}")


def _cards(name: str) -> list[dict[str, Any]]:
    import msgspec

    return [msgspec.json.decode(line) for line in Path(name).read_bytes().splitlines()]


def _show_moves() -> None:
    """Say which card rose and which fell the most among those that were not judged, and what the ranking says why."""
    after = _cards(AFTER)
    left = {card["posting_id"] for card in after}
    before = {
        card["posting_id"]: rank
        for rank, card in enumerate((card for card in _cards(BEFORE) if card["posting_id"] in left), 1)
    }
    moves = [(before[card["posting_id"]] - card["rank"], card) for card in after if card["posting_id"] in before]
    # Of equal moves the one nearer to the top is worth telling.
    rise = max(moves, key=lambda move: (move[0], -move[1]["rank"]))
    fall = min(moves, key=lambda move: (move[0], move[1]["rank"]))
    _say("Among the cards that were not judged:")
    for verb, (by, card) in (("rose", rise), ("fell", fall)):
        if by:
            _say(
                f"  {card['title']} ({card['company']}) {verb} from place {card['rank'] + by} to {card['rank']}, "
                f"learned {card['parts']['learned']:+.2f}:"
            )
            for reason in card["reasons"]:
                _say(f"    {reason}")
    _say("")


def _chapter(text: str) -> None:
    _say(f"# {text}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
