"""Notifications as people read them: a title and a plain text that says what happened, where, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from jobswipe.notifications.text import link, one_line, paragraphs
from jobswipe.notifications.words import TOLD

Payload = Mapping[str, Any]


class Told(Protocol):
    """What of a notification a digest tells."""

    @property
    def kind(self) -> str: ...

    @property
    def payload(self) -> Payload: ...


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A title of one line and a body of plain text."""

    title: str
    body: str


def message(kind: str, payload: Payload, inside: Sequence[Told] = ()) -> Message:
    """The message of a notification; `inside` are those that a digest tells."""
    if kind == "digest":
        return _digest(inside)
    title, lines, next_step = _KINDS[kind](payload)
    return Message(title=one_line(title, 200), body=paragraphs("\n".join(lines), link(payload.get("url")), next_step))


def headline(kind: str, payload: Payload) -> str:
    """What a notification is about, on one line."""
    if kind == "digest":
        return f"{payload.get('count')} news of {payload.get('day')}"
    return one_line(_KINDS[kind](payload)[0], 200)


def _opening(payload: Payload) -> str:
    title, company = one_line(payload.get("title"), 90) or "An opening", one_line(payload.get("company"), 60)
    return f"{title} at {company}" if company else title


def _match(payload: Payload) -> tuple[str, list[str], str]:
    lines = [_opening(payload), f"Score {float(payload.get('score') or 0):.2f} of 1."]
    lines += [f"- {one_line(reason)}" for reason in payload.get("reasons") or ()]
    number = payload.get("posting_id")
    return (
        f"Strong match: {_opening(payload)}",
        lines,
        f"Next: 'jobswipe posting show {number}' tells all of it, 'jobswipe swipe' judges it.",
    )


def _changed(payload: Payload) -> tuple[str, list[str], str]:
    what = "Open again" if payload.get("reopened") else "Changed"
    lines = [f"{_opening(payload)} (your application {payload.get('application_id')}, {payload.get('stage')})"]
    for change in payload.get("changes") or ():
        name = TOLD.get(change["field"], change["field"])
        lines.append(f"- {name}: {one_line(change['before'])} → {one_line(change['after'])}")
    return (
        f"{what}: {_opening(payload)}",
        lines,
        f"Next: 'jobswipe posting show {payload.get('posting_id')}' shows the posting with its history.",
    )


def _closed(payload: Payload) -> tuple[str, list[str], str]:
    number, stage = payload.get("application_id"), payload.get("stage")
    lines = [f"{_opening(payload)} is no longer listed (your application {number}, {stage})."]
    step = (
        f"Next: look whether it can still be applied for; 'jobswipe application move {number} withdrawn' ends it."
        if stage == "saved"
        else f"Next: ask how your application stands; 'jobswipe application note {number} TEXT' keeps the answer."
    )
    return f"Closed: {_opening(payload)}", lines, step


def _follow_up(payload: Payload) -> tuple[str, list[str], str]:
    number = payload.get("application_id")
    lines = [f"{_opening(payload)} (your application {number}, {payload.get('stage')})"]
    if payload.get("text"):
        lines.append(one_line(payload["text"], 500))
    step = f"'jobswipe application show {number}' tells what happened, 'jobswipe application note {number} TEXT' adds."
    return f"Follow up: {_opening(payload)}", lines, f"Next: {step}"


def _broken(payload: Payload) -> tuple[str, list[str], str]:
    name = one_line(payload.get("source"), 90)
    since = str(payload.get("since") or "")
    good = f"{since[:16].replace('T', ' ')} UTC" if since else "never"
    lines = [
        f"The source {name} failed {payload.get('failures')} times in a row; its last good poll: {good}.",
        one_line(payload.get("error"), 300),
    ]
    return (
        f"Source broken: {name}",
        [line for line in lines if line],
        f"Next: 'jobswipe source check {name}' shows the last run, 'jobswipe source pause {name}' stops it.",
    )


_KINDS: dict[str, Callable[[Payload], tuple[str, list[str], str]]] = {
    "strong_match": _match,
    "posting_changed": _changed,
    "posting_closed": _closed,
    "follow_up": _follow_up,
    "source_broken": _broken,
}
_SECTIONS = {
    "follow_up": "Follow up",
    "strong_match": "Strong matches",
    "posting_changed": "Changed",
    "posting_closed": "Closed",
    "source_broken": "Sources that fail",
}
_SHOWN = 25
"""Entries of a digest that are told in full; the rest is counted."""


def _digest(inside: Sequence[Told]) -> Message:
    parts: list[str] = []
    left = _SHOWN
    for kind, heading in _SECTIONS.items():
        rows = [one for one in inside if one.kind == kind]
        if not rows:
            continue
        if kind == "strong_match":
            rows.sort(key=lambda one: -float(one.payload.get("score") or 0))
        shown = [_entry(one) for one in rows[: max(0, left)]]
        left -= len(shown)
        if len(rows) > len(shown):
            shown.append(f"- and {len(rows) - len(shown)} more")
        parts.append("\n".join([f"{heading} ({len(rows)})", *shown]))
    count = len(inside)
    first = one_line(headline(inside[0].kind, inside[0].payload), 80) if inside else ""
    title = f"JobSwipe: {count} news" if count != 1 else f"JobSwipe: {first}"
    return Message(
        title=title, body=paragraphs(*parts, "Next: 'jobswipe notification list' shows all, 'jobswipe swipe' the deck.")
    )


def _entry(one: Told) -> str:
    text = _opening(one.payload) if one.kind != "source_broken" else one_line(one.payload.get("source"), 90)
    if one.kind == "strong_match":
        text += f" ({float(one.payload.get('score') or 0):.2f})"
    changes = ", ".join(TOLD.get(change["field"], "") for change in one.payload.get("changes") or ())
    address = link(one.payload.get("url"))
    # An address that is long would push the others out of the message.
    return f"- {text}{f': {changes}' if changes else ''}{f' {address}' if address and len(address) <= 200 else ''}"
