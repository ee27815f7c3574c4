"""profile: what you want."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import load_settings, open_store, read_input
from cli.output import note, print_json

profile = typer.Typer(help="What you want: countries, remote, seniority, pay, titles.", no_args_is_help=True)

Many = list[str] | None


def register(app: typer.Typer) -> None:
    app.add_typer(profile, name="profile")


@profile.command("show")
def show() -> None:
    """Print your preferences as JSON.

    Example: jobswipe profile show
    """
    from jobswipe.matching.profile import get
    from jobswipe.models import LOCAL_PERSON_ID

    with open_store(load_settings()).read() as session:
        print_json(get(session, LOCAL_PERSON_ID).to_dict(), indent=True)


@profile.command("set")
def set_(
    file: Annotated[Path | None, typer.Option(help="A JSON file with all of them; - for stdin.")] = None,
    countries: Annotated[Many, typer.Option("--country", help="ISO code; repeat for several.")] = None,
    remote: Annotated[str | None, typer.Option(help="no, ok or only.")] = None,
    seniority: Annotated[Many, typer.Option(help="entry, mid, senior, ...; repeat for several.")] = None,
    salary_floor: Annotated[str | None, typer.Option(help="Amount, currency and period, as '60000 EUR year'.")] = None,
    employment_types: Annotated[Many, typer.Option("--employment-type", help="full_time, ...; repeat.")] = None,
    blocked_companies: Annotated[Many, typer.Option("--block-company", help="Never show it; repeat.")] = None,
    titles: Annotated[Many, typer.Option("--title", help="A title that you look for; repeat for several.")] = None,
) -> None:
    """Set your preferences: all of them from a file, or those that are given. An empty text clears one.

    Example: jobswipe profile set --country DE --country AT --remote ok --salary-floor '60000 EUR year'
    """
    from jobswipe import clock
    from jobswipe.errors import UsageError
    from jobswipe.matching import preferences
    from jobswipe.matching.profile import get, put
    from jobswipe.models import LOCAL_PERSON_ID

    given: dict[str, Any] = {
        "countries": countries,
        "seniority": seniority,
        "employment_types": employment_types,
        "blocked_companies": blocked_companies,
        "titles": titles,
    }
    changes: dict[str, Any] = {
        key: [one for one in values if one.strip()] for key, values in given.items() if values is not None
    }
    if remote is not None:
        changes["remote"] = remote or "ok"
    if salary_floor is not None:
        changes["salary_floor"] = _floor(salary_floor)
    if not changes and file is None:
        raise UsageError("Nothing to set: give --file FILE or an option; see 'jobswipe profile set --help'.")
    new = _read(file) if file is not None else None
    with open_store(load_settings(), create=True).write() as session:
        base = new if new is not None else get(session, LOCAL_PERSON_ID).to_dict()
        chosen = preferences.decode({**base, **changes})
        put(session, LOCAL_PERSON_ID, chosen, clock.now())
    note("Your preferences are set.")
    print_json(chosen.to_dict(), indent=True)


def _read(file: Path) -> dict[str, Any]:
    import msgspec

    from jobswipe.errors import InputError

    try:
        found = msgspec.json.decode(read_input(file))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{file} is not valid JSON: {error}.") from None
    if not isinstance(found, dict):
        raise InputError(f"{file} must hold one JSON object with your preferences.")
    return found


def _floor(text: str) -> dict[str, Any] | None:
    from jobswipe.errors import UsageError

    if not text.strip():
        return None
    amount, *rest = text.split()
    try:
        number = float(amount.replace(",", ""))
    except ValueError:
        number = 0
    if number <= 0 or len(rest) not in (1, 2):
        raise UsageError(f"--salary-floor {text!r}: write amount, currency and period, as '60000 EUR year'.")
    return {
        "amount": int(number) if number.is_integer() else number,
        "currency": rest[0].upper(),
        "period": rest[1] if len(rest) > 1 else "year",
    }
