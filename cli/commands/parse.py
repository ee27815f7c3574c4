"""parse: what JobSwipe understands of a payload, a resume or a text. Stores nothing and needs no store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import note, print_json

parse = typer.Typer(
    help="What JobSwipe understands of a payload, a resume or a text; stores nothing.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(parse, name="parse")


@parse.command("posting")
def posting(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Payload files, .gz too, directories, - for stdin.")
    ],
    kind: Annotated[str, typer.Option(help="The kind of board that the payload is from.")],
    company: Annotated[
        str | None, typer.Option(help="The employer's name, where the payload does not give it.")
    ] = None,
    board: Annotated[str | None, typer.Option(help="The board's slug.")] = None,
    fetched_at: Annotated[
        str | None, typer.Option(help="When it was fetched (ISO 8601): relative dates count from it.")
    ] = None,
) -> None:
    """Print each posting of a payload as one JSON line; rejected records go to stderr with their reason.

    Example: jobswipe parse posting --kind ashby payload.json
    """
    import msgspec

    from jobswipe.errors import InputError, JobSwipeError
    from jobswipe.postings.normalise import batches, normalise
    from jobswipe.sources import registry
    from jobswipe.sources.base import ReadContext
    from jobswipe.sources.payload import expand, load
    from jobswipe.sources.raw import Rejection

    adapter = registry.adapter(kind)
    context = ReadContext(fetched_at=_moment(fetched_at), company=company, board=board)
    encode = msgspec.json.Encoder().encode
    failed = False
    for path in expand(files):
        try:
            for batch in batches(adapter.read(load(path), context)):
                raws = [one for one in batch if not isinstance(one, Rejection)]
                for rejected in batch:
                    if isinstance(rejected, Rejection):
                        note(f"{path}: {rejected.record}: {rejected.reason}")
                for raw, posting in zip(raws, normalise(raws, adapter.KIND, context), strict=True):
                    if isinstance(posting, InputError):
                        note(f"{path}: {raw.external_id or raw.title}: {posting.message}")
                    else:
                        sys.stdout.buffer.write(encode(posting) + b"\n")
        except JobSwipeError as error:
            note(f"jobswipe: {path}: {error.message}")
            failed = True
    sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def _moment(text: str | None) -> Any:
    from datetime import UTC, datetime

    from jobswipe import clock
    from jobswipe.errors import UsageError

    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--fetched-at {text!r} is no ISO 8601 date: write 2026-11-01 or 2026-11-01T12:00:00Z."
        ) from None
    if not 1970 < found.year < 3000:
        raise UsageError(f"--fetched-at {text!r}: give a date between 1971 and 2999.")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@parse.command("resume")
def resume(
    file: Annotated[Path, typer.Argument(help="PDF, DOCX, text, markdown, JSON Resume or rendercv YAML.")],
) -> None:
    """Print a resume as a JSON Resume document, with a confidence and a quote for each field.

    Example: jobswipe parse resume cv.pdf
    """
    from jobswipe.resumes.service import read_file

    print_json(read_file(file).document, indent=True)


@parse.command("salary")
def salary(country: Annotated[str | None, typer.Option(help="ISO code: whose dollar a bare $ is.")] = None) -> None:
    """Read a text a line from stdin; print the base salary that each states, one JSON a line.

    Example: echo '80-95k EUR p.a.' | jobswipe parse salary
    """
    import msgspec

    from jobswipe.pay import from_text

    empty = dict.fromkeys(("min", "max", "currency", "period", "provenance", "quote"))

    def answer(line: str) -> Any:
        found = from_text(line, country=country)
        return msgspec.structs.asdict(found) if found else empty

    _each_line(answer, empty)


@parse.command("place")
def place() -> None:
    """Read a location text a line from stdin; print its places and what it says of remote work, one JSON a line.

    Example: echo 'Remote - US; Berlin' | jobswipe parse place
    """
    from jobswipe.places import parse as parse_place
    from jobswipe.places.place import Location

    _each_line(parse_place, Location())


@parse.command("skills")
def skills(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Each line is a JSON string, so that a text may hold line breaks.")
    ] = False,
) -> None:
    """Read a text a line from stdin; print its skills, best first, one JSON list a line.

    Example: echo 'Python, k8s and C++' | jobswipe parse skills
    """
    from jobswipe.skills import extract_ranked

    _each_line(extract_ranked, [], jsonl=jsonl)


MAX_LINE = 10_000_000
"""Bytes of a line that are read; no text of a posting comes near."""


def _lines() -> Iterator[bytes]:
    """The lines of standard input, each cut at `MAX_LINE`: an endless one must not fill the memory."""
    while line := sys.stdin.buffer.readline(MAX_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := sys.stdin.buffer.readline(MAX_LINE)):
            pass
        yield line


def _each_line(answer: Callable[[str], Any], empty: Any, *, jsonl: bool = False) -> None:
    """One line out for each line in, whatever is in it."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for line in _lines():
        text: Any = line.decode("utf-8", "replace").rstrip("\r\n")
        if jsonl:
            try:
                text = msgspec.json.decode(line) if line.strip() else ""
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                text = ""
        out.write(encode(answer(text) if isinstance(text, str) and text.strip() else empty) + b"\n")
    out.flush()


@parse.command("duplicates")
def duplicates(
    file: Annotated[
        Path, typer.Argument(help="JSON lines {id, company, title, place, description_text?}; - for stdin.")
    ],
) -> None:
    """Print {id, cluster} for each line: postings that are one opening share a cluster.

    Example: jobswipe parse duplicates postings.jsonl
    """
    from jobswipe.postings.dedupe import cluster
    from jobswipe.postings.lines import read_candidates
    from jobswipe.sources.payload import load

    ids, candidates = read_candidates(load(file))
    for posting_id, number in zip(ids, cluster(candidates), strict=True):
        print_json({"id": posting_id, "cluster": number})
