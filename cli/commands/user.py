"""user: the accounts of this store, as its operator manages them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import rekey
from cli.context import load_settings, open_store, read_input
from cli.output import Format, FormatOption, emit, note, print_json, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from jobswipe.models import Account

user = typer.Typer(
    help="Accounts: create, list, role, disable, delete, reset links, invitations.", no_args_is_help=True
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's e-mail address.")]
COLUMNS = ["id", "email", "name", "role", "state", "created_at", "last_sign_in_at"]


def register(app: typer.Typer) -> None:
    user.command("rekey")(rekey.rekey)
    app.add_typer(user, name="user")


@user.command("create")
def create(
    email: Email,
    admin: Annotated[bool, typer.Option("--admin", help="The same as --role admin.")] = False,
    role: Annotated[str, typer.Option(help="user, analyst, operator or admin.")] = "user",
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    local: Annotated[
        bool, typer.Option("--local", help="The account of this machine's own data, which the commands work on.")
    ] = False,
    password_file: Annotated[
        Path | None, typer.Option(help="A file with the password in its first line; - reads standard input.")
    ] = None,
) -> None:
    """Make an account, and print its number. The password is asked for; without a terminal it is read from stdin.

    Example: jobswipe user create candidate@example.com --admin
    Example: jobswipe user create candidate@example.com --local --password-file password.txt
    """
    from jobswipe import clock
    from jobswipe.accounts import audit, emails, passwords, service
    from jobswipe.accounts.principal import role_named
    from jobswipe.models import LOCAL_PERSON_ID

    given = role_named(role)
    address = emails.normal(email)
    settings = load_settings()
    database = open_store(settings, create=True)
    password_hash = passwords.hashed(passwords.check(_password(password_file), address), settings.accounts)
    now = clock.now()
    with database.write() as session:
        account = service.create(
            session,
            LOCAL_PERSON_ID if local else service.new_person(session, now),
            address,
            now,
            name=name,
            password_hash=password_hash,
            role="admin" if admin else given,
            verified=True,
        )
        audit.record(
            session, "account.created", actor_id=None, person_id=account.person_id, object_kind="account",
            object_id=account.person_id, by="command", role=account.role,
        )  # fmt: skip
    say(str(account.person_id))


@user.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 1_000,
    form: FormatOption = Format.table,
) -> None:
    """List the accounts in the order of their numbers.

    Example: jobswipe user list --format jsonl
    """
    from jobswipe.accounts import service

    with open_store(load_settings()).read() as session:
        rows = [_row(session, one) for one in service.listing(session, limit=limit)]
    emit(rows, form, COLUMNS, empty="No accounts yet: 'jobswipe user create EMAIL' makes one.")


@user.command("show")
def show(email: Email) -> None:
    """Show an account as JSON.

    Example: jobswipe user show candidate@example.com
    """
    from jobswipe.accounts import apikeys, service, totp

    with open_store(load_settings()).read() as session:
        account = service.named(session, email)
        row = _row(session, account) | {
            "email_verified_at": _when(account.email_verified_at),
            "password_changed_at": _when(account.password_changed_at),
            "disabled_at": _when(account.disabled_at),
            "has_password": account.password_hash is not None,
            "second_factor": account.totp_enabled_at is not None,
            "recovery_codes": totp.left(session, account.person_id),
            "api_keys": len(apikeys.listing(session, account.person_id)),
        }
    print_json(row, indent=True)


@user.command("role")
def role_(email: Email, role: Annotated[str, typer.Argument(help="user, analyst, operator or admin.")]) -> None:
    """Give an account another role.

    Example: jobswipe user role candidate@example.com operator
    """
    from jobswipe.accounts import service

    with open_store(load_settings()).write() as session:
        account = service.set_role(session, service.named(session, email).person_id, role, actor_id=None)
    note(f"Account {account.person_id} has the role {account.role}.")


@user.command("disable")
def disable(email: Email) -> None:
    """Let nobody in by this account: its sessions end, its API keys are refused. Nothing is deleted.

    Example: jobswipe user disable candidate@example.com
    """
    _set_disabled(email, disabled=True)


@user.command("enable")
def enable(email: Email) -> None:
    """Let a disabled account in again.

    Example: jobswipe user enable candidate@example.com
    """
    _set_disabled(email, disabled=False)


@user.command("delete")
def delete(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account and everything of its person, for good.

    Example: jobswipe user delete candidate@example.com --yes
    """
    from jobswipe import clock
    from jobswipe.accounts import service

    database = open_store(load_settings())
    with database.read() as session:
        person_id = service.named(session, email).person_id
    if not yes:
        typer.confirm(f"Delete account {person_id} with its resumes, swipes and applications?", abort=True, err=True)
    with database.write() as session:
        service.remove(session, person_id, clock.now(), actor_id=None)
    note(f"Deleted account {person_id} and everything of it.")


