"""What a person is told, through which channels, and when: the public shape, its check, and quiet hours."""

from __future__ import annotations

import difflib
import re
from datetime import datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from sqlmodel import Session, col, select

from jobswipe.errors import SettingsError, UsageError
from jobswipe.models import LOCAL_PERSON_ID, NOTIFICATION_KINDS, NotificationChannel, NotificationProfile
from jobswipe.settings import NotifySettings

Mode = Literal["off", "now", "digest"]
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """`mode`: not at all, at once, or gathered in the digest. `channels`: names; None is every channel."""

    mode: Mode = "now"
    channels: tuple[str, ...] | None = None


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """From one time of day to another, which may be on the next day."""

    begin: time = msgspec.field(name="from")
    end: time = msgspec.field(name="to")

    def holds(self, at: time) -> bool:
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


_USUAL: dict[str, Kind] = {
    "strong_match": Kind(mode="digest"),
    "posting_changed": Kind(mode="digest"),
    "posting_closed": Kind(),
    "follow_up": Kind(),
    "source_broken": Kind(),
    "digest": Kind(),
}


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """`timezone` is IANA's (None: the settings'); `digest_at` a local time; a match is strong from `min_score` on."""

    timezone: str | None = None
    quiet: Quiet | None = None
    digest_at: time = time(8)
    min_score: float = 0.6
    kinds: dict[str, Kind] = {}

    def kind(self, name: str) -> Kind:
        return self.kinds.get(name) or _USUAL[name]

    def to_dict(self) -> dict[str, Any]:
        """The public JSON shape, every kind with its mode and channels."""
        return {
            "timezone": self.timezone,
            "quiet": {"from": f"{self.quiet.begin:%H:%M}", "to": f"{self.quiet.end:%H:%M}"} if self.quiet else None,
            "digest_at": f"{self.digest_at:%H:%M}",
            "min_score": self.min_score,
            "kinds": {
                name: {"mode": one.mode, "channels": None if one.channels is None else list(one.channels)}
                for name in NOTIFICATION_KINDS
                for one in (self.kind(name),)
            },
        }


def decode(value: Any) -> Preferences:
    """Preferences of a JSON object. Raises UsageError that names the key and what it may be."""
    if not isinstance(value, dict):
        raise UsageError('Notification preferences are one JSON object, such as {"timezone": "Europe/Berlin"}.')
    _known(value, Preferences.__struct_fields__, "Notification preferences have")
    clean: dict[str, Any] = {}
    if value.get("timezone") is not None:
        clean["timezone"] = zone_name(value["timezone"])
    if value.get("quiet") is not None:
        clean["quiet"] = _quiet(value["quiet"])
    if value.get("digest_at") is not None:
        clean["digest_at"] = clock_time(value["digest_at"], "digest_at")
    if value.get("min_score") is not None:
        score = value["min_score"]
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            raise UsageError(f"min_score is {score!r}: give a number from 0 to 1.")
        clean["min_score"] = float(score)
    kinds = value.get("kinds") or {}
    if not isinstance(kinds, dict):
        raise UsageError('kinds must look like {"strong_match": {"mode": "now", "channels": null}}.')
    _known(kinds, NOTIFICATION_KINDS, "kinds has")
    clean["kinds"] = {name: _kind(name, one) for name, one in kinds.items()}
    return Preferences(**clean)


def _known(value: dict[str, Any], fields: tuple[str, ...], start: str) -> None:
    for key in value:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{start} no {key!r}{hint}; there is {', '.join(fields)}.")


def _kind(name: str, given: Any) -> Kind:
    if not isinstance(given, dict):
        raise UsageError(f'{name} must look like {{"mode": "now", "channels": null}}.')
    _known(given, Kind.__struct_fields__, f"{name} has")
    usual = _USUAL[name]
    mode = given.get("mode", usual.mode)
    modes = [one for one in get_args(Mode) if name != "digest" or one != "digest"]
    if mode not in modes:
        raise UsageError(f"{name} has mode {mode!r}: choose one of {', '.join(modes)}.")
    channels = given.get("channels")
    if channels is not None and not (
        isinstance(channels, list | tuple) and all(isinstance(one, str) for one in channels)
    ):
        raise UsageError(f"{name}: channels must be a list of channel names, or null for all.")
    return Kind(mode=mode, channels=None if channels is None else tuple(dict.fromkeys(channels)))


