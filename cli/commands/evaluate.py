"""eval: quality on labelled data, each figure beside a baseline of the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Format, FormatOption, emit, note, print_json

NAMES = ("salary", "places", "dedup", "skills", "titles", "resumes", "matching", "learning")


def register(app: typer.Typer) -> None:
    app.command("eval")(evaluate)


def evaluate(
    name: Annotated[str, typer.Argument(help=f"What to measure: {', '.join(NAMES)}, or all.")],
    queries: Annotated[Path | None, typer.Option(help="titles only: JSON lines {id, title} to look for.")] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(help="titles with --queries: JSON lines {id, title} to rank; else the labelled data's directory."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="titles only: how many to rank for each query.")] = 100,
    mistakes: Annotated[bool, typer.Option("--mistakes", help="Show examples of what went wrong, on stderr.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Measure quality on labelled data (JOBSWIPE_CORPUS or --corpus); exit 1 when a bar is missed.

    Example: jobswipe eval salary
    Example: jobswipe eval titles --queries q.jsonl --corpus c.jsonl --limit 50 --format jsonl
    """
    from importlib import import_module

    from jobswipe.errors import UsageError
    from jobswipe.evaluation.report import corpus_dir

    if queries is not None:
        if name != "titles" or corpus is None:
            raise UsageError("--queries goes with 'eval titles' and --corpus FILE.")
        _rank_titles(queries, corpus, limit)
        return
    if name != "all" and name not in NAMES:
        raise UsageError(f"Nothing to measure called {name!r}: choose one of {', '.join(NAMES)}, or all.")
    directory = corpus_dir() if corpus is None else corpus
    rows: list[dict[str, Any]] = []
    for one in NAMES if name == "all" else (name,):
        report = import_module(f"jobswipe.evaluation.{one}").evaluate(directory)
        rows.extend(
            {
                "eval": report.name,
                "measure": measure.name,
                "value": round(measure.value, 4),
                "n": measure.n,
                "baseline": round(measure.baseline, 4) if measure.baseline is not None else None,
                "baseline_name": measure.baseline_name,
                "bar": measure.bar,
                "passed": measure.passed,
            }
            for measure in report.measures
        )
        if mistakes:
            for mistake in report.mistakes:
                note(mistake)
    emit(rows, form, ["eval", "measure", "value", "n", "baseline", "baseline_name", "bar", "passed"])
    if any(row["passed"] is False for row in rows):
        raise typer.Exit(1)


def _rank_titles(queries: Path, corpus: Path, limit: int) -> None:
    from jobswipe.evaluation.titles import rank_file

    for line in rank_file(queries, corpus, limit):
        print_json(line)
