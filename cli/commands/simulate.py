"""simulate: a persona with hidden wants swipes the deck; what was learned is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    persona: Annotated[Path | None, typer.Option(help="A persona file; default: all the bundled ones.")] = None,
    swipes: Annotated[int, typer.Option(min=0, max=1000, help="Cards that are judged.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run, to the letter.")] = 7,
    noise: Annotated[float, typer.Option(min=0, max=0.5, help="Share of verdicts that are mistakes.")] = 0.1,
    form: FormatOption = Format.table,
) -> None:
    """Let a persona swipe in memory; print precision and nDCG at 10 against the unlearned ranking.

    Half of the postings are dealt; the figures are of the other half, which is never swiped. Nothing is stored.

    Example: jobswipe simulate --persona persona.json --swipes 50 --seed 7
    """
    from jobswipe import clock
    from jobswipe.errors import UsageError
    from jobswipe.matching.engine import Matcher
    from jobswipe.matching.openings import openings
    from jobswipe.matching.persona import bundled, read
    from jobswipe.matching.simulate import simulate as run

    personas = [read(persona)] if persona is not None else bundled()
    settings = load_settings()
    database = open_store(settings)
    matcher = Matcher(database, settings)
    matcher.refresh()
    with database.read() as session:
        known = openings(session)
    if not known:
        raise UsageError("No open postings to swipe: 'jobswipe ingest' brings some.")
    rows: list[dict[str, Any]] = []
    for one in personas:
        done = run(matcher, known, one, swipes=swipes, seed=seed, noise=noise, now=clock.now())
        if not done.relevant:
            note(f"{done.persona} wants none of the postings of the measured half.")
        start = done.checkpoints[0].precision
        rows.extend(
            {
                "persona": done.persona,
                "swipes": point.swipes,
                "precision_at_10": round(point.precision, 3),
                "ndcg_at_10": round(point.ndcg, 3),
                "times_unlearned": round(point.precision / start, 2) if start else None,
                "liked": point.liked,
                "relevant": done.relevant,
                "seed": done.seed,
            }
            for point in done.checkpoints
        )
    emit(rows, form, ["persona", "swipes", "precision_at_10", "ndcg_at_10", "times_unlearned", "liked", "relevant"])