def _quiet(given: Any) -> Quiet:
    if not isinstance(given, dict) or set(given) != {"from", "to"}:
        raise UsageError('quiet must look like {"from": "22:00", "to": "07:00"}, or null.')
    begin, end = clock_time(given["from"], "quiet"), clock_time(given["to"], "quiet")
    if begin == end:
        raise UsageError("quiet begins when it ends: give two different times, or null for none.")
    return Quiet(begin=begin, end=end)


def clock_time(text: Any, key: str) -> time:
    """A time of day, "22:00". Raises UsageError."""
    found = _CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise UsageError(f"{key} has {text!r}: write a time of day as 22:00.")
    return time(int(found[1]), int(found[2]))


def zone_name(name: Any) -> str:
    """An IANA time zone that is there. Raises UsageError with the nearest."""
    try:
        if isinstance(name, str) and name.strip():
            return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):  # a path, a directory, a name of no zone
        pass
    known = available_timezones()
    folded = {one.casefold(): one for one in known} | {one.rpartition("/")[2].casefold(): one for one in sorted(known)}
    near = difflib.get_close_matches(str(name).casefold().replace(" ", "_"), folded, n=1, cutoff=0.6)
    hint = f": did you mean {folded[near[0]]}?" if near else ", such as Europe/Berlin."
    raise UsageError(f"{name!r} is no IANA time zone{hint}")


def zone(preferences: Preferences, settings: NotifySettings) -> ZoneInfo:
    """The person's time zone. Raises SettingsError when it is the settings' and there is no such zone."""
    try:
        return ZoneInfo(zone_name(preferences.timezone or settings.timezone))
    except UsageError as error:
        if preferences.timezone:
            raise
        raise SettingsError(f"[notify] timezone: {error.message}") from None


def quiet_until(preferences: Preferences, tz: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` is in; None where it is in none.

    Goes by what the clock on the person's wall shows, minute by minute: right when it is put forward or back.
    """
    quiet = preferences.quiet
    if quiet is None or not quiet.holds(now.astimezone(tz).time()):
        return None
    at = now.replace(second=0, microsecond=0)
    while quiet.holds(at.astimezone(tz).time()):
        at += timedelta(minutes=1)
    return at


def profile(session: Session, person_id: int) -> NotificationProfile | None:
    return session.get(NotificationProfile, person_id)


def get(session: Session, person_id: int) -> Preferences:
    """The person's preferences; the usual ones when none were set."""
    found = profile(session, person_id)
    return _usual_for(person_id, decode(found.preferences) if found else Preferences())


def _usual_for(person_id: int, given: Preferences) -> Preferences:
    """The preferences as this person has them: sources are the local person's, who runs the store; others ask first."""
    if person_id == LOCAL_PERSON_ID or "source_broken" in given.kinds:
        return given
    return msgspec.structs.replace(given, kinds={**given.kinds, "source_broken": Kind(mode="off")})


def put(session: Session, person_id: int, preferences: Preferences, now: datetime) -> None:
    """Replace the person's preferences. Raises UsageError for a channel that the person does not have."""
    names = set(session.exec(select(NotificationChannel.name).where(NotificationChannel.person_id == person_id)))
    for kind, one in preferences.kinds.items():
        for name in one.channels or ():
            if name not in names:
                raise UsageError(f"{kind}: you have no channel {name!r}: add it first, or name another.")
    found = ensure(session, person_id, now)
    found.preferences, found.updated_at = _usual_for(person_id, preferences).to_dict(), now
    session.add(found)
    session.flush()


def ensure(session: Session, person_id: int, now: datetime) -> NotificationProfile:
    """The person's profile, made now where there is none: matches are news from now on."""
    found = profile(session, person_id)
    if found is None:
        from jobswipe.matching.watermark import head

        found = NotificationProfile(person_id=person_id, since=now, updated_at=now, matched_seq=head(session).seq)
        session.add(found)
        session.flush()
    return found


def reachable(session: Session) -> dict[int, Preferences]:
    """The preferences of everybody who has a channel: nobody else is told anything."""
    persons = session.exec(
        select(NotificationChannel.person_id).distinct().order_by(col(NotificationChannel.person_id))
    )
    return {person_id: get(session, person_id) for person_id in list(persons)}
