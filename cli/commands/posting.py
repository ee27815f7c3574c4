"""posting: search stored postings, look at one with its history and duplicates, find others like it, undo a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, print_json

if TYPE_CHECKING:
    from jobswipe.postings.shown import Shown

posting = typer.Typer(
    help="Stored postings: search, show one with its history and duplicates, find similar ones, split a wrong merge.",
    no_args_is_help=True,
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


@posting.command("search")
def search(
    words: Annotated[str, typer.Argument(help="Words of title, company and description; none for all.")] = "",
    company: Annotated[
        list[str] | None, typer.Option(help="Of this company. May be repeated, as the others may.")
    ] = None,
    country: Annotated[list[str] | None, typer.Option(help="In this country: ISO code such as DE.")] = None,
    place: Annotated[list[str] | None, typer.Option(help="In this city or region: Berlin, or 'Berlin, DE'.")] = None,
    workplace: Annotated[list[str] | None, typer.Option(help="remote, hybrid or onsite.")] = None,
    remote_country: Annotated[list[str] | None, typer.Option(help="Remote and open to this country.")] = None,
    seniority: Annotated[list[str] | None, typer.Option(help="Level such as senior.")] = None,
    employment_type: Annotated[list[str] | None, typer.Option(help="Kind such as full_time.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="Asks for this skill; several: for all of them.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Of this source, such as ashby:acme.")] = None,
    salary_min: Annotated[float | None, typer.Option(help="Pays this a year, or more.")] = None,
    currency: Annotated[str, typer.Option(help="Currency of --salary-min.")] = "USD",
    posted_since: Annotated[str | None, typer.Option(help="Posted on this day or later: 2026-03-01.")] = None,
    sort: Annotated[str, typer.Option(help="relevance or posted.")] = "relevance",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    counts: Annotated[bool, typer.Option("--counts", help="Print how many there are of each kind instead.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Search all open postings, whatever your preferences; --counts tells the most frequent values of each kind.

    Example: jobswipe posting search python --country DE --workplace remote
    """
    from jobswipe.matching import search as searching
    from jobswipe.matching.engine import Matcher
    from jobswipe.postings.shown import shown

    query = searching.query(
        text=words, company=company, country=country, place=place, workplace=workplace, remote_country=remote_country,
        seniority=seniority, employment_type=employment_type, skill=skill, source=source, salary_min=salary_min,
        currency=currency, posted_since=posted_since, sort=sort,
    )  # fmt: skip
    settings = load_settings()
    database = open_store(settings)
    with database.read() as session:
        found = searching.search(Matcher(database, settings), session, query, limit, count=counts)
        looks = shown(session, found.ids)
    if found.counts is not None:
        rows = [
            {"kind": kind, "value": one.value, "label": one.label, "count": one.count}
            for kind, top in found.counts.items()
            for one in top
        ]
        emit(rows, form, ["kind", "value", "label", "count"], empty="Nothing is found.")
        return
    emit([_row(looks[id_]) for id_ in found.ids], form, _COLUMNS, empty="Nothing is found.")
    if found.total > len(found.ids):
        note(f"{len(found.ids)} of {found.total} are shown: --limit shows more.")


@posting.command("similar")
def similar(
    number: Annotated[int, typer.Argument(help="The posting's id, as 'match' prints it.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 10,
    form: FormatOption = Format.table,
) -> None:
    """List the open postings that are most like one, which may be closed: by role, skills, level, place and pay.

    Example: jobswipe posting similar 12
    """
    from jobswipe.matching.engine import Matcher
    from jobswipe.matching.similar import similar as find
    from jobswipe.postings.shown import shown

    settings = load_settings()
    database = open_store(settings)
    with database.read() as session:
        found = find(Matcher(database, settings), session, number, limit)
        looks = shown(session, [one.posting_id for one in found])
    rows = [
        {**_row(looks[one.posting_id]), "score": one.score, "shared_skills": list(one.skills)}
        for one in found
        if one.posting_id in looks
    ]
    emit(rows, form, ["posting_id", "score", *_COLUMNS[1:]], empty="There is no other open posting.")


_COLUMNS = ["posting_id", "title", "company", "place", "workplace", "salary", "posted_at"]


def _row(one: Shown) -> dict[str, Any]:
    import msgspec

    row: dict[str, Any] = msgspec.to_builtins(one)
    row["place"] = "; ".join(place.text for place in one.places) or None
    return row


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
