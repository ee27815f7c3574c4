"""The `jobswipe` command. Starting it imports Typer and the standard library only; a command imports what it needs."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from cli.commands import (
    apikey,
    application,
    archive,
    config,
    demo,
    evaluate,
    health,
    ingest,
    match,
    notification,
    parse,
    posting,
    profile,
    report,
    resume,
    serve,
    simulate,
    source,
    store,
    swipe,
    task,
    user,
    worker,
)
from cli.context import remember, watched
from cli.output import note
from jobswipe import __version__, heap
from jobswipe.errors import JobSwipeError

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"jobswipe {__version__}")
        raise typer.Exit


def main(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Every job opening as a card: poll boards, rank postings for a resume, swipe, learn, track and report.

    The data directory is JOBSWIPE_HOME (default: the platform's data directory). Start with 'jobswipe demo'.
    """
    remember(context.command)


def _program(modules: Sequence[Any]) -> typer.Typer:
    """The command with the subcommands of the modules."""
    # Plain help: Rich's takes three times as long to show.
    made = typer.Typer(
        name="jobswipe",
        help="Every job opening as a card: poll boards, rank postings for a resume, swipe, learn, track and report.",
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    made.callback()(main)
    for module in modules:
        module.register(made)
    return made


app = _program(
    (
        demo,
        store,
        source,
        ingest,
        posting,
        parse,
        resume,
        profile,
        match,
        swipe,
        simulate,
        application,
        notification,
        archive,
        report,
        serve,
        worker,
        task,
        user,
        apikey,
        config,
        health,
        evaluate,
    )
)


def run() -> None:
    """The console script: one line to stderr for an error, exit 2 usage or configuration, 1 failed, 3 not ready."""
    # A closed stream is an empty one.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as we run
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Data is UTF-8 whatever the locale; a terminal that lacks a letter shows another in its place.
            stream.reconfigure(errors="replace", encoding=None if stream.isatty() else "utf-8")
    heap.seldom()
    raise SystemExit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        # The app's own command is made without the others, for which its first card would wait 50 ms.
        commands = _program((swipe,)) if arguments[:1] in (["swipe"], ["tui"]) else app
        with watched(arguments):
            code: Any = commands([_readable(one) for one in arguments], prog_name="jobswipe", standalone_mode=False)
            sys.stdout.flush()
    except JobSwipeError as error:
        return _complain(error.at_the_command_line, error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _complain("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone: there is nobody left to tell.
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        return _complain(_os_sentence(error), 1)
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of Typer's own, whose class is private to it
            return _complain(_usage_sentence(error), 2)
        if sys.flags.dev_mode:
            raise
        return _complain(_fault_sentence(error), 1)
    if code == INTERRUPTED:  # Typer makes an exit of Ctrl-C, without a word
        return _complain("Stopped.", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _readable(argument: str) -> str:
    """The argument with bytes that the locale cannot decode read as UTF-8, unless they name a file."""
    value = argument.partition("=")[2] if argument.startswith("--") else argument
    if argument.isprintable() or os.path.lexists(value):
        return argument
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _discard_output() -> None:
    """Spare the interpreter's flush at exit: it would fail as the write did, and say so in its own way."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fault_sentence(error: Exception) -> str:
    """A fault of the program's own: where it is, and how to see all of it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno}"  # noqa: PTH119 - pathlib is slow to import
    return (
        f"This is a fault in JobSwipe ({type(error).__name__} at {where}): {error} - please report it with what "
        "'PYTHONDEVMODE=1 jobswipe ...' prints."
    )


def _usage_sentence(error: Any) -> str:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    where = f" See '{context.command_path} --help'." if context is not None else ""
    return f"{str(error.format_message()).rstrip('.')}.{where}"


def _os_sentence(error: OSError) -> str:
    what = f"{error.filename}: " if error.filename else ""
    hint = ": free some space and run the command again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{what}{error.strerror or error}{hint}."


def _complain(sentence: str, code: int) -> int:
    if "\n" in sentence and code == 2 and sentence.startswith("Usage:"):
        typer.echo(sentence, err=True)
    else:
        note(f"jobswipe: {' '.join(sentence.split())}")
    return code
