"""notification: what you are told, through which channels, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, print_json

if TYPE_CHECKING:
    from jobswipe.notifications.outbox import Told

notification = typer.Typer(
    help="What you are told: list, preferences, send, retry, and the channels.", no_args_is_help=True
)
channel = typer.Typer(help="Where you are told: add, list, test, remove.", no_args_is_help=True)

Many = list[str] | None
COLUMNS = ["id", "kind", "state", "about", "created_at", "next_try_at", "attempts", "error"]


def register(app: typer.Typer) -> None:
    notification.add_typer(channel, name="channel")
    app.add_typer(notification, name="notification")


@notification.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="waiting, sent, failed, dead or suppressed.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as strong_match.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """List your notifications, the latest first, with what became of each.

    Example: jobswipe notification list --state dead
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import outbox

    with open_store(load_settings()).read() as session:
        rows = [_row(one) for one in outbox.listing(session, LOCAL_PERSON_ID, state=state, kind=kind, limit=limit)]
    emit(rows, form, COLUMNS, empty="No notifications: 'jobswipe notification channel add' says where you are told.")


@notification.command("preferences")
def preferences_(
    kind: Annotated[Many, typer.Option(metavar="KIND=MODE", help="off, now or digest; repeat for several.")] = None,
    channels: Annotated[
        Many, typer.Option("--channel", metavar="KIND=NAME[,NAME]", help="Channels of a kind; 'all' for every one.")
    ] = None,
    quiet: Annotated[str | None, typer.Option(help="Hours without a word, as 22:00-07:00; '' for none.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Your IANA time zone, such as Europe/Berlin.")] = None,
    digest_at: Annotated[str | None, typer.Option(help="Your time of the daily digest, as 08:00.")] = None,
    min_score: Annotated[float | None, typer.Option(help="From which score on a match is strong, 0 to 1.")] = None,
) -> None:
    """Show what you are told and when, as JSON, after setting what is given.

    Example: jobswipe notification preferences --kind strong_match=now --quiet 22:00-07:00 --timezone Europe/Berlin
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import preferences

    given = (kind, channels, quiet, timezone, digest_at, min_score)
    database = open_store(load_settings(), create=True)
    if all(one is None for one in given):
        with database.read() as session:
            print_json(preferences.get(session, LOCAL_PERSON_ID).to_dict(), indent=True)
        return
    with database.write() as session:
        value = preferences.get(session, LOCAL_PERSON_ID).to_dict()
        for name, mode in _pairs("--kind", kind):
            value["kinds"].setdefault(name, {})["mode"] = mode
        for name, listed in _pairs("--channel", channels):
            chosen = [one.strip() for one in listed.split(",") if one.strip()]
            value["kinds"].setdefault(name, {})["channels"] = None if chosen == ["all"] else chosen
        if quiet is not None:
            value["quiet"] = _quiet(quiet)
        if timezone is not None:
            value["timezone"] = timezone or None
        if digest_at is not None:
            value["digest_at"] = digest_at
        if min_score is not None:
            value["min_score"] = min_score
        chosen_ones = preferences.decode(value)
        preferences.put(session, LOCAL_PERSON_ID, chosen_ones, clock.now())
    note("Your notification preferences are set.")
    print_json(chosen_ones.to_dict(), indent=True)


@notification.command("send")
def send(form: FormatOption = Format.table) -> None:
    """Look for strong matches and due reminders, make a due digest, send what is due. A worker does it by itself.

    Example: jobswipe notification send
    """
    import msgspec

    from jobswipe import clock
    from jobswipe.notifications import digest, matches, reminders
    from jobswipe.notifications.deliver import deliver_due

    settings = load_settings()
    database = open_store(settings)
    now = clock.now()
    found = matches.find(database, settings, now)
    with database.write() as session:
        reminded = reminders.tell_due(session, now)
    digest.gather(database, settings, now)
    counts = deliver_due(database, settings, now)
    row = {"matches": found, "reminders": reminded, **msgspec.structs.asdict(counts)}
    emit([row], form, list(row))
    if counts.failed or counts.dead:
        note("Not all could be sent: 'jobswipe notification list --state failed' (or dead) shows why.")
        raise typer.Exit(1)


@notification.command("retry")
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Default: all.")] = None,
) -> None:
    """Try dead and failed notifications again with the next sending.

    Example: jobswipe notification retry 7
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import outbox

    with open_store(load_settings()).write() as session:
        count = outbox.retry(session, LOCAL_PERSON_ID, numbers or [], clock.now())
    note(f"{count} will be tried again with the next sending ('jobswipe notification send', or a worker's).")


