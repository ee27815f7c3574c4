"""match: rank the open postings for your resume and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, say

if TYPE_CHECKING:
    from jobswipe.matching.match import Match


def register(app: typer.Typer) -> None:
    app.command()(match)


def match(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    explain: Annotated[bool, typer.Option("--explain", help="Show the parts of each score and all reasons.")] = False,
    include_judged: Annotated[bool, typer.Option("--include-judged", help="Show judged postings, too.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Rank the open postings for you: best first, each with its score, its parts and the reasons.

    Example: jobswipe match --limit 5 --explain
    """
    from jobswipe.matching.engine import Matcher
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes import service

    settings = load_settings()
    database = open_store(settings)
    matcher = Matcher(database, settings)
    matcher.refresh()
    with database.read() as session:
        if not service.listing(session, LOCAL_PERSON_ID):
            note("No resume yet, so the ranking knows your preferences only: 'jobswipe resume import FILE'.")
        found = matcher.match(session, LOCAL_PERSON_ID, limit, include_judged)
    if form is Format.table and explain:
        for one in found:
            _print(one)
        if not found:
            note(EMPTY)
        return
    import msgspec

    rows = [msgspec.to_builtins(one) for one in found]
    if form is Format.table:
        rows = [row | {"why": row["reasons"][0] if row["reasons"] else ""} for row in rows]
    columns = ["rank", "posting_id", "score", "title", "company"]
    emit(rows, form, [*columns, "why"] if form is Format.table else [*columns, "url", "parts", "reasons"], empty=EMPTY)


EMPTY = "Nothing to show: no open posting is left that your preferences allow ('jobswipe profile show')."


def _print(one: Match) -> None:
    say(f"{one.rank}. {one.title}{f' · {one.company}' if one.company else ''}   {one.score:.3f}   #{one.posting_id}")
    say("   " + "  ".join(f"{name} {value:+.3f}" for name, value in one.parts.items()))
    for reason in one.reasons:
        say(f"   - {reason}")
    if one.missing_skills:
        say(f"   - Not in your resume: {', '.join(one.missing_skills)}")
    if one.url:
        say(f"   {one.url}")
    say("")