@user.command("reset-link")
def reset_link(email: Email) -> None:
    """Print a code (or a link, where [accounts] page is set) by which the account's owner sets a new password.

    Give it to them over a way that you trust: whoever has it can take the account, where no second factor is on.

    Example: jobswipe user reset-link candidate@example.com
    """
    from jobswipe import clock
    from jobswipe.accounts import audit, mail, onetime, recovery, service

    settings = load_settings()
    with open_store(settings).write() as session:
        account = service.named(session, email)
        code = recovery.reset_code(session, settings, account, clock.now())
        text = mail.link(settings, "reset", str(onetime.opened(session, code)["token"]))
        onetime.sent(session, code)
        audit.record(
            session, "account.reset_asked", actor_id=None, person_id=account.person_id, object_kind="account",
            object_id=account.person_id, by="command",
        )  # fmt: skip
    say(text)
    note(f"It is valid until {_when(code.expires_at)}, once.")


@user.command("second-factor-off")
def second_factor_off(email: Email) -> None:
    """Ask an account for no codes any more, whose owner has lost the authenticator and the recovery codes.

    Be sure whom you talk to: from then on the password alone lets in.

    Example: jobswipe user second-factor-off candidate@example.com
    """
    from jobswipe.accounts import audit, service, totp
    from jobswipe.errors import ConflictError

    with open_store(load_settings()).write() as session:
        account = service.named(session, email)
        if account.totp_enabled_at is None:
            raise ConflictError("No codes are asked for.")
        totp.switch_off(session, account)
        audit.record(
            session, "totp.disabled", actor_id=None, person_id=account.person_id, object_kind="account",
            object_id=account.person_id, by="command",
        )  # fmt: skip
    note(f"Account {account.person_id} is asked for no codes any more.")


@user.command("verify")
def verify(email: Email) -> None:
    """Confirm the e-mail address of somebody who registered and got no mail: their account begins.

    Example: jobswipe user verify candidate@example.com
    """
    from jobswipe import clock
    from jobswipe.accounts import registration

    with open_store(load_settings()).write() as session:
        account = registration.confirm_newest(session, email, clock.now())
    note(f"Account {account.person_id} has begun.")


@user.command("invite")
def invite(email: Email, role: Annotated[str, typer.Option(help="user, analyst, operator or admin.")] = "user") -> None:
    """Invite somebody by mail, and print the code that the mail holds.

    Example: jobswipe user invite candidate@example.com --role analyst
    """
    from jobswipe import clock
    from jobswipe.accounts import mail, registration
    from jobswipe.accounts.principal import role_named
    from jobswipe.models import LOCAL_PERSON_ID

    given = role_named(role)
    settings = load_settings()
    with open_store(settings).write() as session:
        made, text = registration.invite(session, LOCAL_PERSON_ID, email, given, clock.now(), settings)
    say(mail.link(settings, "invite", text))
    note(f"It is valid until {_when(made.expires_at)}, once.")


@user.command("sessions")
def sessions_(
    email: Email,
    revoke: Annotated[bool, typer.Option("--revoke", help="End all of them.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """List an account's sessions that go on, or end them.

    Example: jobswipe user sessions candidate@example.com --revoke
    """
    from jobswipe import clock
    from jobswipe.accounts import audit, service, sessions

    settings = load_settings()
    database = open_store(settings)
    now = clock.now()
    if revoke:
        with database.write() as session:
            person_id = service.named(session, email).person_id
            count = sessions.revoke_all(session, person_id, now)
            audit.record(
                session, "session.others_revoked", actor_id=None, person_id=person_id, by="command",
                sessions_ended=count,
            )  # fmt: skip
        note(f"{count} ended. A server that runs may take them for {settings.accounts.cache:g} s more.")
        return
    with database.read() as session:
        found = list(sessions.listing(session, service.named(session, email).person_id, now, settings.accounts))
    columns = ["id", "created_at", "last_seen_at", "expires_at", "address", "agent"]
    rows = [
        {one: _when(value) if one.endswith("_at") else value for one in columns for value in [getattr(row, one)]}
        for row in found
    ]
    emit(rows, form, columns, empty="No sessions.")


def _set_disabled(email: str, *, disabled: bool) -> None:
    from jobswipe import clock
    from jobswipe.accounts import service

    with open_store(load_settings()).write() as session:
        person_id = service.named(session, email).person_id
        service.set_disabled(session, person_id, disabled, clock.now(), actor_id=None)
    note(f"Account {person_id} is {'disabled' if disabled else 'enabled'}.")


def _password(file: Path | None) -> str:
    """The password: from a file, asked for twice on a terminal, else the first line of standard input."""
    import sys

    if file is None and sys.stdin.isatty():
        found: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return found
    text = read_input(file or Path("-")).decode("utf-8", "replace")
    return text.partition("\n")[0].rstrip("\r")


def _row(session: Session, one: Account) -> dict[str, Any]:
    from jobswipe.accounts import service

    identity = service.identity(session, one)
    state = "disabled" if one.disabled_at else "open" if one.password_hash or one.last_sign_in_at else "new"
    return {
        "id": one.person_id,
        "email": identity.email,
        "name": identity.name,
        "role": one.role,
        "state": state,
        "created_at": _when(one.created_at),
        "last_sign_in_at": _when(one.last_sign_in_at),
    }


def _when(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