@channel.command("add")
def channel_add(
    name: Annotated[str, typer.Argument(help="A name of your choice, such as phone.")],
    url: Annotated[str, typer.Argument(help="The address in Apprise's form; - reads it from standard input.")],
) -> None:
    """Add a channel: e-mail, ntfy, Slack, Telegram, a webhook, ... Its address is a secret and is not shown again.

    With - the address does not get into your shell's history.

    Example: jobswipe notification channel add phone ntfys://ntfy.example.com/my-topic
    Example: cat mail-address.txt | jobswipe notification channel add mail -
    """
    import sys

    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import channels
    from jobswipe.notifications.courier import Courier
    from jobswipe.notifications.services import MAX_URL, shown

    settings = load_settings()
    address = (sys.stdin.read(MAX_URL + 1) if url == "-" else url).strip()
    with Courier(settings.notify) as courier:
        service = channels.read(courier, address)
    with open_store(settings, create=True).write() as session:
        added = channels.add(session, LOCAL_PERSON_ID, name, address, service, clock.now())
    note(f"Added {added.name} ({service}, {shown(address)}). Next: 'jobswipe notification channel test {added.name}'.")


@channel.command("list")
def channel_list(form: FormatOption = Format.table) -> None:
    """List your channels, without the secrets in their addresses.

    Example: jobswipe notification channel list
    """
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import channels
    from jobswipe.notifications.services import shown

    with open_store(load_settings()).read() as session:
        rows = [
            {
                "name": one.name,
                "service": one.service,
                "address": shown(one.url),
                "created_at": one.created_at.isoformat(timespec="seconds"),
            }
            for one in channels.listing(session, LOCAL_PERSON_ID)
        ]
    emit(
        rows,
        form,
        ["name", "service", "address", "created_at"],
        empty="No channels yet: 'jobswipe notification channel add NAME ADDRESS'.",
    )


@channel.command("test")
def channel_test(
    name: Annotated[str | None, typer.Argument(help="The channel; default: all of yours.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Send a test message through a channel and say whether its service took it; exit 1 when one did not.

    Example: jobswipe notification channel test phone
    """
    from jobswipe.errors import NotFoundError
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import channels
    from jobswipe.notifications.courier import Courier

    settings = load_settings()
    with open_store(settings).read() as session:
        chosen = [channels.get(session, LOCAL_PERSON_ID, name)] if name else channels.listing(session, LOCAL_PERSON_ID)
    if not chosen:
        raise NotFoundError("No channels yet: 'jobswipe notification channel add NAME ADDRESS'.")
    rows: list[dict[str, Any]] = []
    with Courier(settings.notify) as courier:
        for one in chosen:
            outcome = courier.send(one.url, "JobSwipe: test", f"Your channel {one.name} works.", "test")
            rows.append({"name": one.name, "service": one.service, "ok": outcome.ok, "error": outcome.reason})
    emit(rows, form, ["name", "service", "ok", "error"])
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


@channel.command("remove")
def channel_remove(name: Annotated[str, typer.Argument(help="The channel's name.")]) -> None:
    """Forget a channel and its address.

    Example: jobswipe notification channel remove phone
    """
    from jobswipe import clock
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.notifications import channels

    with open_store(load_settings()).write() as session:
        channels.remove(session, LOCAL_PERSON_ID, name, clock.now())
    note(f"Removed {name}.")


def _row(one: Told) -> dict[str, Any]:
    from jobswipe.notifications.render import headline

    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "about": headline(one.kind, one.payload),
        "gathered": one.gathered,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "next_try_at": (
            one.next_try_at.isoformat(timespec="seconds")
            if one.state in ("waiting", "failed") and not one.gathered
            else None
        ),
        "settled_at": one.settled_at.isoformat(timespec="seconds") if one.settled_at else None,
        "attempts": one.attempts,
        "error": one.last_error,
    }


def _pairs(option: str, given: Many) -> list[tuple[str, str]]:
    from jobswipe.errors import UsageError

    out = []
    for one in given or []:
        name, equals, value = one.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"{option} {one!r}: write it as strong_match={'now' if option == '--kind' else 'phone'}.")
        out.append((name.strip(), value.strip()))
    return out


def _quiet(text: str) -> dict[str, str] | None:
    from jobswipe.errors import UsageError

    if not text.strip():
        return None
    begin, dash, end = text.partition("-")
    if not dash:
        raise UsageError(f"--quiet {text!r}: write two times of day, as 22:00-07:00.")
    return {"from": begin.strip(), "to": end.strip()}
