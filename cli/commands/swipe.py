"""swipe: judge cards on a plain terminal, or a batch of verdicts; undo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import load_settings, open_store, read_input
from cli.output import Format, FormatOption, emit, note, say

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.matching.deck import Card
    from jobswipe.matching.engine import Matcher

KEYS = {"l": "like", "d": "dislike", "s": "save", "k": "skip"}
PROMPT = "[l]ike  [d]islike  [s]ave  s[k]ip  [u]ndo  [o]pen text  [q]uit"


def register(app: typer.Typer) -> None:
    app.command()(swipe)


def swipe(
    file: Annotated[
        Path | None, typer.Option("--from", help="JSON lines {posting_id, verdict, reason?}; - for stdin.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last verdict.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Judge cards one at a time, or apply a file of verdicts in order; each is learned before the next.

    Verdicts are like, dislike, save and skip. A like or a save opens an application in stage 'saved'.

    Example: jobswipe swipe --from verdicts.jsonl
    Example: jobswipe swipe --undo
    """
    from jobswipe.errors import UsageError
    from jobswipe.matching.engine import Matcher

    settings = load_settings()
    if undo and file is not None:
        raise UsageError("Give --from or --undo, not both.")
    if file is None and not undo and not sys.stdin.isatty():
        raise UsageError("This is no terminal to swipe on: give verdicts with --from FILE.jsonl (or - for stdin).")
    database = open_store(settings)
    matcher = Matcher(database, settings)
    if undo:
        _undo(database, matcher)
    elif file is not None:
        _batch(database, matcher, file, form)
    else:
        _prompt(database, matcher)


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


def _prompt(database: Database, matcher: Matcher) -> None:
    from jobswipe import clock
    from jobswipe.errors import ConflictError
    from jobswipe.matching import swipes
    from jobswipe.matching.deck import deck
    from jobswipe.models import LOCAL_PERSON_ID

    matcher.refresh()
    while True:
        with database.read() as session:
            cards = deck(matcher, session, LOCAL_PERSON_ID, 1)
        if not cards:
            note("The deck is empty: 'jobswipe ingest' may bring new postings.")
            return
        card = cards[0]
        _show(card)
        key = ""
        while key not in KEYS and key not in ("u", "q"):
            try:
                key = input(f"{PROMPT} > ").strip().lower()[:1]
            except EOFError:
                key = "q"
            if key == "o":
                _open(database, card)
        if key == "q":
            return
        with database.write() as session:
            if key == "u":
                try:
                    taken = swipes.undo(session, matcher, LOCAL_PERSON_ID, clock.now())
                    note(f"Took back: {taken.verdict} of posting {taken.posting_id}.")
                except ConflictError as error:
                    note(error.message)
                continue
            done = swipes.record(
                session,
                matcher,
                LOCAL_PERSON_ID,
                card.match.posting_id,
                KEYS[key],
                clock.now(),
                deck_position=card.position,
                explored=card.explored,
            )
            if done.application_id is not None:
                note(f"Saved as application {done.application_id}.")


def _show(card: Card) -> None:
    one = card.match
    say("")
    say(f"{card.position}. {one.title}{f' · {one.company}' if one.company else ''}   {one.score:.2f}")
    for reason in one.reasons:
        say(f"   - {reason}")
    if card.explored:
        say("   - Shown to learn what you think of its like")
    if one.missing_skills:
        say(f"   - Not in your resume: {', '.join(one.missing_skills)}")
    if one.url:
        say(f"   {one.url}")


def _open(database: Database, card: Card) -> None:
    from jobswipe.postings.rows import load

    with database.read() as session:
        found = load(session, [card.match.posting_id], with_skills=False)[card.match.posting_id]
    say("")
    for line in (found.description_text or "The posting has no text.").splitlines():
        say(line)
