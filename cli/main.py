"""The `jobswipe` command. Starting it imports Typer and the standard library only; a command imports what it needs."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from cli.commands import (
    application,
    config,
    demo,
    evaluate,
    ingest,
    match,
    parse,
    posting,
    profile,
    report,
    resume,
    simulate,
    source,
    store,
    swipe,
)
from jobswipe import __version__
from jobswipe.errors import JobSwipeError

# Plain help: Rich's takes three times as long to show.
app = typer.Typer(
    name="jobswipe",
    help="Every job opening as a card: poll boards, rank postings for a resume, swipe, learn, track and report.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for module in (
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
    report,
    config,
    evaluate,
):
    module.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"jobswipe {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Every job opening as a card: poll boards, rank postings for a resume, swipe, learn, track and report.

    The data directory is JOBSWIPE_HOME (default: the platform's data directory). Start with 'jobswipe demo'.
    """


def run() -> None:
    """The console script: one line to stderr for an error, exit 2 usage or configuration, 1 failed, 3 not ready."""
    raise SystemExit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        code: Any = app(arguments, prog_name="jobswipe", standalone_mode=False)
    except JobSwipeError as error:
        return _complain(error.message, error.exit_code)
    except typer.Abort:
        return _complain("Stopped.", 130)
    except KeyboardInterrupt:
        return _complain("Stopped.", 130)
    except BrokenPipeError:
        # The reader of a pipe has gone: there is nobody left to tell. Spare the interpreter's flush at exit, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _complain(_os_sentence(error), 1)
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of Typer's own, whose class is private to it
            return _complain(_usage_sentence(error), 2)
        raise
    return code if isinstance(code, int) else 0


def _usage_sentence(error: Any) -> str:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    where = f" See '{context.command_path} --help'." if context is not None else ""
    return f"{str(error.format_message()).rstrip('.')}.{where}"


def _os_sentence(error: OSError) -> str:
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}."


def _complain(sentence: str, code: int) -> int:
    typer.echo(sentence if "\n" in sentence else f"jobswipe: {sentence}", err=True)
    return code
