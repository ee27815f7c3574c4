"""apikey: keys by which programs call the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, say

if TYPE_CHECKING:
    from sqlmodel import Session

apikey = typer.Typer(help="API keys: create, list, rotate, revoke.", no_args_is_help=True)

User = Annotated[str | None, typer.Option("--user", metavar="EMAIL", help="Whose; default: this machine's own data.")]
Number = Annotated[int, typer.Argument(min=1, help="The key's number, as 'apikey list' shows it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(apikey, name="apikey")


@apikey.command("create")
def create(
    user: User = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may; repeat for several. Default: all of the role, but for changing the account."),
    ] = None,
    expires: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, max=3_650, help="Days after which it ends; default: never.")
    ] = None,
) -> None:
    """Make an API key and print it: it is shown this once.

    Example: jobswipe apikey create --user candidate@example.com --name laptop --scope deck:read --expires 90
    """
    from datetime import timedelta

    from jobswipe import clock
    from jobswipe.accounts import apikeys, audit, service

    now = clock.now()
    until = None if expires is None else now + timedelta(days=expires)
    with open_store(load_settings(), create=True).write() as session:
        person_id = _person(session, user)
        scopes = scope or apikeys.default_scopes(service.role_of(session, person_id))
        made, text = apikeys.create(session, person_id, name, scopes, now, expires_at=until)
        audit.record(
            session, "api_key.made", actor_id=None, person_id=person_id, object_kind="api_key", object_id=made.id,
            by="command", scopes=made.scopes,
        )  # fmt: skip
    say(text)
    note(f"Key {made.id}. It is not shown again; send it as 'Authorization: Bearer KEY'.")


@apikey.command("list")
def list_(user: User = None, form: FormatOption = Format.table) -> None:
    """List the keys, the newest first. The keys themselves are not stored.

    Example: jobswipe apikey list --user candidate@example.com
    """
    from jobswipe.accounts import apikeys

    with open_store(load_settings()).read() as session:
        found = apikeys.listing(session, _person(session, user))
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "prefix": one.prefix,
            "scopes": one.scopes,
            "created_at": one.created_at.isoformat(timespec="seconds"),
            "expires_at": one.expires_at.isoformat(timespec="seconds") if one.expires_at else None,
            "last_used_at": one.last_used_at.isoformat(timespec="seconds") if one.last_used_at else None,
        }
        for one in found
    ]
    emit(
        rows,
        form,
        ["id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at"],
        empty="No API keys: 'jobswipe apikey create' makes one.",
    )


@apikey.command("rotate")
def rotate(number: Number, user: User = None) -> None:
    """Print a new key in place of one, which is still taken for [accounts] rotation_hours.

    Example: jobswipe apikey rotate 3
    """
    from datetime import timedelta

    from jobswipe import clock
    from jobswipe.accounts import apikeys, audit

    settings = load_settings()
    with open_store(settings).write() as session:
        person_id = _person(session, user)
        overlap = timedelta(hours=settings.accounts.rotation_hours)
        made, text = apikeys.rotate(session, person_id, number, clock.now(), overlap)
        audit.record(
            session, "api_key.rotated", actor_id=None, person_id=person_id, object_kind="api_key", object_id=number,
            by="command", into=made.id,
        )  # fmt: skip
    say(text)
    note(f"Key {made.id}. Key {number} is taken for {settings.accounts.rotation_hours:g} hours more at most.")


@apikey.command("revoke")
def revoke(number: Number, user: User = None) -> None:
    """Revoke a key: it is refused from now on.

    Example: jobswipe apikey revoke 3
    """
    from jobswipe import clock
    from jobswipe.accounts import apikeys, audit

    settings = load_settings()
    with open_store(settings).write() as session:
        person_id = _person(session, user)
        apikeys.revoke(session, person_id, number, clock.now())
        audit.record(
            session, "api_key.revoked", actor_id=None, person_id=person_id, object_kind="api_key", object_id=number,
            by="command",
        )  # fmt: skip
    note(f"Revoked key {number}. A server that runs may take it for {settings.accounts.cache:g} s more.")


def _person(session: Session, email: str | None) -> int:
    """Whose keys: of an address, or of this machine's own data. Raises NotFoundError."""
    from jobswipe.accounts import service
    from jobswipe.models import LOCAL_PERSON_ID

    return LOCAL_PERSON_ID if email is None else service.named(session, email).person_id
