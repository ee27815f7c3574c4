"""posting: look at a stored posting with its history and duplicates; undo a wrong merge."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import note, print_json

posting = typer.Typer(
    help="Stored postings: show one with its history and duplicates, split a wrong merge.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(posting, name="posting")


@posting.command("show")
def show(number: Annotated[int, typer.Argument(help="The posting's id, as 'match' prints it.")]) -> None:
    """Print a posting as JSON, with its life, its versions and the postings that are merged with it.

    Example: jobswipe posting show 12
    """
    from jobswipe.postings.detail import detail

    with open_store(load_settings()).read() as session:
        found: dict[str, Any] = detail(session, number)
    print_json(found, indent=True)


@posting.command("split")
def split(number: Annotated[int, typer.Argument(help="The posting's id.")]) -> None:
    """Take a posting out of its cluster, for good: it was merged wrongly.

    Example: jobswipe posting split 12
    """
    from jobswipe import clock
    from jobswipe.postings import clusters

    with open_store(load_settings()).write() as session:
        clusters.split(session, number, clock.now())
    note(f"Posting {number} stands by itself now.")
