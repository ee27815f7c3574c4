"""Nothing personal and no secret leaves in a log line or a span: what looks like one, and what is known to be one."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

GONE = "[redacted]"
LONGEST = 4_000
"""Characters of a text that are kept; a resume or a payload is no log line."""
MOST_KNOWN = 30_000
_DEEPEST = 6

_KEYS = frozenset(
    "password passwd passphrase secret token authorization cookie set_cookie api_key apikey private_key email e_mail "
    "mail phone telephone mobile name full_name first_name last_name address street birthday resume resume_text text "
    "document body quote cover_letter headers credentials dsn otp passcode totp_code recovery_code recovery_codes "
    "backup_code backup_codes verification_code confirmation_code one_time_code otp_code mfa_code login_code "
    "reset_code auth_code authorization_code device_code user_code".split()
)
_WORDS = "password|passwd|secret|token|api[_-]?key|access[_-]?key|signature"
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
"""What a field named `code` may say: the stable code of a problem, and not one that lets somebody in."""
_KEY_ENDS = ("_password", "_secret", "_token", "_email", "_phone", "_api_key")
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^/\s@]{1,400}(?=@)"), GONE),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {GONE}"),
    (re.compile(rf"(?i)\b({_WORDS})(=|: ?)[^\s&,;]+"), rf"\1\2{GONE}"),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"), GONE),
    # International numbers, and national ones in groups; an ISO date is none.
    (re.compile(r"(?<![\w.])\+\d[\d ()./-]{6,18}\d(?!\w)"), GONE),
    (re.compile(r"(?<![\w.:-])(?!\d{4}-\d\d-\d\d)\(?0?\d{2,5}\)?[ /-]\d{2,4}(?:[ -]\d{2,5}){1,3}(?![\w:])"), GONE),
)  # fmt: skip
# A title from a stranger must steer neither a terminal nor a reader of lines.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_TOKEN = re.compile(r"\w+")
_NUMBER = re.compile(r"\+?\d(?:[\s()./-]{0,3}\d)*")
_LEAST_DIGITS = 7
_lock = threading.Lock()
_known: OrderedDict[str | tuple[str, ...], None] = OrderedDict()
"""Numbers by their digits, other texts by their words in small letters."""
_by_start: dict[str, tuple[tuple[str, ...], ...]] = {}
"""The texts by what they begin with: a line is compared with few, however many persons there are."""
_lengths: dict[int, int] = {}
"""How many numbers have so many digits."""


def protect(values: Iterable[str | None]) -> None:
    """Texts that no line of this process may hold from now on: the name, the e-mail and the phone of a resume.

    The last MOST_KNOWN are known.
    """
    with _lock:
        for given in values:
            one = _form(given or "")
            if one is None:
                continue
            if one in _known:
                _known.move_to_end(one)
                continue
            _known[one] = None
            _note(one, 1)
            if len(_known) > MOST_KNOWN:
                _note(_known.popitem(last=False)[0], -1)


def _form(given: str) -> str | tuple[str, ...] | None:
    """A number's digits, a text's words; None for what is too short to be told from other words."""
    digits = "".join(one for one in given if one in "0123456789")
    if len(digits) >= _LEAST_DIGITS and len(digits) >= len(given) / 2:
        return digits
    start = _TOKEN.search(given)
    words = tuple(_lower(given[start.start() :]).split()) if start else ()
    return words if len("".join(words)) >= 5 else None


def _note(one: str | tuple[str, ...], change: int) -> None:
    if isinstance(one, str):
        _lengths[len(one)] = _lengths.get(len(one), 0) + change
        return
    found = _TOKEN.match(one[0])
    start = found[0] if found else one[0]
    others = tuple(other for other in _by_start.get(start, ()) if other != one)
    if change > 0 or others:
        _by_start[start] = (*others, one) if change > 0 else others
    else:
        _by_start.pop(start, None)


def _lower(text: str) -> str:
    """In small letters, each in its place: few letters have two small ones."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _without_known(text: str) -> str:
    """The text without what is known to be somebody's, however it is spaced and written."""
    spans = sorted({*_known_words(_lower(text)), *_known_numbers(text)})
    out, at = [], 0
    for start, end in spans:
        if start >= at:
            out += [text[at:start], GONE]
        at = max(at, end)
    return "".join((*out, text[at:])) if spans else text


def _known_words(text: str) -> Iterator[tuple[int, int]]:
    for token in _TOKEN.finditer(text):
        for words in _by_start.get(token[0], ()):
            at = token.start()
            for number, word in enumerate(words):
                if number:
                    gap = at
                    while at < len(text) and text[at].isspace():
                        at += 1
                    if at == gap:
                        break
                if not text.startswith(word, at):
                    break
                at += len(word)
            else:
                if at == len(text) or not _TOKEN.match(text, at):
                    yield token.start(), at


def _known_numbers(text: str) -> Iterator[tuple[int, int]]:
    lengths = [length for length, many in list(_lengths.items()) if many]
    for found in _NUMBER.finditer(text) if lengths else ():
        places = [at for at in range(*found.span()) if text[at] in "0123456789"]
        digits = "".join(text[at] for at in places)
        for length in lengths:
            for first in range(len(digits) - length + 1):
                if digits[first : first + length] in _known:
                    yield (found.start() if first == 0 else places[first]), places[first + length - 1] + 1


def clean(text: str) -> str:
    """The text without what it should not say, cut to LONGEST characters."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... ({len(text)} characters)"
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    if _known:
        text = _without_known(text)
    return _CONTROL.sub("�", text)


def value(key: str, given: Any, depth: int = 0) -> Any:
    """A field's value as it may be written: numbers as they are, texts cleaned, anything else as its cleaned text."""
    if key == "code" and given is not None and not (isinstance(given, str) and _CODE.fullmatch(given)):
        return GONE
    if given is None or isinstance(given, bool | int | float):
        return given if not _secret(key) else GONE
    if _secret(key):
        return GONE
    if isinstance(given, str):
        return clean(given)
    if depth < _DEEPEST and isinstance(given, Mapping):
        return {str(name): value(str(name), one, depth + 1) for name, one in given.items()}
    if depth < _DEEPEST and isinstance(given, list | tuple | set | frozenset):
        return [value(key, one, depth + 1) for one in given]
    return clean(str(given))


def _secret(key: str) -> bool:
    key = key.lower().replace("-", "_")
    return key in _KEYS or key.endswith(_KEY_ENDS)


def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before a line is written."""
    return {key: one if key.startswith("_") else value(key, one) for key, one in event.items()}
